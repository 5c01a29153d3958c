/** FNV-1a over the characters from `start` to `end`, mixed once more, as an index below `buckets`. */
export function bucketOf(text: string, start: number, end: number, buckets: number): number {
  let state = 0x811c9dc5;
  for (let index = start; index < end; index += 1)
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return ((state ^ (state >>> 13)) >>> 0) % buckets;
}
