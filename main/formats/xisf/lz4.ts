/** One LZ4 block, without frame (as XISF stores them): literals and matches behind length tokens. */

/** A match is at least this long; the token says how much more. */
const minimumMatch = 4;

/**
 * Decodes `input` into exactly `length` bytes.
 * @returns null when the block does not decode or gives another length.
 */
export function decodeLz4Block(input: Uint8Array, length: number): Uint8Array | null {
  const out = new Uint8Array(length);
  const end = input.length;
  let from = 0;
  let to = 0;
  while (from < end) {
    const token = input[from++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && from < end) {
        more = input[from++]!;
        literals += more;
      }
    }
    if (from + literals > end || to + literals > length) return null;
    out.set(input.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has no match.
    if (from === end) break;
    if (from + 2 > end) return null;
    const distance = input[from]! | (input[from + 1]! << 8);
    from += 2;
    let match = (token & 15) + minimumMatch;
    if ((token & 15) === 15) {
      let more = 255;
      while (more === 255 && from < end) {
        more = input[from++]!;
        match += more;
      }
    }
    if (distance === 0 || distance > to || to + match > length) return null;
    copyMatch(out, to, distance, match);
    to += match;
  }
  return to === length ? out : null;
}

/** The match may overlap what it writes: a distance of 1 repeats one byte. */
function copyMatch(out: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length) out.copyWithin(to, to - distance, to - distance + length);
  else for (let i = 0; i < length; i++) out[to + i] = out[to + i - distance]!;
}
