/** 256 hashed n-grams: 64 of the words of the name, 112 of its letters, 80 of the letters of the sample cells. */
import { bucketOf } from './text-hash.ts';

export const wordBuckets = 64;
export const nameBuckets = 112;
export const sampleBuckets = 80;
export const nGramCount = wordBuckets + nameBuckets + sampleBuckets;

export const nGramNames = [
  ...Array.from({ length: wordBuckets }, (_, bucket) => `nameWord${bucket}`),
  ...Array.from({ length: nameBuckets }, (_, bucket) => `nameGram${bucket}`),
  ...Array.from({ length: sampleBuckets }, (_, bucket) => `sampleGram${bucket}`),
];

const mostCharacters = 64;

/** Words count by presence, letters of the name by number, letters of samples by the share of their bigrams. */
export function writeNGrams(
  name: string,
  words: readonly string[],
  samples: readonly string[],
  target: Float32Array,
  at: number,
): void {
  for (const word of words) target[at + bucketOf(word, 0, word.length, wordBuckets)] = 1;
  const plain = `^${name.toLowerCase().slice(0, mostCharacters)}$`;
  const letters = at + wordBuckets;
  for (let start = 0; start + 2 <= plain.length; start += 1)
    target[letters + bucketOf(plain, start, start + 2, nameBuckets)]! += 1;
  const cells = letters + nameBuckets;
  let total = 0;
  for (const sample of samples) {
    const text = `^${sample.slice(0, mostCharacters).toLowerCase()}$`;
    for (let start = 0; start + 2 <= text.length; start += 1) {
      target[cells + bucketOf(text, start, start + 2, sampleBuckets)]! += 1;
      total += 1;
    }
  }
  if (total === 0) return;
  for (let bucket = 0; bucket < sampleBuckets; bucket += 1) target[cells + bucket]! /= total;
}

/** Words of a name: cut at signs, between small and capital letters, between letters and digits; lower case. */
export function wordsOf(name: string): string[] {
  return name
    .slice(0, 200)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/([A-Za-z])(\d)/g, '$1 $2')
    .replaceAll(/(\d)([A-Za-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
