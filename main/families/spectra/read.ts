/** Reads spectra from a file of any known format or from a table of them, and brings them to one grid of energies. */
import { isSpectrumFile, readSpectra } from '../../formats/spectra/read-spectra.ts';
import type { Spectrum } from '../../formats/spectra/spectrum.ts';
import type { FamilyItem, Problem, ReadOptions, SourceBytes, SourceReading } from '../family.ts';
import { peaksOf } from './baseline.ts';
import { fineBins, finekeV, onFineGrid, risesOver } from './energy-grid.ts';
import { isBackgroundName } from './names.ts';
import { givenCalibration, isBackgroundSpectrum, prepared } from './prepare.ts';
import { readSpectrumTable, type TableSpectrum } from './shared-layout.ts';
import { tensorsOf } from './spectrum-tensors.ts';

/** Columns that say what an item is where no label column is named. */
export const labelColumns = ['label', 'nuclide', 'isotope', 'isotope_tags', 'y_act'];

/** Left empty, or the NaN that programs write for it; `na` may be sodium, and `none` says that nothing is there. */
const noLabel = /^\s*(nan)?\s*$/i;

/** @throws NightsiftError `empty`, `notAnImage`, `badHeader`, `damagedData`, `tooLarge` */
export function readSpectrumSource(source: SourceBytes, options: ReadOptions): SourceReading {
  const problems: Problem[] = [];
  const found =
    source.table === undefined && isSpectrumFile({ name: source.file, bytes: source.bytes })
      ? fromFile(source)
      : readSpectrumTable(source, problems);
  const grids = found.map((each) => gridded(each, options, problems));
  const columns = labelColumnsOf(options);
  const fine = prepared(
    found.map(({ row, spectrum, cells }, place) => ({
      row,
      fine: grids[place]!,
      detector: spectrum.detector,
      liveSeconds: spectrum.liveSeconds,
      isBackground: isBackgroundSpectrum(spectrum.isBackground, cells, columns),
    })),
    options,
    problems,
  );
  return {
    items: found.map((each, position) => ({
      ...itemOf(each, fine[position]!, { source, options, position }),
      ...(scaleOf(each.spectrum, options) === null && { assumed: assumedScale }),
    })),
    tensors: tensorsOf(fine),
    featureNames: [],
    problems,
  };
}

function fromFile(source: SourceBytes): TableSpectrum[] {
  return readSpectra({ name: source.file, bytes: source.bytes }).map((spectrum, place) => ({
    id: spectrum.title === '' ? String(place + 1) : `${place + 1} ${spectrum.title}`,
    row: place + 1,
    spectrum,
    cells: {},
  }));
}

function labelColumnsOf({ label }: ReadOptions): readonly string[] {
  return label === undefined ? labelColumns : [label];
}

const wholeGrid = `0 to ${fineBins * finekeV} keV`;
const assumedScale = `energies are assumed: without a calibration that rises, channels were spread over ${wholeGrid}`;

/** The calibration that rises, the file's before the one given; null where there is none. */
function scaleOf({ counts, calibration }: Spectrum, options: ReadOptions): readonly number[] | null {
  const known = [calibration, givenCalibration(options)];
  return known.find((terms) => terms !== null && risesOver(counts.length, terms)) ?? null;
}

/** Without a calibration channels span the grid evenly. */
function gridded(
  { spectrum, row, cells }: TableSpectrum,
  options: ReadOptions,
  problems: Problem[],
): Float64Array {
  const { counts } = spectrum;
  const name = Object.keys(cells).length > 0 ? `Row ${row}` : `Spectrum ${row}`;
  if (counts.every((value) => value === 0)) {
    const sentence = `${name} holds no count: nothing can be said of it.`;
    problems.push({ row, column: cells.counts === undefined ? null : 'counts', code: 'empty', sentence });
  }
  const scale = scaleOf(spectrum, options);
  if (scale !== null) return onFineGrid(counts, scale);
  problems.push({
    row,
    column: Object.keys(cells).find((name) => /^cal1$/i.test(name)) ?? null,
    code: 'noCalibration',
    sentence: `${name} has no energy calibration that rises; its ${counts.length} channels were spread over ${wholeGrid}.`,
  });
  return onFineGrid(counts, [0, (fineBins * finekeV) / counts.length]);
}

/** Points of the curve that screens draw. */
const drawnPoints = 256;

function itemOf(
  { id, spectrum, cells }: TableSpectrum,
  fine: Float64Array,
  {
    source,
    options,
    position,
  }: { readonly source: SourceBytes; readonly options: ReadOptions; readonly position: number },
): FamilyItem {
  const columns = labelColumnsOf(options);
  const labels = Object.fromEntries(
    Object.entries(cells)
      .filter(([name, cell]) => columns.includes(name) && !noLabel.test(cell))
      .map(([name, cell]) => [name, cell.trim()]),
  );
  return {
    id,
    group: cells.group ?? source.file,
    position,
    identity: bytesOf(spectrum),
    labels,
    facts: {
      channels: spectrum.counts.length,
      counts: Math.round(1000 * spectrum.counts.reduce((sum, value) => sum + value, 0)) / 1000,
      liveSeconds: spectrum.liveSeconds,
      detector: spectrum.detector,
      start: spectrum.start,
      ...((spectrum.isBackground || Object.values(labels).some(isBackgroundName)) && { background: true }),
      ...(spectrum.counts.some((value) => !Number.isInteger(value)) && { fractional: true }),
      ...kept(cells, ['variant', 'kind']),
    },
    view: {
      kiloElectronVoltsPerPoint: (fineBins * finekeV) / drawnPoints,
      counts: drawn(fine),
      peaks: peaksOf(fine),
      calibration: spectrum.calibration,
    },
  };
}

function kept(cells: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (cells[name] ? [[name, cells[name]]] : [])));
}

function drawn(fine: Float64Array): number[] {
  const each = fineBins / drawnPoints;
  return Array.from({ length: drawnPoints }, (_, point) => {
    let sum = 0;
    for (let bin = point * each; bin < (point + 1) * each; bin += 1) sum += fine[bin]!;
    return Math.round(10 * sum) / 10;
  });
}

function bytesOf({ counts, calibration }: Spectrum): Uint8Array {
  const all = Float64Array.from([...(calibration ?? []), Number.NaN, ...counts]);
  return new Uint8Array(all.buffer);
}
