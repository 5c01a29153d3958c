/** 15 relations between the statistics and the samples of a column. */
import { type ColumnDescription, distinctValues, numberOf } from '../description.ts';
import { wordsOf } from './n-grams.ts';
import { readability } from './vocabulary.ts';

export const relationNames = [
  'isNumeric', // statistics of numbers are there
  'wholeNumbers', // share of the samples
  'isDense', // whole numbers without gaps from minimum to maximum: codes, ranks
  'startsAtZeroOrOne', // 1, 0.5 for one, 0
  'isConstant',
  'hasTwoValues',
  'distinctPerRange', // log10 of (range + 1) over distinct values
  'allDistinct', // share of present cells
  'meanPlace', // (mean - minimum) / range
  'spread', // deviation / range
  'steps', // share of neighbouring samples that grow by one
  'rising', // share of neighbouring samples that grow
  'present', // log10(1 + cells that are not missing)
  'width', // log10(1 + range / deviation): 0.65 where all values are as likely, more with far ones
  'readableSamples', // as the readability of names
] as const;

/** Of a range in deviations, as log10: beyond it values are one heap and a few far ones. */
const widest = 9;
/** Of a sample: its first words say how readable it is. */
const mostCharacters = 100;

export function writeRelations(
  column: ColumnDescription,
  present: readonly string[],
  target: Float32Array,
  at: number,
): void {
  const { minimum, maximum, mean, deviation } = column;
  const distinct = distinctValues(column);
  const range = maximum - minimum;
  const values = present.map(numberOf);
  const numbers = values.filter((value) => !Number.isNaN(value));
  const isNumeric =
    minimum !== 0 || maximum !== 0 || (numbers.length > 0 && numbers.length === values.length);
  const whole = numbers.filter(Number.isInteger).length;
  target[at] = isNumeric ? 1 : 0;
  target[at + 1] = values.length === 0 ? 0 : whole / values.length;
  if (isNumeric && whole === values.length) {
    target[at + 2] = Math.abs(range + 1 - distinct) <= 1 ? 1 : 0;
    target[at + 3] = minimum === 0 ? 1 : minimum === 1 ? 0.5 : 0;
  }
  target[at + 4] = distinct <= 1 ? 1 : 0;
  target[at + 5] = distinct === 2 ? 1 : 0;
  target[at + 6] = isNumeric && distinct > 0 ? Math.log10((range + 1) / distinct) : 0;
  const held = column.cells - column.missing;
  target[at + 7] = held > 0 ? Math.min(1, distinct / held) : 0;
  target[at + 8] = range > 0 ? (mean - minimum) / range : 0;
  target[at + 9] = range > 0 ? deviation / range : 0;
  writeOrder(values, target, at + 10);
  target[at + 12] = Math.log10(1 + Math.max(0, held));
  target[at + 13] = deviation > 0 && range > 0 ? Math.min(widest, Math.log10(1 + range / deviation)) : 0;
  target[at + 14] = readability(present.flatMap((sample) => wordsOf(sample.slice(0, mostCharacters))));
}

function writeOrder(values: readonly number[], target: Float32Array, at: number): void {
  let steps = 0;
  let rising = 0;
  for (let index = 1; index < values.length; index += 1) {
    const step = values[index]! - values[index - 1]!;
    if (step === 1) steps += 1;
    if (step > 0) rising += 1;
  }
  if (values.length < 2) return;
  target[at] = steps / (values.length - 1);
  target[at + 1] = rising / (values.length - 1);
}
