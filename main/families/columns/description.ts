/** A column as the extractor sees it: its name, five sample cells and statistics of all cells. */

export interface ColumnDescription {
  readonly name: string;
  /** Up to five cells as they are written; an empty one stands for a missing value. */
  readonly samples: readonly string[];
  readonly cells: number;
  readonly missing: number;
  readonly distinct: number;
  /** Of numeric columns; 0 for others, as the shared layout has it. */
  readonly mean: number;
  readonly deviation: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const sampleCount = 5;

/** What people write for a missing value. A question mark stands alone in several public tables. */
const missingWords = new Set([
  '',
  'na',
  'n/a',
  '#n/a',
  'nan',
  'null',
  '#null!',
  'none',
  'nil',
  '?',
  '-',
  '--',
  '.',
]);

export function isMissing(cell: string): boolean {
  const word = cell.trim();
  return word.length <= 6 && missingWords.has(word.toLowerCase());
}

/** Left empty, or NaN as programs write for it: what no program counts as a value. */
function isBlank(cell: string): boolean {
  const word = cell.trim();
  return word === '' || word.toLowerCase() === 'nan';
}

/**
 * Ready-made descriptions count words for a missing value (`#NULL!`, `?`) among the distinct ones, raw cells never do. Of a
 * column that holds nothing else but one value the words are left out; of others they stay, as the map of kinds counts.
 */
export function distinctValues({ distinct, samples }: ColumnDescription): number {
  if (distinct > sampleCount) return distinct;
  const words = new Set(samples.filter((sample) => isMissing(sample) && !isBlank(sample)));
  const values = Math.max(0, distinct - words.size);
  return values <= 1 ? values : distinct;
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The value of a cell that is a plain number; NaN for any other. */
export function numberOf(cell: string): number {
  const word = cell.trim();
  return plainNumber.test(word) ? Number(word) : Number.NaN;
}

/** Beyond this no square fits a double any more; nothing that is counted or measured comes near it. */
const largest = 1e150;

export function bounded(value: number): number {
  return Math.max(-largest, Math.min(largest, value));
}

/** Sums over values that arrive one by one (Welford). */
interface Moments {
  count: number;
  mean: number;
  squares: number;
  minimum: number;
  maximum: number;
}

/**
 * A description from raw cells, such as the shared layout gives ready-made. Samples are the first five distinct values;
 * with fewer the first are repeated. A column counts as numeric when every cell that is not missing is a number.
 */
export function describeColumn(name: string, cells: readonly string[]): ColumnDescription {
  const distinct = new Set<string>();
  const moments: Moments = { count: 0, mean: 0, squares: 0, minimum: Infinity, maximum: -Infinity };
  let missing = 0;
  let isNumeric = true;
  for (const cell of cells) {
    if (isMissing(cell)) {
      missing += 1;
      continue;
    }
    distinct.add(cell);
    if (!isNumeric) continue;
    const value = numberOf(cell);
    if (Number.isNaN(value)) isNumeric = false;
    else addValue(moments, bounded(value));
  }
  const hasNumbers = isNumeric && moments.count > 0;
  return {
    name,
    samples: samplesOf(distinct, missing > 0),
    cells: cells.length,
    missing,
    distinct: distinct.size,
    mean: hasNumbers ? moments.mean : 0,
    deviation: hasNumbers ? Math.sqrt(moments.squares / Math.max(1, moments.count - 1)) : 0,
    minimum: hasNumbers ? moments.minimum : 0,
    maximum: hasNumbers ? moments.maximum : 0,
  };
}

function addValue(moments: Moments, value: number): void {
  moments.count += 1;
  const step = value - moments.mean;
  moments.mean += step / moments.count;
  moments.squares += step * (value - moments.mean);
  moments.minimum = Math.min(moments.minimum, value);
  moments.maximum = Math.max(moments.maximum, value);
}

function samplesOf(distinct: ReadonlySet<string>, hasMissing: boolean): string[] {
  const first: string[] = [];
  for (const value of distinct) {
    if (first.length === sampleCount) return first;
    first.push(value);
  }
  if (hasMissing && first.length < sampleCount) first.push('');
  const found = first.length;
  while (found > 0 && first.length < sampleCount) first.push(first[first.length - found]!);
  return first;
}
