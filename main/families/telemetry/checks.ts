/** What a reading should obey: ranges for each field, times that rise evenly, units that do not change half-way. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Setting } from '../family.ts';
import type { NumberColumn } from './columns.ts';
import type { ProblemList } from './problems.ts';
import { timeWriting } from './times.ts';

interface Range {
  readonly low: number;
  readonly high: number;
}

/** By the name of the field; `read.range.FIELD=LOW..HIGH` sets others. */
const usualRanges: Readonly<Record<string, Range>> = {
  voltage: { low: 6, high: 10 },
  temperature: { low: 0, high: 60 },
  gyro: { low: -1, high: 1 },
};

const rangePrefix = 'read.range.';

/** @throws NightsiftError `wrongUse` for a range that is none */
export function rangesOf(settings: Readonly<Record<string, Setting>>): Readonly<Record<string, Range>> {
  const given = Object.entries(settings).flatMap(([key, value]): [string, Range][] => {
    if (!key.startsWith(rangePrefix)) return [];
    const range = parseRange(String(value));
    if (range !== null) return [[key.slice(rangePrefix.length), range]];
    throw new NightsiftError('wrongUse', `${key} cannot be "${String(value)}".`, {
      hint: 'Write it as LOW..HIGH, for example 6..10.',
    });
  });
  return { ...usualRanges, ...Object.fromEntries(given) };
}

/** `6..10`; null for what is no range. */
export function parseRange(text: string): Range | null {
  const parts = /^\s*(-?[\d.eE+-]+?)\s*\.\.\s*(-?[\d.eE+-]+)\s*$/.exec(text);
  const low = Number(parts?.[1]);
  const high = Number(parts?.[2]);
  return low <= high ? { low, high } : null;
}

/** A range for a field that the file does not have does nothing: that is told. */
export function checkRangeNames(
  settings: Readonly<Record<string, Setting>>,
  columns: readonly NumberColumn[],
  problems: ProblemList,
): void {
  for (const key of Object.keys(settings)) {
    if (!key.startsWith(rangePrefix)) continue;
    const field = key.slice(rangePrefix.length);
    if (columns.some(({ name }) => name === field || name.toLowerCase() === field)) continue;
    const names = columns.map(({ name }) => name);
    const known = `${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ', …' : ''}`;
    const sentence = `${key} was not used: there is no column of numbers "${field}". There are: ${known}.`;
    problems.add(null, field, 'noSuchField', sentence);
  }
}

const mostNamed = 20;

/** Values out of range stay as they are: they may be what is looked for. */
export function checkRanges(
  { name, values }: NumberColumn,
  ranges: Readonly<Record<string, Range>>,
  rowNumbers: ArrayLike<number>,
  problems: ProblemList,
): void {
  const range = ranges[name] ?? ranges[name.toLowerCase()];
  if (!range) return;
  values.forEach((value, index) => {
    if (Number.isNaN(value) || (value >= range.low && value <= range.high)) return;
    const row = rowNumbers[index]!;
    const sentence = `Row ${row}, ${name}: ${value} lies outside of ${range.low} to ${range.high}.`;
    problems.add(row, name, 'outOfRange', sentence);
  });
}

/** Kelvin begins where Celsius ends. */
const kelvinStep = 273.15;
/** What may change beside the unit from one row to the next, and what usually does in a column that is smooth enough to tell. */
const [mostBeside, mostUsual] = [15, 5];

/** Temperatures by their names or units: `ccd-temp`, `dewPoint`, `T_K`, `Air [°C]`. */
const temperatureName = /(?<!t)temp(?!late|t|o)|dew_?point|celsius|kelvin|°\s*[ck]\b|[_[(\s][ck][\])]?$/;

function isTemperature(name: string): boolean {
  const plain = name.trim().replaceAll(/([a-z])([A-Z])/g, '$1_$2');
  return temperatureName.test(plain.toLowerCase());
}

/** A step of 273.15 between rows of a temperature is a change of its unit, unless the column is as rough everywhere. */
export function checkUnits(
  { name, values }: NumberColumn,
  rowNumbers: ArrayLike<number>,
  problems: ProblemList,
): void {
  if (!isTemperature(name)) return;
  const steps = values.slice(1).map((value, index) => Math.abs(value - values[index]!));
  const beside = steps.map((step) => Math.min(step, Math.abs(step - kelvinStep)));
  const sorted = beside.filter((step) => !Number.isNaN(step)).sort();
  if (!((sorted[sorted.length >> 1] ?? 0) < mostUsual)) return;
  steps.forEach((step, index) => {
    const usual = Math.max(5, Math.abs(values[index]!) * 0.02);
    if (!(Math.abs(step - kelvinStep) < Math.min(usual, mostBeside))) return;
    const row = rowNumbers[index + 1]!;
    problems.add(
      row,
      name,
      'unitStep',
      `Row ${row}, ${name}: a step of ${step.toFixed(2)}, as between °C and K.`,
    );
  });
}

/** A value that never changes tells nothing, and has no deviation to be measured in. */
export function checkConstant(
  { name, values }: NumberColumn,
  rowNumbers: ArrayLike<number>,
  problems: ProblemList,
): void {
  const first = values.findIndex((value) => !Number.isNaN(value));
  if (first < 0 || values.length < 2) return;
  if (!values.every((value) => Number.isNaN(value) || value === values[first])) return;
  const row = rowNumbers[first]!;
  problems.add(row, name, 'constant', `Row ${row}, ${name}: ${values[first]}, and so in every row.`);
}

/** Where a column changes between seconds and milliseconds, or between times with and without a zone; where it never tells one. */
export function checkTimeWriting(
  cells: readonly string[],
  column: string,
  isZoneGiven: boolean,
  rowNumbers: ArrayLike<number>,
  problems: ProblemList,
): void {
  const writings = cells.map(timeWriting);
  const first = writings.findIndex((writing) => writing !== null);
  if (first < 0) return;
  const usual = writings[first]!;
  const tell = (index: number, code: string, what: string): void => {
    const row = rowNumbers[index]!;
    problems.add(row, column, code, `Row ${row}, ${column}: ${what}.`);
  };
  const other = writings.findIndex((writing) => writing !== null && writing !== usual);
  if (other >= 0) {
    const found = `${wordsOf[writings[other]!]}, rows before it ${wordsOf[usual]}`;
    tell(other, 'mixedTimes', `a time ${found}; each is read as it is written`);
  }
  const bare = writings.indexOf('withoutZone');
  if (bare >= 0 && !isZoneGiven && !/utc/i.test(column))
    tell(bare, 'noZone', 'a time without a zone; it counts as UTC (--set read.zone=+02:00 says otherwise)');
}

const wordsOf = {
  seconds: 'in seconds since 1970',
  milliseconds: 'in milliseconds since 1970',
  withZone: 'with a zone',
  withoutZone: 'without a zone',
} as const;

/** A gap is longer than this many usual steps. */
const gapSteps = 5;

export function checkTimes(
  times: Float64Array,
  column: string,
  rowNumbers: ArrayLike<number>,
  problems: ProblemList,
): void {
  const steps = times.slice(1).map((time, index) => time - times[index]!);
  const rising = steps.filter((step) => step > 0).sort();
  const usual = rising[rising.length >> 1] ?? 0;
  steps.forEach((step, index) => {
    const row = rowNumbers[index + 1]!;
    const tell = (code: string, what: string): void =>
      problems.add(row, column, code, `Row ${row}, ${column}: ${what}.`);
    if (step === 0) tell('repeatedTime', 'the same time as the row before');
    else if (step < 0)
      tell('backwardStep', `the time goes back by ${-step / 1000} s, as when clocks are set`);
    else if (usual > 0 && step > gapSteps * usual)
      tell('gap', `${Math.round(step / usual)} steps after the row before`);
  });
}
