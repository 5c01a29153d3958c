/** The 376 features of a column. See docs/guide/columns.md; the version grows with every change of any of them. */
import { type ColumnDescription, isMissing } from '../description.ts';
import { cellPatternNames, writeCellPatterns } from './cell-patterns.ts';
import { characterNames, writeCharacters } from './characters.ts';
import { diversityNames, writeDiversity } from './diversity.ts';
import { nGramCount, nGramNames, wordsOf, writeNGrams } from './n-grams.ts';
import { namePatternNames, writeNamePatterns } from './name-patterns.ts';
import { relationNames, writeRelations } from './relations.ts';
import { statisticNames, writeStatistics } from './statistics.ts';

export const columnFeatureVersion = 3;

/** In order: 8 statistics, 26 characters, 256 n-grams, 6 of diversity, 80 patterns (37 of cells, 15 relations, 28 of names). */
export const columnFeatureNames: readonly string[] = [
  ...statisticNames,
  ...characterNames,
  ...nGramNames,
  ...diversityNames,
  ...cellPatternNames,
  ...relationNames,
  ...namePatternNames,
];

export const columnFeatureCount = columnFeatureNames.length;

/** Writes the features of one column into `target`, which is zero from `at` on. */
export function writeFeatures(column: ColumnDescription, target: Float32Array, at: number): void {
  const present = column.samples.filter((sample) => !isMissing(sample));
  const words = wordsOf(column.name);
  let next = at;
  writeStatistics(column, target, next);
  next += statisticNames.length;
  writeCharacters(present, target, next);
  next += characterNames.length;
  writeNGrams(column.name, words, present, target, next);
  next += nGramCount;
  writeDiversity(column.samples, present, target, next);
  next += diversityNames.length;
  writeCellPatterns(present, target, next);
  next += cellPatternNames.length;
  writeRelations(column, present, target, next);
  next += relationNames.length;
  writeNamePatterns(column.name, words, target, next);
}
