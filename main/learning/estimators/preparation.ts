/** Columns brought to one scale and missing values filled, the same in the exported graph; all in double precision. */
import type { ParameterDefinition } from '../recipes/recipe.ts';
import type { ModelParts } from './model-parts.ts';
import type { Table } from './table.ts';

export const scalings = ['none', 'standard', 'robust', 'minmax'] as const;
export type Scaling = (typeof scalings)[number];

export function scalingParameter(standard: Scaling): ParameterDefinition {
  return {
    name: 'scaling',
    description: 'columns by mean and deviation, by median and quartiles, to 0 … 1, or as they are',
    kind: 'choice',
    default: standard,
    choices: scalings,
  };
}

export interface PreparedTable extends Table {
  readonly values: Float64Array;
}

export interface Preparation {
  apply(table: Table): PreparedTable;
  /** From the float64 input [rows, columns] to the same, prepared. */
  addTo(parts: ModelParts, input: string): string;
}

interface ColumnScale {
  readonly centre: number;
  readonly width: number;
  /** What stands for a missing value, before scaling. */
  readonly filling: number;
}

/** Values beyond this are held at it: their squares must stay finite. */
const largest = 1e150;

/**
 * A constant column becomes 0 (0.5 with minmax); a missing value becomes the mean, or the median with robust.
 * @param bendBeyond prepared values further from 0 than this grow with the logarithm of what exceeds it, so that no single column
 * decides a distance; straight where left out
 */
export function fitPreparation(table: Table, scaling: Scaling, bendBeyond?: number): Preparation {
  const scales = Array.from({ length: table.columns }, (_, column) => scaleOf(table, column, scaling));
  const { columns } = table;
  return {
    apply({ rows, values }) {
      const prepared = new Float64Array(rows * columns);
      for (let index = 0; index < prepared.length; index++) {
        const { centre, width, filling } = scales[index % columns]!;
        const value = values[index]!;
        const known = Number.isNaN(value) ? filling : Math.min(Math.max(value, -largest), largest);
        const scaled = (known - centre) / width;
        prepared[index] = bendBeyond === undefined ? scaled : bent(scaled, bendBeyond);
      }
      return { rows, columns, values: prepared };
    },
    addTo(parts, input) {
      const row = (value: (scale: ColumnScale) => number): string =>
        parts.floats('float64', scales.map(value), [1, columns]);
      const missing = parts.apply('IsNaN', [input]);
      const filled = parts.apply('Where', [missing, row(({ filling }) => filling), input]);
      const bound = parts.apply('Clip', [
        filled,
        parts.floats('float64', [-largest]),
        parts.floats('float64', [largest]),
      ]);
      const centred = parts.apply('Sub', [bound, row(({ centre }) => centre)]);
      const scaled = parts.apply('Div', [centred, row(({ width }) => width)]);
      return bendBeyond === undefined ? scaled : addBent(parts, scaled, bendBeyond);
    },
  };
}

function bent(value: number, from: number): number {
  const held = Math.min(from, Math.max(-from, value));
  const rest = value - held;
  return held + Math.sign(rest) * Math.log(1 + Math.abs(rest));
}

function addBent(parts: ModelParts, value: string, from: number): string {
  const number = (figure: number): string => parts.floats('float64', [figure]);
  const held = parts.apply('Clip', [value, number(-from), number(from)]);
  const rest = parts.apply('Sub', [value, held]);
  const size = parts.apply('Log', [parts.apply('Add', [parts.apply('Abs', [rest]), number(1)])]);
  return parts.apply('Add', [held, parts.apply('Mul', [parts.apply('Sign', [rest]), size])]);
}

function scaleOf(table: Table, column: number, scaling: Scaling): ColumnScale {
  const known = knownValues(table, column);
  if (known.length === 0) return { centre: 0, width: 1, filling: 0 };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (scaling === 'none') return { centre: 0, width: 1, filling: mean };
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  if (scaling === 'standard') return { centre: mean, width: widthOr1(deviation, mean), filling: mean };
  const sorted = known.sort();
  const low = sorted[0]!;
  const high = sorted[sorted.length - 1]!;
  if (scaling === 'minmax') {
    // max = min gives 0.5
    return high > low
      ? { centre: low, width: high - low, filling: mean }
      : { centre: low - 0.5, width: 1, filling: mean };
  }
  const median = quantile(sorted, 0.5);
  const quartiles = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / normalQuartiles;
  const width = quartiles > 0 ? quartiles : deviation;
  return { centre: median, width: widthOr1(width, median), filling: median };
}

/** Distance of the quartiles of the normal distribution, in standard deviations. */
const normalQuartiles = 1.349;

/** What rounding makes of a constant column is no width. */
function widthOr1(width: number, centre: number): number {
  return width > Math.abs(centre) * 1e-14 ? width : 1;
}

function knownValues({ rows, columns, values }: Table, column: number): Float64Array {
  const known = new Float64Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const value = values[row * columns + column]!;
    if (!Number.isNaN(value)) known[count++] = Math.min(Math.max(value, -largest), largest);
  }
  return known.subarray(0, count);
}

/** Linear between the order statistics; `sorted` is rising and not empty. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below]!;
  return below + 1 < sorted.length ? low + (place - below) * (sorted[below + 1]! - low) : low;
}
