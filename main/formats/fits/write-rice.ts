/**
 * Rice coding of one tile, as the FITS standard's RICE_1 has it: the first sample plain, then blocks of
 * differences between neighbours, folded to non-negative numbers, each block with its own split length.
 */

/** Widths of the split's field, largest split and plain sample, by bytes per sample. */
const layouts = {
  1: { fieldBits: 3, largestSplit: 6, sampleBits: 8 },
  2: { fieldBits: 4, largestSplit: 14, sampleBits: 16 },
  4: { fieldBits: 5, largestSplit: 25, sampleBits: 32 },
} as const;
export type RiceBytes = keyof typeof layouts;

class BitWriter {
  #bytes: Uint8Array;
  #length = 0;
  #pending = 0;
  #pendingBits = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** The low `count` (0..32) bits of `value`, highest first. */
  put(value: number, count: number): void {
    for (let left = count; left > 0; ) {
      const taken = Math.min(8 - this.#pendingBits, left);
      const part = (value >>> (left - taken)) & ((1 << taken) - 1);
      this.#pending = (this.#pending << taken) | part;
      this.#pendingBits += taken;
      left -= taken;
      if (this.#pendingBits === 8) this.#flush();
    }
  }

  #flush(): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2 + 16);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = this.#pending;
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  finish(): Uint8Array {
    if (this.#pendingBits > 0) {
      this.#pending <<= 8 - this.#pendingBits;
      this.#flush();
    }
    return this.#bytes.slice(0, this.#length);
  }
}

/** Folds a signed difference to 0, 1, 2, 3 … for 0, -1, 1, -2 …, within the sample's width. */
function fold(difference: number, sampleBits: number): number {
  const shift = 32 - sampleBits;
  const signed = (difference << shift) >> shift;
  return (signed < 0 ? ~(signed << 1) : signed << 1) >>> 0;
}

/** Split length for a block whose folded values sum to `sum`: about the logarithm of half their mean. */
function splitFor(sum: number, count: number): number {
  let half = Math.floor(Math.max(0, (sum - Math.floor(count / 2) - 1) / count) / 2);
  let split = 0;
  while (half > 0) {
    split++;
    half = Math.floor(half / 2);
  }
  return split;
}

/** Compresses a tile of stored integers; `blockSize` samples share a split (32 is usual). */
export function riceEncode(samples: Int32Array, bytesPerSample: RiceBytes, blockSize = 32): Uint8Array {
  const { fieldBits, largestSplit, sampleBits } = layouts[bytesPerSample];
  const out = new BitWriter(samples.length * bytesPerSample + 64);
  if (samples.length === 0) return out.finish();
  const folded = new Uint32Array(blockSize);
  let last = samples[0] as number;
  out.put(last, sampleBits);
  for (let start = 0; start < samples.length; start += blockSize) {
    const count = Math.min(blockSize, samples.length - start);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const sample = samples[start + i] as number;
      folded[i] = fold(sample - last, sampleBits);
      sum += folded[i];
      last = sample;
    }
    const split = splitFor(sum, count);
    if (split >= largestSplit) {
      out.put(largestSplit + 1, fieldBits);
      for (let i = 0; i < count; i++) out.put(folded[i], sampleBits);
    } else if (split === 0 && sum === 0) out.put(0, fieldBits);
    else {
      out.put(split + 1, fieldBits);
      for (let i = 0; i < count; i++) putSplit(out, folded[i], split);
    }
  }
  return out.finish();
}

/** The upper part in unary (zeros closed by a one), the lower `split` bits plain. */
function putSplit(out: BitWriter, value: number, split: number): void {
  let zeros = value >>> split;
  while (zeros >= 32) {
    out.put(0, 32);
    zeros -= 32;
  }
  out.put(1, Math.min(zeros + 1, 32));
  out.put(value & ((1 << split) - 1), split);
}
