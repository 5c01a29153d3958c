/** Reads telemetry: a table of segments, each summed up in a row, or a series with a row for each moment. */

import { NightsiftError } from '../../../contract/errors.ts';
import type { Table } from '../../formats/tables/table.ts';
import type {
  FamilyItem,
  FamilyTensor,
  ReadOptions,
  Setting,
  SourceBytes,
  SourceReading,
  TrainingSetting,
} from '../family.ts';
import { missingLabelColumn } from '../label-column.ts';
import {
  checkConstant,
  checkRangeNames,
  checkRanges,
  checkTimes,
  checkTimeWriting,
  checkUnits,
  parseRange,
  rangesOf,
} from './checks.ts';
import { plainLabel, readTimes, sortColumns, type TelemetryColumns } from './columns.ts';
import { noveltyScores } from './novelty.ts';
import { type ProblemList, problemList } from './problems.ts';
import { readRecordTable } from './record-table.ts';
import { type FeatureColumns, segmentFeatures } from './segment-features.ts';
import { seriesFeatures } from './series-features.ts';
import { parseZone } from './times.ts';

export const telemetryReadingSettings: Readonly<Record<string, TrainingSetting>> = {
  'read.zone': {
    description: 'how far clocks that name no zone are ahead of universal time, +02:00 for one',
    default: '+00:00',
    form: {
      pattern: /^(|z|utc|[+-]?\d{1,2}(:?\d{2})?)$/i,
      words: 'hours and minutes, at most 14 hours, for example +02:00 or -7',
      isMeant: (text) => !Number.isNaN(parseZone(text)),
    },
  },
  'read.range.*': {
    description: 'the range of a field by its name, LOW..HIGH; values outside of it are named in the report',
    default: '',
    form: {
      pattern: /^-?[\d.e+-]+\s*\.\.\s*-?[\d.e+-]+$/i,
      words: 'LOW..HIGH, for example 6..10',
      isMeant: (text) => parseRange(text) !== null,
    },
  },
};

/** Columns that a sentence names. */
const mostNamedColumns = 20;

/** @throws NightsiftError `empty`, `badHeader`, `damagedData`, `badInput`, `wrongUse` */
export function readTelemetry(source: SourceBytes, options: ReadOptions): SourceReading {
  const table = readRecordTable(source);
  const problems = problemList(table.problems);
  const columns = sortColumns(table, options.label, problems);
  const missing = options.label === undefined ? null : missingLabelColumn(table.header, options.label);
  if (missing !== null) problems.add(null, missing.column, missing.code, missing.sentence);
  if (columns.numbers.length === 0) {
    throw new NightsiftError('badHeader', `${source.file} has no column of numbers.`, {
      hint: `Its columns: ${table.header.slice(0, mostNamedColumns).join(', ')}.`,
    });
  }
  const ranges = rangesOf(options.settings ?? {});
  const ahead = clockAhead(options.settings ?? {});
  checkRangeNames(options.settings ?? {}, columns.numbers, problems);
  for (const column of columns.numbers) {
    // what happens once comes before what many rows show
    checkConstant(column, table.rowNumbers, problems);
    if (columns.time >= 0) checkUnits(column, table.rowNumbers, problems);
    checkRanges(column, ranges, table.rowNumbers, problems);
  }
  const isSeries = columns.time >= 0;
  const times = isSeries ? readTimes(table, columns.time, ahead ?? 0, problems) : null;
  if (times) {
    const written = table.rows.map((cells) => cells[columns.time]!);
    checkTimeWriting(written, table.header[columns.time]!, ahead !== null, table.rowNumbers, problems);
    checkTimes(times, table.header[columns.time]!, table.rowNumbers, problems);
  }
  const features = isSeries
    ? seriesFeatures(columns.numbers, columns.contexts)
    : segmentFeatures(columns.numbers, columns.contexts);
  const tensors: FamilyTensor[] = [tensorOf('features', features, table.rows.length)];
  const novelty = isSeries ? noveltyScores(columns.numbers.map(({ values }) => values)) : null;
  if (novelty) tensors.push({ name: 'novelty', shape: [1], data: novelty });
  return {
    items: itemsOf(source.file, table, columns, { times, novelty }, problems),
    tensors,
    featureNames: features.names,
    problems: problems.all(),
  };
}

/** Milliseconds that `read.zone` says times without one are ahead of universal time; null where it is not given. */
function clockAhead({ 'read.zone': zone }: Readonly<Record<string, Setting>>): number | null {
  if (zone === undefined) return null;
  const ahead = parseZone(String(zone));
  if (!Number.isNaN(ahead)) return ahead;
  throw new NightsiftError('wrongUse', `read.zone cannot be "${String(zone)}".`, {
    hint: 'Write how far the clock is ahead of universal time, for example +02:00.',
  });
}

function tensorOf(name: string, { columns }: FeatureColumns, rows: number): FamilyTensor {
  const width = columns.length;
  const data = new Float64Array(rows * width);
  columns.forEach((values, column) => {
    for (let row = 0; row < rows; row++) data[row * width + column] = values[row]!;
  });
  return { name, shape: [width], data };
}

function itemsOf(
  file: string,
  table: Table,
  columns: TelemetryColumns,
  { times, novelty }: { readonly times: Float64Array | null; readonly novelty: Float64Array | null },
  problems: ProblemList,
): FamilyItem[] {
  const seen = new Set<string>();
  return table.rows.map((cells, index): FamilyItem => {
    const id = uniqueId(
      columns.id < 0 ? '' : cells[columns.id]!.trim(),
      index,
      table.rowNumbers,
      seen,
      problems,
    );
    const labels: Record<string, string> = {};
    for (const [name, place] of columns.labels) {
      const label = plainLabel(cells[place]!);
      if (label !== undefined) labels[name] = label;
    }
    const facts: Record<string, string | number> = {};
    for (const { name, cells: words } of columns.contexts) facts[name] = words[index]!;
    const time = times?.[index];
    if (time !== undefined && !Number.isNaN(time)) facts.time = new Date(time).toISOString();
    for (const { name, values } of columns.numbers.slice(0, 6)) {
      if (!Number.isNaN(values[index]!)) facts[name] = values[index]!;
    }
    if (novelty) facts.novelty = Math.round(1000 * novelty[index]!) / 1000;
    const position = time === undefined || Number.isNaN(time) ? index : time;
    // rows of a series are one another's surroundings; segments stand alone
    return {
      id,
      group: times ? file : id,
      position,
      identity: `${times ? id : ''} ${cells.join('\u0000')}`,
      labels,
      facts,
    };
  });
}

function uniqueId(
  given: string,
  index: number,
  rowNumbers: ArrayLike<number>,
  seen: Set<string>,
  problems: ProblemList,
): string {
  const id = given === '' ? String(index + 1) : given;
  if (!seen.has(id)) {
    seen.add(id);
    return id;
  }
  const row = rowNumbers[index]!;
  const other = `${id}#${row}`;
  problems.add(
    row,
    null,
    'repeatedId',
    `Row ${row}: the id "${id}" stands twice; this one is called "${other}".`,
  );
  seen.add(other);
  return other;
}
