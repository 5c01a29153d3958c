/** Reads a table: one whose rows describe columns (the shared layout), or any other, column by column. */
import { readTextTable } from '../../formats/tables/read-any-table.ts';
import type { Table } from '../../formats/tables/table.ts';
import type { FamilyItem, Problem, ReadOptions, SourceBytes, SourceReading } from '../family.ts';
import { missingLabelColumn } from '../label-column.ts';
import { type ColumnDescription, describeColumn, isMissing } from './description.ts';
import { columnFeatureCount, columnFeatureNames, writeFeatures } from './features/extract.ts';
import { kindOfClass, kinds } from './kinds.ts';
import { describeRow, type SharedLayout, sharedLayoutOf } from './shared-layout.ts';
import { checkRawTable } from './table-checks.ts';

/** The label column that is made of the nine classes, where only those are given. */
export const kindColumn = 'kind';

/** @throws NightsiftError `empty`, `badHeader`, `damagedData` */
export function readColumns(source: SourceBytes, { label }: ReadOptions): SourceReading {
  const table = source.table ?? readTextTable(source.bytes, source.file);
  const layout = sharedLayoutOf(table.header);
  const problems: Problem[] = [...table.problems];
  if (layout !== null && label !== undefined && label !== kindColumn) {
    const missing = missingLabelColumn(table.header, label);
    if (missing !== null) problems.push(missing);
  }
  const described =
    layout === null
      ? rawColumns(table, source.file, problems)
      : sharedRows(table, layout, source.file, problems);
  const data = new Float32Array(described.length * columnFeatureCount);
  described.forEach(({ column }, index) => {
    writeFeatures(column, data, index * columnFeatureCount);
  });
  return {
    items: described.map(({ item }) => item),
    tensors: [{ name: 'features', shape: [columnFeatureCount], data }],
    featureNames: columnFeatureNames,
    problems,
  };
}

interface Described {
  readonly item: FamilyItem;
  readonly column: ColumnDescription;
}

function sharedRows(table: Table, layout: SharedLayout, file: string, problems: Problem[]): Described[] {
  return table.rows.map((cells, index): Described => {
    const row = table.rowNumbers[index]!;
    const { column, distinctPercent } = describeRow(layout, cells, row, problems);
    const labels: Record<string, string> = {};
    for (const [name, place] of layout.labels)
      if (!isMissing(cells[place]!)) labels[name] = cells[place]!.trim();
    addKind(labels, column, distinctPercent);
    const id = layout.id < 0 ? String(index + 1) : cells[layout.id]!;
    const group = layout.table < 0 ? file : cells[layout.table]!;
    const own = new Set([layout.id, layout.table, ...layout.labels.map(([, place]) => place)]);
    const identity = cells.filter((_, place) => !own.has(place)).join('\u0000');
    return { item: itemOf(column, { id, group, position: index, labels, identity }), column };
  });
}

/** The kind follows from a label of the nine classes, unless the file gives it itself. */
function addKind(
  labels: Record<string, string>,
  { samples, distinct }: ColumnDescription,
  distinctPercent: number,
): void {
  if (labels[kindColumn] !== undefined) return;
  for (const label of Object.values(labels)) {
    const kind = kindOfClass(label, { samples, distinct, distinctPercent });
    if (kind !== null) labels[kindColumn] = kind;
  }
}

function rawColumns(table: Table, file: string, problems: Problem[]): Described[] {
  if (table.rows.length === 0) {
    problems.push({
      row: 1,
      column: null,
      code: 'noRows',
      sentence: 'There is a header and no row below it: nothing tells what the columns hold.',
    });
  }
  problems.push(...checkRawTable(table));
  const kind = folderKind(file);
  return table.header.map((name, place): Described => {
    const column = describeColumn(
      name,
      table.rows.map((cells) => cells[place]!),
    );
    const labels = kind === null ? {} : { [kindColumn]: kind };
    const { name: _name, samples, ...figures } = column;
    const identity = [name, ...samples, ...Object.values(figures)].join('\u0000');
    return { item: itemOf(column, { id: name, group: file, position: place, labels, identity }), column };
  });
}

/** In a tree `…/<kind>/FILE` the folder says what every column of the file is. */
function folderKind(file: string): string | null {
  const folder = file.split('/').at(-2)?.toLowerCase();
  return kinds.find((kind) => kind === folder) ?? null;
}

/** Of a sample, for lists. */
const shownCharacters = 120;

function itemOf(
  column: ColumnDescription,
  place: Pick<FamilyItem, 'id' | 'group' | 'position' | 'labels' | 'identity'>,
): FamilyItem {
  const { name, samples, cells, missing, distinct, mean, deviation, minimum, maximum } = column;
  const shown = samples.map((sample) =>
    sample.length > shownCharacters ? `${sample.slice(0, shownCharacters)}…` : sample,
  );
  const text = [name, ...samples].join('\u0000');
  return {
    ...place,
    twin: text.length > 4096 ? `${text.slice(0, 4096)} ${text.length}` : text,
    facts: { name, cells, missing, distinct, example: shown.find((sample) => sample !== '') ?? '' },
    view: { samples: shown, mean, deviation, minimum, maximum },
  };
}
