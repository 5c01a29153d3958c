/**
 * RICE_1 (FITS Standard 4.0, 10.4.1; the adaptive scheme of Rice, Yeh and Miller 1993): differences of neighbours,
 * folded to be positive, in blocks of `blockSize` pixels that each choose how many low bits to write plainly.
 */

export interface RiceParameters {
  /** Pixels in a block, ZVAL of BLOCKSIZE; 32 unless told. */
  readonly blockSize: number;
  /** Bytes of the integers inside the stream, ZVAL of BYTEPIX; 4 unless told, whatever ZBITPIX says. */
  readonly bytePix: 1 | 2 | 4;
}

/** Bits that hold a block's choice, and the choice that means "written plainly". */
const choiceBits = { 1: 3, 2: 4, 4: 5 } as const;
const plainChoice = { 1: 6, 2: 14, 4: 25 } as const;

/**
 * Decodes `count` integers from `bytes[start, end)` into `out`. `bytes` must go on for at least 8 bytes behind `end`
 * (their content is without meaning). 1-byte integers are unsigned, the others signed.
 * @returns false when the stream ends early or makes no sense.
 */
export function decodeRice(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Int32Array,
  count: number,
  parameters: RiceParameters,
): boolean {
  const { blockSize, bytePix } = parameters;
  if (end - start < bytePix || blockSize < 1) return false;
  const fsBits = choiceBits[bytePix];
  const fsPlain = plainChoice[bytePix];
  const wrap = 32 - 8 * bytePix;
  let last = 0;
  let position = start;
  for (let i = 0; i < bytePix; i++) last = (last << 8) | bytes[position++]!;
  last = (last << wrap) >> wrap;

  // `window` holds the next `held` bits of the stream, left-aligned; bits behind them are zero.
  let window = 0;
  let held = 0;
  for (let index = 0; index < count; ) {
    const blockEnd = Math.min(index + blockSize, count);
    if (held <= 16) {
      window |= ((bytes[position]! << 8) | bytes[position + 1]!) << (16 - held);
      position += 2;
      held += 16;
    }
    const fs = (window >>> (32 - fsBits)) - 1;
    window <<= fsBits;
    held -= fsBits;

    if (fs < 0) {
      for (; index < blockEnd; index++) out[index] = last;
    } else if (fs < fsPlain) {
      const low = 32 - fs;
      for (; index < blockEnd; index++) {
        if (held <= 16) {
          window |= ((bytes[position]! << 8) | bytes[position + 1]!) << (16 - held);
          position += 2;
          held += 16;
        }
        let zeros = Math.clz32(window);
        if (zeros >= held) {
          // A run of zeros longer than the window: count on, with an eye on the end.
          zeros = held;
          for (;;) {
            window = bytes[position++]! << 24;
            held = 8;
            const more = Math.clz32(window);
            if (more < 8) {
              zeros += more;
              window = (window << more) << 1;
              held -= more + 1;
              break;
            }
            zeros += 8;
            if (position > end) return false;
          }
        } else {
          window = (window << zeros) << 1;
          held -= zeros + 1;
        }
        let folded = zeros;
        if (fs > 0) {
          while (held < fs) {
            window |= bytes[position++]! << (24 - held);
            held += 8;
          }
          folded = (zeros << fs) | (window >>> low);
          window <<= fs;
          held -= fs;
        }
        last = ((last + ((folded >>> 1) ^ -(folded & 1))) << wrap) >> wrap;
        out[index] = last;
      }
    } else if (fs === fsPlain) {
      for (; index < blockEnd; index++) {
        let folded = 0;
        for (let i = 0; i < bytePix; i++) {
          if (held < 8) {
            window |= bytes[position++]! << (24 - held);
            held += 8;
          }
          folded = (folded << 8) | (window >>> 24);
          window <<= 8;
          held -= 8;
        }
        last = ((last + ((folded >>> 1) ^ -(folded & 1))) << wrap) >> wrap;
        out[index] = last;
      }
    } else {
      return false;
    }
    if (position - (held >> 3) > end) return false;
  }
  if (bytePix === 1) for (let i = 0; i < count; i++) out[i] = out[i]! & 0xff;
  return true;
}
