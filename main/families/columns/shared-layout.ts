/** Tables whose rows describe columns: name, five samples, statistics. */
import type { Problem } from '../family.ts';
import { bounded, type ColumnDescription, sampleCount } from './description.ts';

/** The columns of the layout by what they hold; null when the table has another layout. */
export interface SharedLayout {
  readonly name: number;
  readonly samples: readonly number[];
  readonly figures: Readonly<Record<Figure, number>>;
  readonly table: number;
  readonly id: number;
  readonly labels: readonly (readonly [column: string, index: number])[];
}

const figureColumns = {
  cells: 'total_vals',
  missing: 'num_nans',
  distinct: 'num_of_dist_val',
  distinctPercent: '%_dist_val',
  mean: 'mean',
  deviation: 'std_dev',
  minimum: 'min_val',
  maximum: 'max_val',
} as const;
type Figure = keyof typeof figureColumns;

const otherColumns = /^(record_id|attribute_name|sample_\d|%_nans|has_|is_|mean_|stdev_|std_dev_)/i;

export function sharedLayoutOf(header: readonly string[]): SharedLayout | null {
  const plain = header.map((name) => name.toLowerCase());
  const indexOf = (name: string) => plain.indexOf(name);
  const name = indexOf('attribute_name');
  const samples = Array.from({ length: sampleCount }, (_, index) => indexOf(`sample_${index + 1}`));
  const figures = Object.fromEntries(
    Object.entries(figureColumns).map(([figure, column]) => [figure, indexOf(column)]),
  ) as Record<Figure, number>;
  if (name < 0 || samples.some((index) => index < 0) || figures.cells < 0 || figures.distinct < 0)
    return null;
  const known = new Set<string>([...Object.values(figureColumns), 'id']);
  const labels = header.flatMap((column, index): [string, number][] =>
    known.has(column.toLowerCase()) || otherColumns.test(column) ? [] : [[column, index]],
  );
  return { name, samples, figures, table: indexOf('record_id'), id: indexOf('id'), labels };
}

export interface DescribedRow {
  readonly column: ColumnDescription;
  /** In per cent, as the file has it. */
  readonly distinctPercent: number;
}

/** A figure that is no number is named and counts as 0. */
export function describeRow(
  layout: SharedLayout,
  cells: readonly string[],
  row: number,
  problems: Problem[],
): DescribedRow {
  const figure = (name: Figure): number => {
    const index = layout.figures[name];
    const text = index < 0 ? '' : cells[index]!.trim();
    const value = text === '' || /^nan$/i.test(text) ? 0 : Number(text);
    if (Number.isFinite(value)) return bounded(value);
    const column = figureColumns[name];
    const sentence = `Row ${row}, ${column}: "${text.slice(0, 40)}" is no number; it was taken as 0.`;
    problems.push({ row, column, code: 'notANumber', sentence });
    return 0;
  };
  const total = figure('cells');
  const distinct = figure('distinct');
  const missing = figure('missing');
  nameBeyondCells(total, { missing, distinct }, row, problems);
  return {
    column: {
      name: cells[layout.name]!,
      samples: layout.samples.map((index) => cells[index]!),
      cells: total,
      missing,
      distinct,
      mean: figure('mean'),
      deviation: figure('deviation'),
      minimum: figure('minimum'),
      maximum: figure('maximum'),
    },
    distinctPercent:
      layout.figures.distinctPercent < 0 ? (100 * distinct) / Math.max(1, total) : figure('distinctPercent'),
  };
}

/** More missing or distinct values than there are cells: taken as they are, and named. */
function nameBeyondCells(
  cells: number,
  counted: Readonly<Record<'missing' | 'distinct', number>>,
  row: number,
  problems: Problem[],
): void {
  for (const name of ['missing', 'distinct'] as const) {
    if (cells === 0 || counted[name] <= cells) continue; // 0: not told, or named already
    const column = figureColumns[name];
    const sentence = `Row ${row}, ${column}: ${counted[name]} of ${cells} cells cannot be; it was taken as it is.`;
    problems.push({ row, column, code: 'impossible', sentence });
  }
}
