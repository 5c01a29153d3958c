/** Causal features of each row of a series: its values, and how they stand in the rows before. */
import type { NumberColumn } from './columns.ts';
import { type FeatureColumns, segmentFeatures } from './segment-features.ts';

/** Rows of a window, the row itself the last. */
const windowRows = 32;
const shortRows = 8;

export function seriesFeatures(
  numbers: readonly NumberColumn[],
  contexts: readonly { readonly name: string; readonly cells: readonly string[] }[],
): FeatureColumns {
  const own = segmentFeatures(numbers, contexts);
  const names = [...own.names];
  const columns = [...own.columns];
  for (const { name, values } of numbers) {
    for (const [suffix, figures] of Object.entries(rollingFigures(values))) {
      names.push(`${name}.${suffix}`);
      columns.push(figures);
    }
  }
  return { names, columns };
}

/** Figures over the latest rows; a missing value is left out of them. */
function rollingFigures(values: Float64Array): Record<string, Float64Array> {
  const rows = values.length;
  const figures = {
    step: new Float64Array(rows),
    mean: new Float64Array(rows),
    deviation: new Float64Array(rows),
    deviationsOff: new Float64Array(rows),
    slope: new Float64Array(rows),
    shortToLong: new Float64Array(rows),
    fastShare: new Float64Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const window = knownTail(values, row, windowRows);
    const { mean, deviation } = moments(window);
    const short = moments(window.slice(-shortRows));
    figures.step[row] = row === 0 ? 0 : values[row]! - values[row - 1]!;
    figures.mean[row] = mean;
    figures.deviation[row] = deviation;
    figures.deviationsOff[row] = deviation > 0 ? (values[row]! - mean) / deviation : 0;
    figures.slope[row] = slopeOf(window);
    figures.shortToLong[row] = deviation > 0 ? short.deviation / deviation : 1;
    figures.fastShare[row] = fastShare(window, deviation);
  }
  return figures;
}

function knownTail(values: Float64Array, row: number, most: number): number[] {
  const tail: number[] = [];
  for (let index = Math.max(0, row - most + 1); index <= row; index++) {
    if (!Number.isNaN(values[index]!)) tail.push(values[index]!);
  }
  return tail;
}

function moments(window: readonly number[]): { mean: number; deviation: number } {
  if (window.length === 0) return { mean: 0, deviation: 0 };
  const mean = window.reduce((sum, value) => sum + value, 0) / window.length;
  const variance = window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** Least squares, per row. */
function slopeOf(window: readonly number[]): number {
  const middle = (window.length - 1) / 2;
  let products = 0;
  let squares = 0;
  window.forEach((value, index) => {
    products += (index - middle) * value;
    squares += (index - middle) ** 2;
  });
  return squares > 0 ? products / squares : 0;
}

/** Share of the upper half of the spectrum, by the energy of differences: 0 for slow, 1 for alternating values. */
function fastShare(window: readonly number[], deviation: number): number {
  if (deviation === 0 || window.length < 2) return 0;
  let energy = 0;
  for (let index = 1; index < window.length; index++) energy += (window[index]! - window[index - 1]!) ** 2;
  return Math.min(1, energy / (4 * deviation ** 2 * (window.length - 1)));
}
