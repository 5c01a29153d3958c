/** Tables of spectra: a row each, counts in one cell separated by blanks or in a column for each channel. */
import { NightsiftError } from '../../../contract/errors.ts';
import { type Spectrum, spectrum } from '../../formats/spectra/spectrum.ts';
import { readTextTable } from '../../formats/tables/read-any-table.ts';
import type { Problem, SourceBytes } from '../family.ts';

export interface TableSpectrum {
  readonly id: string;
  readonly row: number;
  readonly spectrum: Spectrum;
  /** Cells beside counts and calibration, by column. */
  readonly cells: Readonly<Record<string, string>>;
}

const calibrationColumn = /^cal(\d)$/i;
const channelColumn = /^(?:ch|channel|c)?[ _]?(\d{1,5})$/i;
const idColumns = ['id', 'segment'];
const liveTimeColumns = ['live_s', 'live_time'];
/** A table of fewer channels than this in columns of their own is no table of spectra. */
const fewestChannelColumns = 32;

/** More in one channel than any detector counts in a lifetime: sums of such numbers would not be counts. */
const mostCounts = 1e15;

/**
 * Rows that make no sense are left out and named.
 * @throws NightsiftError `empty`, `badHeader` when no column holds counts, `damagedData`
 */
export function readSpectrumTable(source: SourceBytes, problems: Problem[]): TableSpectrum[] {
  const table = source.table ?? readTextTable(source.bytes, source.file);
  problems.push(...table.problems);
  const places = new Map(table.header.map((name, place) => [name.toLowerCase(), place]));
  const counts = places.get('counts');
  const channels = table.header.flatMap((name, place) => (channelColumn.test(name) ? [place] : []));
  if (counts === undefined && channels.length < fewestChannelColumns) {
    throw new NightsiftError('badHeader', `${source.file} has no column that holds counts.`, {
      hint: 'Expected a column "counts" with numbers separated by blanks, or a column for each channel (ch0, ch1, …).',
      details: { file: source.file, columns: table.header.slice(0, 40) },
    });
  }
  const terms = [...places]
    .filter(([name]) => calibrationColumn.test(name))
    .sort(([one], [other]) => one.localeCompare(other));
  const liveTimeName = liveTimeColumns.find((name) => places.has(name));
  const liveTime =
    liveTimeName === undefined ? null : { name: liveTimeName, place: places.get(liveTimeName)! };
  const id = idColumns.map((name) => places.get(name)).find((place) => place !== undefined);
  return table.rows.flatMap((cells, index): TableSpectrum[] => {
    const row = table.rowNumbers[index]!;
    const words =
      counts === undefined ? channels.map((place) => cells[place]!) : cells[counts]!.trim().split(/\s+/);
    const columnOf = (channel: number) => table.header[counts ?? channels[channel]!] ?? 'counts';
    const found = countsOf(words, columnOf, row, problems);
    if (found === null) return [];
    checkAnnounced(cells[places.get('channels') ?? -1], found.length, row, problems);
    return [
      {
        id: id === undefined || cells[id] === '' ? String(index + 1) : cells[id]!,
        row,
        spectrum: spectrum({
          counts: found,
          calibration:
            calibrationOf(terms, cells, row, problems) ??
            calibrationOfBins(cells[places.get('energy_bins') ?? -1], found.length),
          liveSeconds: liveSecondsOf(liveTime, cells, row, problems),
          detector: cells[places.get('detector') ?? -1] ?? null,
        }),
        cells: Object.fromEntries(
          table.header.flatMap((name, place) =>
            place === counts || place === places.get('energy_bins') || channels.includes(place)
              ? []
              : [[name, cells[place]!]],
          ),
        ),
      },
    ];
  });
}

function countsOf(
  words: readonly string[],
  columnOf: (channel: number) => string,
  row: number,
  problems: Problem[],
): Float64Array | null {
  const values = Float64Array.from(words, (word) => (word.trim() === '' ? Number.NaN : Number(word)));
  const wrong = values.findIndex((value) => !(value >= 0 && value <= mostCounts));
  if (wrong < 0 && values.length > 0) return values;
  const channel = Math.max(0, wrong);
  const word = words[channel] ?? '';
  problems.push({
    row,
    column: columnOf(channel),
    code: Number(word) < 0 ? 'negativeCount' : 'noCount',
    sentence: `Row ${row}: channel ${channel} holds "${word.slice(0, 20)}" where a count of 0 or more belongs; the row was left out.`,
  });
  return null;
}

function checkAnnounced(cell: string | undefined, channels: number, row: number, problems: Problem[]): void {
  if (cell === undefined || Number(cell) === channels) return;
  const announced = /^\s*\d+\s*$/.test(cell)
    ? `the row announces ${cell.trim()} channels`
    : `the row announces "${cell.slice(0, 20)}", which is no number of channels`;
  const sentence = `Row ${row}: ${channels} counts are there, ${announced}; it was taken as it is.`;
  problems.push({ row, column: 'channels', code: 'otherLength', sentence });
}

/** Missing terms are 0; a row without any has no calibration. */
function calibrationOf(
  terms: readonly (readonly [string, number])[],
  cells: readonly string[],
  row: number,
  problems: Problem[],
): number[] | null {
  const words = terms.map(([, place]) => cells[place]!.trim());
  if (words.every((word) => word === '')) return null;
  const highest = Math.max(...terms.map(([name]) => powerOf(name)));
  const calibration = new Array<number>(highest + 1).fill(0);
  terms.forEach(([name], place) => {
    const value = Number(words[place]);
    if (Number.isFinite(value)) calibration[powerOf(name)] = value;
    else {
      problems.push({
        row,
        column: name,
        code: 'noNumber',
        sentence: `Row ${row}: "${words[place]!.slice(0, 20)}" is no calibration term; 0 was taken.`,
      });
    }
  });
  return calibration;
}

function powerOf(name: string): number {
  return Number(calibrationColumn.exec(name)![1]);
}

/** Energies of all channels, or of their edges, as a straight line between the first and the last. */
function calibrationOfBins(cell: string | undefined, channels: number): number[] | null {
  const energies = (cell ?? '').trim().split(/\s+/).map(Number);
  const [first = Number.NaN, last = Number.NaN] = [energies[0], energies.at(-1)];
  const isOfChannels = energies.length === channels || energies.length === channels + 1;
  return isOfChannels && channels > 1 && last > first
    ? [first, (last - first) / (energies.length - 1)]
    : null;
}

/** Null where the cell is empty; null too, and named, where it is no time that was counted for. */
function liveSecondsOf(
  column: { readonly name: string; readonly place: number } | null,
  cells: readonly string[],
  row: number,
  problems: Problem[],
): number | null {
  const cell = column === null ? '' : cells[column.place]!.trim();
  if (column === null || cell === '') return null;
  const value = Number(cell);
  if (value > 0 && Number.isFinite(value)) return value;
  problems.push({
    row,
    column: column.name,
    code: 'noLiveTime',
    sentence: `Row ${row}: "${cell.slice(0, 20)}" is no live time above 0 s; none was taken.`,
  });
  return null;
}
