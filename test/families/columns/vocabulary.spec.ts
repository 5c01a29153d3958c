import { expect, it } from 'vitest';
import { describeColumn } from '../../../main/families/columns/description.ts';
import {
  columnFeatureCount,
  columnFeatureNames,
  writeFeatures,
} from '../../../main/families/columns/features/extract.ts';
import { knownShare, readability } from '../../../main/families/columns/features/vocabulary.ts';

it('covers names with words, run together or in the plural, and leaves the rest', () => {
  expect(knownShare(['birthdate'])).toBe(1);
  expect(knownShare(['countries', 'cities'])).toBe(1);
  expect(knownShare(['xqcval'])).toBe(0);
  expect(knownShare(['income', 'zq'])).toBe(6 / 8);
  expect(knownShare(['17'])).toBe(0);
  expect(knownShare([])).toBe(0);
});

it('finds made-up names of usual letters easier to read than rows of consonants', () => {
  const readable = ['plantering', 'monestation', 'carelist'].map((word) => readability([word]));
  const cryptic = ['tshdsbrsgf', 'xzqkj', 'lqwbvd'].map((word) => readability([word]));
  expect(Math.min(...readable)).toBeGreaterThan(Math.max(...cryptic) + 0.5);
  expect(readability(['42', '\u00e9'])).toBe(0);
});

function featuresOf(name: string, cells: readonly string[]): Record<string, number> {
  const target = new Float32Array(columnFeatureCount);
  writeFeatures(describeColumn(name, cells), target, 0);
  return Object.fromEntries(columnFeatureNames.map((feature, place) => [feature, target[place]!]));
}

it('writes how a name reads and how many cells are held', () => {
  const cells = ['4', '', '6', '8'];
  const plain = featuresOf('income_total', cells);
  const coded = featuresOf('s1p2c3strtlgth', cells);
  expect(plain).toMatchObject({ nameKnown: 1, nameTurns: 0 });
  expect(coded).toMatchObject({ nameTurns: 6, nameConsonants: 8 });
  expect(coded.nameReadable).toBeLessThan(plain.nameReadable!);
  expect(coded.nameVowels).toBe(0);
  expect(plain.present).toBeCloseTo(Math.log10(4), 6);
  expect(plain.width).toBeCloseTo(Math.log10(1 + 4 / 2), 6);
  expect(featuresOf('place', ['[9.92, 54.98]', '[1, 2]', '(3.5;4)', '12', '7 km']).numberList).toBeCloseTo(
    0.2,
    6,
  );
});
