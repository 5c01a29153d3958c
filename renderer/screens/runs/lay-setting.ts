/** Where trials lie in a drawing of one setting against the figure. */
import type { TrialRow } from '../../../contract/calls/tuning.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface SettingLayout {
  /** Where the drawing begins, right of the figures. */
  readonly left: number;
  readonly points: readonly { readonly x: number; readonly y: number; readonly trial: TrialRow }[];
  /** Figures along the left, values along the bottom. */
  readonly rows: readonly { readonly y: number; readonly text: string }[];
  readonly marks: readonly { readonly x: number; readonly text: string }[];
}

const left = 40;
const right = 14;
const top = 10;
const bottom = 24;
/** Of the values of a list; more cannot be read. */
const mostMarks = 6;

/** Numbers along an axis of their size, anything else side by side; trials without a figure or the setting are left out. */
export function laySetting(
  name: string,
  trials: readonly TrialRow[],
  isLogarithmic: boolean,
  { width, height }: Size,
): SettingLayout {
  const shown = trials.filter(({ figure, settings }) => figure !== null && settings[name] !== undefined);
  const figures = shown.map(({ figure }) => figure!);
  const [low, high] = [Math.min(...figures), Math.max(...figures)];
  const yOf = (figure: number) => height - bottom - share(figure, low, high) * (height - bottom - top);
  const axis = axisOf(
    shown.map(({ settings }) => settings[name]!),
    isLogarithmic,
  );
  const xOf = (at: number) => left + 8 + at * (width - left - right - 8);
  const levels = shown.length === 0 ? [] : low === high ? [low] : [low, (low + high) / 2, high];
  return {
    left,
    points: shown.map((trial) => ({ x: xOf(axis.at(trial.settings[name]!)), y: yOf(trial.figure!), trial })),
    rows: levels.map((figure) => ({ y: yOf(figure), text: figure.toPrecision(3) })),
    marks: axis.marks.map(({ at, text }) => ({ x: xOf(at), text })),
  };
}

type Value = NonNullable<TrialRow['settings'][string]>;

function axisOf(values: readonly Value[], isLogarithmic: boolean) {
  const different = [...new Set(values)];
  const numbers = different.filter((value): value is number => typeof value === 'number');
  if (numbers.length === different.length && different.length > mostMarks) {
    const scaled = (value: number) => (isLogarithmic ? Math.log(value) : value);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const middle = isLogarithmic ? Math.sqrt(low * high) : (low + high) / 2;
    const at = (value: Value) => share(scaled(Number(value)), scaled(low), scaled(high));
    return { at, marks: [low, middle, high].map((value) => ({ at: at(value), text: short(value) })) };
  }
  const order = different.toSorted((one, other) =>
    typeof one === 'number' && typeof other === 'number' ? one - other : String(one) < String(other) ? -1 : 1,
  );
  const at = (value: Value) => (order.indexOf(value) + 0.5) / order.length;
  return { at, marks: order.slice(0, mostMarks).map((value) => ({ at: at(value), text: short(value) })) };
}

function share(value: number, low: number, high: number): number {
  return high > low ? (value - low) / (high - low) : 0.5;
}

/** Whole numbers as they are; of others three digits. */
function short(value: Value): string {
  if (typeof value !== 'number') return String(value).slice(0, 12);
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
}
