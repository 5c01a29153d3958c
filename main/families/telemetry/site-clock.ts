/** What a site did by the clock: its channels, and when they were out of the ordinary. */
import {
  type ClockChannel,
  type Happening,
  type QualityFigure,
  spanFigures,
  type TimedReading,
} from '../family.ts';
import { type SiteKind, siteColumn } from './site-channels.ts';
import { figureOf, isUnusual, tellStretch, type UnusualRule, unusualRules } from './site-rules.ts';

const minute = 60_000;
/** Unusual rows that lie no further apart belong to one happening. */
const bridged = 2 * minute;

/** Empty where no column is one of a site, or rows have no time. */
export function siteClock({ items, tensors, featureNames }: TimedReading): ClockChannel[] {
  const features = tensors.find(({ name }) => name === 'features');
  if (features === undefined) return [];
  const order = orderByTime(items);
  if (order.length < 2) return [];
  const at = Float64Array.from(order, (row) => items[row]!.position);
  const width = featureNames.length;
  const column = (place: number): Float64Array =>
    Float64Array.from(order, (row) => features.data[row * width + place]!);
  const found = featureNames.flatMap((name, place) => {
    const site = siteColumn(name);
    return site === null ? [] : [{ ...site, name, values: column(place) }];
  });
  const channels = found.flatMap(({ kind, name, unit, values }): ClockChannel[] => {
    const rule = unusualRules[kind];
    return rule === null ? [] : [channelOf({ kind, name, unit, at, values }, rule)];
  });
  return [...channels, ...dewChannels(found, at)];
}

/** When a source begins and ends, for its quality report; empty where its rows have no time. */
export function spanOf(items: TimedReading['items']): QualityFigure[] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { position, facts } of items) {
    if (typeof facts.time !== 'string') continue;
    first = Math.min(first, position);
    last = Math.max(last, position);
  }
  if (first > last) return [];
  return [
    { name: spanFigures.begins, value: new Date(first).toISOString() },
    { name: spanFigures.ends, value: new Date(last).toISOString() },
  ];
}

/** Rows with a time, the earliest first. */
function orderByTime(items: TimedReading['items']): number[] {
  return items
    .flatMap(({ facts }, row) => (typeof facts.time === 'string' ? [row] : []))
    .sort((one, other) => items[one]!.position - items[other]!.position);
}

interface SiteSeries {
  readonly kind: SiteKind;
  readonly name: string;
  readonly unit: string;
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/** How far the air is from its dew point, where both are told. */
function dewChannels(
  found: readonly Pick<SiteSeries, 'kind' | 'values'>[],
  at: Float64Array,
): ClockChannel[] {
  const air = found.find(({ kind }) => kind === 'temperature');
  const dew = found.find(({ kind }) => kind === 'dewPoint');
  if (air === undefined || dew === undefined) return [];
  const values = air.values.map((value, row) => value - dew.values[row]!);
  return [
    channelOf({ kind: 'dewPoint', name: 'above dew point', unit: '°C', at, values }, unusualRules.humidDew),
  ];
}

function channelOf({ kind, name, unit, at, values }: SiteSeries, rule: UnusualRule): ClockChannel {
  const figure = figureOf(rule, name, at, values);
  const usual = medianOf(figure.values);
  const spread = 1.4826 * medianOf(figure.values.map((value) => Math.abs(value - usual)));
  return {
    kind: rule.kind ?? kind,
    name,
    title: rule.title,
    unit,
    digits: rule.digits,
    lowIsGood: rule.side !== 'low',
    at,
    values: figure.isShown ? figure.values : values,
    happenings: runsOf(figure.values, at, (value) => isUnusual(rule, unit, { value, usual, spread })).map(
      ({ from, until }): Happening => ({
        from,
        until,
        tell: (begin, end) => tellStretch(rule, { unit, usual, figure, at, from, until }, begin, end),
      }),
    ),
  };
}

function runsOf(
  values: Float64Array,
  at: Float64Array,
  isOut: (value: number) => boolean,
): readonly { readonly from: number; readonly until: number }[] {
  const half = usualStep(at) / 2;
  const runs: { from: number; until: number }[] = [];
  values.forEach((value, row) => {
    if (Number.isNaN(value) || !isOut(value)) return;
    const run = runs.at(-1);
    const [from, until] = [at[row]! - half, at[row]! + half];
    if (run !== undefined && from - run.until <= bridged) run.until = until;
    else runs.push({ from, until });
  });
  return runs;
}

/** Milliseconds; a row of a slow log stands for the time up to its neighbours, of five minutes at most. */
function usualStep(at: Float64Array): number {
  return Math.min(5 * minute, medianOf(at.slice(1).map((time, row) => time - at[row]!)));
}

function medianOf(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length === 0 ? Number.NaN : sorted[sorted.length >> 1]!;
}
