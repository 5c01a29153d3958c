/** Features of a row that sums up a piece of telemetry: its figures, logarithms of wide ones, and ratios between them. */
import type { NumberColumn } from './columns.ts';

/** Figures that vary over orders of magnitude: only their logarithms are compared. */
const wideFigure =
  /^(mean|var|std|kurtosis|skew|diff2?_var|gaps_squared|len_weighted|var_div_\w+|duration|len)$/i;
/** Smallest magnitude that is told from 0, as a power of ten. */
const smallestPower = 18;

/** Sign and order of magnitude; 0 for 0, rising throughout. */
function signedLogarithm(value: number): number {
  return Math.sign(value) * (Math.log10(Math.abs(value) + 10 ** -smallestPower) + smallestPower);
}

function magnitude(value: number): number {
  return Math.log10(Math.abs(value) + 10 ** -smallestPower);
}

type Figures = (name: string) => number;
interface Ratio {
  readonly name: string;
  readonly of: readonly string[];
  readonly value: (figure: Figures) => number;
}

function quotient(name: string, above: string, below: string): Ratio {
  return { name, of: [above, below], value: (figure) => figure(above) / (figure(below) || 1) };
}
function difference(name: string, above: string, below: string): Ratio {
  return { name, of: [above, below], value: (figure) => magnitude(figure(above)) - magnitude(figure(below)) };
}
function perPeak(name: string, above: string, below: string): Ratio {
  return { name, of: [above, below], value: (figure) => figure(above) / (figure(below) + 1) };
}

/** Between figures that tables of segments have; a ratio is there when its figures are. */
const ratios: readonly Ratio[] = [
  difference('roughness', 'diff_var', 'var'),
  difference('roughness2', 'diff2_var', 'diff_var'),
  difference('level', 'mean', 'std'),
  quotient('peak_rate', 'n_peaks', 'len'),
  quotient('smooth10_peak_rate', 'smooth10_n_peaks', 'len'),
  quotient('smooth20_peak_rate', 'smooth20_n_peaks', 'len'),
  quotient('diff_peak_rate', 'diff_peaks', 'len'),
  quotient('diff2_peak_rate', 'diff2_peaks', 'len'),
  quotient('gap_per_row', 'gaps_squared', 'len'),
  quotient('seconds_per_row', 'duration', 'len'),
  quotient('gap_per_second', 'gaps_squared', 'duration'),
  {
    name: 'bimodality',
    of: ['kurtosis', 'skew'],
    value: (figure) => figure('kurtosis') - figure('skew') ** 2,
  },
  {
    name: 'coverage',
    of: ['duration', 'len', 'sampling'],
    value: (figure) => figure('duration') / (figure('len') * figure('sampling') || 1),
  },
  perPeak('diff_peaks_per_peak', 'diff_peaks', 'n_peaks'),
  perPeak('peaks_per_diff2_peak', 'n_peaks', 'diff2_peaks'),
  perPeak('smooth20_peaks_per_peak', 'smooth20_n_peaks', 'n_peaks'),
  // of a spacecraft's own readings (0 where the voltage is none)
  {
    name: 'voltage_temp_ratio',
    of: ['voltage', 'temperature'],
    value: (figure) => (figure('voltage') > 0 ? figure('temperature') / figure('voltage') : 0),
  },
  { name: 'gyro_intensity', of: ['gyro'], value: (figure) => Math.abs(figure('gyro')) },
  {
    name: 'composite_score',
    of: ['voltage', 'temperature', 'gyro'],
    value: (figure) =>
      (0.3 * figure('voltage')) / 8 + (0.3 * figure('temperature')) / 30 + 4 * Math.abs(figure('gyro')),
  },
];

/** Features that are made of several channels. */
export const derivedNames: ReadonlySet<string> = new Set(ratios.map(({ name }) => name));

export interface FeatureColumns {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

export function segmentFeatures(
  numbers: readonly NumberColumn[],
  contexts: readonly { readonly name: string; readonly cells: readonly string[] }[],
): FeatureColumns {
  const names: string[] = [];
  const columns: Float64Array[] = [];
  const add = (name: string, values: Float64Array): void => {
    names.push(name);
    columns.push(values);
  };
  for (const { name, values } of numbers) {
    if (!wideFigure.test(name)) add(name, values);
  }
  for (const { name, values } of numbers) {
    if (wideFigure.test(name) || /^(kurtosis|skew)$/i.test(name))
      add(`log.${name}`, values.map(signedLogarithm));
    if (/^(kurtosis|skew)$/i.test(name)) add(name, values);
  }
  const byName = new Map(numbers.map(({ name, values }) => [name.toLowerCase(), values]));
  for (const { name, of, value } of ratios) {
    if (!of.every((figure) => byName.has(figure))) continue;
    const rows = numbers[0]!.values.length;
    add(
      name,
      Float64Array.from({ length: rows }, (_, row) => value((figure) => byName.get(figure)![row]!)),
    );
  }
  for (const { name, cells } of contexts) add(`context.${name}`, Float64Array.from(cells, wordNumber));
  return { names, columns };
}

/** A number for a word, the same in every file: the one in its name, else one drawn from its letters. */
export function wordNumber(word: string): number {
  const digits = /(\d+)(?!.*\d)/.exec(word);
  if (digits) return Number(digits[1]);
  let state = 0x811c9dc5;
  for (let index = 0; index < word.length; index++)
    state = Math.imul(state ^ word.charCodeAt(index), 0x01000193);
  return ((state >>> 0) % 1009) / 1009;
}
