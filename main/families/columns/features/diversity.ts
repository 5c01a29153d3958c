/** 6 figures of how varied the sample cells are. */

export const diversityNames = [
  'characterEntropy', // bits for each character of the cells together
  'valueDiversity', // different values among the samples that are not missing
  'meanLength', // log10(1 + characters)
  'lengthDeviation', // log10(1 + sigma)
  'meanWords', // log10(1 + words)
  'missingSamples', // share
] as const;

const mostCharacters = 400;

/** @param present the samples that are not missing */
export function writeDiversity(
  samples: readonly string[],
  present: readonly string[],
  target: Float32Array,
  at: number,
): void {
  target[at] = entropyOf(present);
  target[at + 1] = present.length === 0 ? 0 : new Set(present).size / present.length;
  const lengths = present.map((sample) => sample.length);
  const mean = meanOf(lengths);
  target[at + 2] = Math.log10(1 + mean);
  target[at + 3] = Math.log10(1 + Math.sqrt(meanOf(lengths.map((length) => (length - mean) ** 2))));
  target[at + 4] = Math.log10(1 + meanOf(present.map(wordCount)));
  target[at + 5] = samples.length === 0 ? 1 : 1 - present.length / samples.length;
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function wordCount(text: string): number {
  let count = 0;
  let isInWord = false;
  const length = Math.min(text.length, 4096);
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    const isBlank = code === 32 || (code >= 9 && code <= 13) || code === 160;
    if (!isBlank && !isInWord) count += 1;
    isInWord = !isBlank;
  }
  return count;
}

function entropyOf(samples: readonly string[]): number {
  const counts = new Map<number, number>();
  let total = 0;
  for (const sample of samples) {
    const length = Math.min(sample.length, mostCharacters);
    total += length;
    for (let index = 0; index < length; index += 1) {
      const code = sample.charCodeAt(index);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / total) * Math.log2(count / total);
  return entropy;
}
