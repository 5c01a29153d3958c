/** Events out of rows: what is strange in a row of rows is one thing that happened, and some channels show it. */
import type { DetectedEvent, DetectedRows, Detection } from '../family.ts';
import { areaUnderPrecisionRecall, eventFigures, type RowRange, rangeFigures } from './metrics.ts';
import { derivedNames } from './segment-features.ts';

/** Strange rows that lie no further apart are one event. */
const bridgedRows = 5;
/** A feature further out than this is no stranger: one that never changed would drown the others. */
const furthest = 30;

export function telemetryEvents(rows: DetectedRows): Detection {
  const found = rangesOf(rows, ({ strange }, row) => strange[row] === 1);
  const usual = usualOf(rows);
  return { events: found.map((range) => eventOf(rows, range, usual)), figures: figuresOf(rows, found) };
}

/** Segments stand alone, each in a group of its own; rows of a log are bridged over short gaps. */
function rangesOf(rows: DetectedRows, isIn: (rows: DetectedRows, row: number) => boolean): RowRange[] {
  const { items } = rows;
  const ranges: { first: number; last: number }[] = [];
  for (let row = 0; row < items.length; row += 1) {
    if (!isIn(rows, row)) continue;
    const open = ranges.at(-1);
    const goesOn =
      open !== undefined && row - open.last <= bridgedRows && items[row]!.group === items[open.last]!.group;
    if (goesOn) open.last = row;
    else ranges.push({ first: row, last: row });
  }
  return ranges;
}

interface Usual {
  readonly middle: number;
  readonly spread: number;
}

/** Median and scaled median deviation of each feature over the rows that are not strange. */
function usualOf({ features, featureNames, strange, items }: DetectedRows): Usual[] {
  const width = featureNames.length;
  return featureNames.map((_, place) => {
    const values: number[] = [];
    for (let row = 0; row < items.length; row += 1) {
      const value = features[row * width + place]!;
      if (strange[row] !== 1 && Number.isFinite(value)) values.push(value);
    }
    const middle = median(values);
    const spread = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
    return { middle, spread };
  });
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1]!;
}

function eventOf(rows: DetectedRows, { first, last }: RowRange, usual: readonly Usual[]): DetectedEvent {
  const { items, scores } = rows;
  const [begin, end] = [items[first]!, items[last]!];
  let peak = 0;
  for (let row = first; row <= last; row += 1) peak = Math.max(peak, scores[row]!);
  return {
    source: begin.group,
    first: begin.id,
    last: end.id,
    rows: last - first + 1,
    start: timeOf(begin.facts.time),
    end: timeOf(end.facts.time),
    peakScore: peak,
    channels: channelsOf(rows, { first, last }, usual),
  };
}

function timeOf(fact: unknown): string | null {
  return typeof fact === 'string' ? fact : null;
}

/** `voltage` of `voltage.slope`, `n_peaks` of `log.n_peaks`; null for context and for what is made of several channels. */
function channelOf(feature: string): string | null {
  if (feature.startsWith('context.') || derivedNames.has(feature)) return null;
  if (feature.startsWith('log.')) return feature.slice('log.'.length);
  return feature.split('.')[0]!;
}

/** A channel is as strange as its strangest feature is at its strangest row; a missing value is as far out as can be. */
function channelsOf(
  { features, featureNames, strange }: DetectedRows,
  { first, last }: RowRange,
  usual: readonly Usual[],
): DetectedEvent['channels'] {
  const width = featureNames.length;
  const byChannel = new Map<string, { far: number; direction: 'high' | 'low' }>();
  featureNames.forEach((feature, place) => {
    const channel = channelOf(feature);
    if (channel === null) return;
    const { middle, spread } = usual[place]!;
    for (let row = first; row <= last; row += 1) {
      if (strange[row] !== 1) continue;
      const off = features[row * width + place]! - middle;
      const far = Number.isNaN(off) ? furthest : Math.min(furthest, Math.abs(off) / (spread || 1e-12));
      const known = byChannel.get(channel);
      if (known === undefined || far > known.far)
        byChannel.set(channel, { far, direction: off < 0 ? 'low' : 'high' });
    }
  });
  const all = [...byChannel.values()].reduce((sum, { far }) => sum + far ** 2, 0) || 1;
  return [...byChannel]
    .map(([name, { far, direction }]) => ({ name, share: far ** 2 / all, direction }))
    .sort((one, other) => other.share - one.share);
}

function figuresOf(rows: DetectedRows, found: readonly RowRange[]): Record<string, number | null> {
  const { truth, scores, strange } = rows;
  const known = Array.from(truth.keys()).filter((row) => truth[row] !== -1);
  if (!known.some((row) => truth[row] === 1)) return {};
  const count = (says: number, is: number) =>
    known.filter((row) => strange[row] === says && truth[row] === is).length;
  const [hits, alarms, misses] = [count(1, 1), count(1, 0), count(0, 1)];
  const ranges = rangesOf(rows, (each, row) => each.truth[row] === 1);
  const byEvent = eventFigures(found, ranges);
  const byRange = rangeFigures(found, ranges);
  return {
    'row/precision': share(hits, hits + alarms),
    'row/recall': share(hits, hits + misses),
    'row/f1': share(2 * hits, 2 * hits + alarms + misses),
    'row/prAuc': areaUnderPrecisionRecall(
      known.map((row) => scores[row]!),
      known.map((row) => (truth[row] === 1 ? 1 : 0)),
    ),
    'event/precision': byEvent.precision,
    'event/recall': byEvent.recall,
    'event/f1': byEvent.f1,
    'range/precision': byRange.precision,
    'range/recall': byRange.recall,
    'range/f1': byRange.f1,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
