/** From which value on each channel of a site is out of the ordinary, and how that is said. */
import type { SiteKind } from './site-channels.ts';

const minute = 60_000;

export interface UnusualRule {
  /** What it says something about, where that is not the kind of its column. */
  readonly kind?: string;
  readonly title: string;
  readonly digits: number;
  /** Which side of the usual is the bad one. */
  readonly side: 'high' | 'low' | 'both';
  /** What is judged in place of the values. */
  readonly of?: 'rms' | 'change' | 'share';
  /** All three in the unit that the limits of the rule are in. */
  isUnusual(value: number, usual: number, spread: number): boolean;
  /** `value`: the worst during the stretch; `clock`: when what it belongs to began, `isShort`: and whether it lasted a few minutes only. */
  tell(said: { value: string; usual: string; clock: string; isShort: boolean }): string;
}

/** Errors of guiding are summed up over this time, as programs and people do. */
const rmsTime = 30_000;
/** A change of temperature is one within this time. */
const changeTime = 30 * minute;
/** What a guide star usually sends is the median over the block of this length that a row lies in and one on either side. */
const starTime = 20 * minute;
/** Longer wind is no gust. */
const gustTime = 10 * minute;

/** Limits of wind are in metres a second; how many of another unit make one. */
const perLimitUnit: Readonly<Record<string, number>> = { 'km/h': 3.6, mph: 2.236936 };

/** @param unit of value, usual and spread */
export function isUnusual(
  rule: UnusualRule,
  unit: string,
  { value, usual, spread }: { readonly value: number; readonly usual: number; readonly spread: number },
): boolean {
  const per = perLimitUnit[unit] ?? 1;
  return rule.isUnusual(value / per, usual / per, spread / per);
}

const above =
  (factor: number, spreads: number, least: number) =>
  (value: number, usual: number, spread: number): boolean =>
    value > factor * usual && value > usual + spreads * spread && value > usual + least;

export const unusualRules: Readonly<Record<SiteKind, UnusualRule | null>> & {
  readonly humidDew: UnusualRule;
} = {
  guiding: {
    title: 'Guiding',
    digits: 1,
    side: 'high',
    of: 'rms',
    isUnusual: above(1.5, 4, 0.2),
    tell: ({ value, usual }) => `guiding ${value} (usually ${usual})`,
  },
  guideStar: {
    title: 'Guide star',
    digits: 2,
    side: 'low',
    of: 'share',
    isUnusual: (value) => value < 0.6,
    tell: ({ value }) => `guide star at ${value} of its usual light`,
  },
  wind: {
    title: 'Wind',
    digits: 0,
    side: 'high',
    isUnusual: above(1.5, 4, 2),
    tell: ({ value, clock, isShort }) => `${isShort ? 'wind gust' : 'strong wind since'} ${clock} (${value})`,
  },
  temperature: {
    title: 'Temperature',
    digits: 1,
    side: 'both',
    of: 'change',
    isUnusual: (value, _usual, spread) => Math.abs(value) > Math.max(1.5, 4 * spread),
    tell: ({ value }) => `temperature changed by ${value} in half an hour`,
  },
  humidity: {
    title: 'Humidity',
    digits: 0,
    side: 'high',
    isUnusual: (value) => value >= 90,
    tell: ({ value, clock }) => `humidity ${value} since ${clock}`,
  },
  dewPoint: null,
  humidDew: {
    kind: 'humidity',
    title: 'Above dew point',
    digits: 1,
    side: 'low',
    isUnusual: (value) => value < 2,
    tell: ({ value }) => `air ${value} above its dew point`,
  },
  cloud: {
    title: 'Cloud cover',
    digits: 0,
    side: 'high',
    isUnusual: (value, usual) => value >= 30 && value > usual + 15,
    tell: ({ value, clock }) => `cloud cover ${value} since ${clock}`,
  },
  skyTemperature: {
    kind: 'cloud',
    title: 'Sky temperature',
    digits: 1,
    side: 'high',
    isUnusual: (value, usual, spread) => value > usual + Math.max(4, 4 * spread),
    tell: ({ value, usual }) => `sky at ${value} (usually ${usual})`,
  },
  skyQuality: {
    title: 'Sky quality',
    digits: 1,
    side: 'low',
    isUnusual: (value, usual, spread) => value < usual - Math.max(0.3, 4 * spread),
    tell: ({ value, usual }) => `sky ${value} (usually ${usual})`,
  },
};

export interface Figure {
  readonly values: Float64Array;
  /** Drawn in place of the values. */
  readonly isShown: boolean;
}

/** The figure that a rule judges. Columns that are a root mean square already are taken as they are. */
export function figureOf(rule: UnusualRule, name: string, at: Float64Array, values: Float64Array): Figure {
  if (rule.of === 'rms' && !/rms/i.test(name)) return { values: rootMeanSquares(at, values), isShown: true };
  if (rule.of === 'change') return { values: changes(at, values), isShown: false };
  if (rule.of === 'share') return { values: sharesOfUsual(at, values), isShown: true };
  return { values, isShown: false };
}

/** Over half of `rmsTime` on either side. O(rows). */
function rootMeanSquares(at: Float64Array, values: Float64Array): Float64Array {
  let [first, last, sum, count] = [0, 0, 0, 0];
  return values.map((value, row) => {
    for (; last < at.length && at[last]! <= at[row]! + rmsTime / 2; last += 1) {
      if (Number.isNaN(values[last]!)) continue;
      sum += values[last]! ** 2;
      count += 1;
    }
    for (; at[first]! < at[row]! - rmsTime / 2; first += 1) {
      if (Number.isNaN(values[first]!)) continue;
      sum -= values[first]! ** 2;
      count -= 1;
    }
    return Number.isNaN(value) || count === 0 ? Number.NaN : Math.sqrt(Math.max(0, sum) / count);
  });
}

/** Against the earliest value of the last half hour. */
function changes(at: Float64Array, values: Float64Array): Float64Array {
  let first = 0;
  return values.map((value, row) => {
    while (at[first]! < at[row]! - changeTime || (Number.isNaN(values[first]!) && first < row)) first += 1;
    return value - values[first]!;
  });
}

/** Of the median over the time around each row; a star that is lost is at 0. */
function sharesOfUsual(at: Float64Array, values: Float64Array): Float64Array {
  const blocks = new Map<number, number[]>();
  values.forEach((value, row) => {
    const block = Math.floor(at[row]! / starTime);
    const list = blocks.get(block) ?? [];
    if (value > 0) list.push(value);
    blocks.set(block, list);
  });
  const around = new Map<number, number>();
  for (const block of blocks.keys()) {
    const near = [-1, 0, 1]
      .flatMap((step) => blocks.get(block + step) ?? [])
      .sort((one, other) => one - other);
    around.set(block, near[near.length >> 1] ?? Number.NaN);
  }
  return values.map((value, row) => {
    const usual = around.get(Math.floor(at[row]! / starTime))!;
    return (Number.isNaN(value) ? 0 : value) / usual;
  });
}

export interface Told {
  readonly unit: string;
  readonly usual: number;
  readonly figure: Figure;
  readonly at: Float64Array;
  readonly from: number;
  readonly until: number;
}

/** What is said of a happening during a stretch of its time, by the worst value in it. Clock times are universal time. */
export function tellStretch(rule: UnusualRule, told: Told, begin: number, end: number): string {
  const { from, until, usual, unit } = told;
  const during = worstOf(rule, told, Math.max(from, begin), Math.min(until, end));
  // no row of a slow log, or none with a value: what the whole of it was
  const worst = Number.isNaN(during) ? worstOf(rule, told, from, until) : during;
  const text = (value: number): string => numberText(rule, value, unit);
  const clock = new Date(from).toISOString().slice(11, 16);
  return rule.tell({ value: text(worst), usual: text(usual), clock, isShort: until - from <= gustTime });
}

/** NaN where no row between, both ends included, has a value. */
function worstOf(rule: UnusualRule, { at, figure }: Told, begin: number, end: number): number {
  return figure.values
    .subarray(firstFrom(at, begin), firstFrom(at, end + 1))
    .reduce(
      (one, other) =>
        Number.isNaN(one) || (!Number.isNaN(other) && isWorse(rule.side, other, one)) ? other : one,
      Number.NaN,
    );
}

function isWorse(side: UnusualRule['side'], value: number, worst: number): boolean {
  if (side === 'low') return value < worst;
  return side === 'high' ? value > worst : Math.abs(value) > Math.abs(worst);
}

function numberText(rule: UnusualRule, value: number, unit: string): string {
  if (rule.of === 'share') return `${Math.round(100 * value)} %`;
  const sign = rule.of === 'change' && value > 0 ? '+' : '';
  const gap = unit === '' || unit === '″' ? '' : ' ';
  return `${sign}${value.toFixed(rule.digits)}${gap}${unit}`;
}

/** Place of the first time at `wanted` or later. */
function firstFrom(at: Float64Array, wanted: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
