/**
 * PLIO_1 (FITS Standard 4.0, 10.4.3): IRAF's pixel lists, runs of equal non-negative integers as 16-bit
 * instructions of a 4-bit operation and 12 bits of data.
 */

/** Operations, in the order of their codes. */
const operation = {
  zeros: 0,
  setHigh: 1,
  increase: 2,
  decrease: 3,
  run: 4,
  zerosThenOne: 5,
  increaseAndPut: 6,
  decreaseAndPut: 7,
} as const;

/** Big-endian 16-bit word at a position of the list. */
function word(bytes: Uint8Array, start: number, index: number): number {
  return (bytes[start + 2 * index]! << 8) | bytes[start + 2 * index + 1]!;
}

/** Where the instructions begin and end, in words: an old short header, or one that tells its own length. */
function extent(bytes: Uint8Array, start: number, words: number): { first: number; last: number } | null {
  if (words < 3) return null;
  const length = (word(bytes, start, 2) << 16) >> 16;
  if (length > 0) return { first: 3, last: length };
  if (words < 5) return null;
  const first = word(bytes, start, 1);
  const last = word(bytes, start, 4) * 32_768 + word(bytes, start, 3);
  return { first, last };
}

/**
 * Decodes `count` integers from `bytes[start, end)` into `out`; pixels behind the last instruction are 0.
 * @returns false when the list makes no sense.
 */
export function decodePlio(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Int32Array,
  count: number,
): boolean {
  const words = Math.floor((end - start) / 2);
  const list = extent(bytes, start, words);
  if (list === null || list.first < 3 || list.last > words) return false;
  let high = 1;
  let at = 0;
  for (let index = list.first; index < list.last && at < count; index++) {
    const instruction = word(bytes, start, index);
    const data = instruction & 0xfff;
    switch (instruction >> 12) {
      case operation.setHigh:
        if (++index >= list.last) return false;
        high = word(bytes, start, index) * 4096 + data;
        break;
      case operation.increase:
        high += data;
        break;
      case operation.decrease:
        high -= data;
        break;
      case operation.zeros:
        out.fill(0, at, Math.min(count, at + data));
        at += data;
        break;
      case operation.run:
        out.fill(high, at, Math.min(count, at + data));
        at += data;
        break;
      case operation.zerosThenOne:
        out.fill(0, at, Math.min(count, at + data));
        at += data;
        if (data > 0 && at <= count) out[at - 1] = high;
        break;
      case operation.increaseAndPut:
        high += data;
        out[at++] = high;
        break;
      case operation.decreaseAndPut:
        high -= data;
        out[at++] = high;
        break;
      default:
        return false;
    }
  }
  if (at < count) out.fill(0, at, count);
  return true;
}
