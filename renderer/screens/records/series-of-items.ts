/** The items of one source as a series: its numbers in lanes, how strange each reading is, what it was labelled. */
import type { FamilyRow } from '../../../contract/calls/records.ts';
import type { RecordItem } from '../../../contract/records.ts';
import type { Series, SeriesLane } from '../../charts/series.ts';

export interface ItemSeries {
  readonly series: Series;
  /** The items in the order of the series. */
  readonly items: readonly RecordItem[];
}

/** More lanes than this are lines without height. */
const mostLanes = 5;

/** Null where there is nothing to draw: no number, or one item alone. */
export function seriesOfItems(
  items: readonly RecordItem[],
  source: string,
  strange: string | null,
  strangeness: FamilyRow['strangeness'],
): ItemSeries | null {
  const own = items.filter((item) => item.source === source);
  const times = own.map(({ facts }) =>
    typeof facts.time === 'string' ? Date.parse(facts.time) : Number.NaN,
  );
  const hasTime = times.length > 0 && times.every((time) => !Number.isNaN(time));
  const at = hasTime ? times : own.map((_, place) => place);
  const order = own
    .map((_, place) => place)
    .sort((one, other) => (at[one] as number) - (at[other] as number));
  const sorted = order.map((place) => own[place] as RecordItem);
  const lanes = lanesOf(sorted, strange, strangeness);
  if (sorted.length < 2 || lanes.length === 0) return null;
  return {
    items: sorted,
    series: {
      at: Float64Array.from(order, (place) => at[place] as number),
      hasTime,
      lanes,
      strange: Uint8Array.from(sorted, (item) => strangeKind(item, strange)),
    },
  };
}

function strangeKind({ label, labelledBy, predicted }: RecordItem, strange: string | null): number {
  if (strange === null) return 0;
  if (labelledBy === 'person') return label === strange ? 2 : 0;
  return (label ?? predicted) === strange ? 1 : 0;
}

function lanesOf(
  items: readonly RecordItem[],
  strange: string | null,
  strangeness: FamilyRow['strangeness'],
): SeriesLane[] {
  const names = new Set(
    items
      .slice(0, 200)
      .flatMap(({ facts }) => Object.keys(facts).filter((key) => typeof facts[key] === 'number')),
  );
  const score = strangeness !== null && names.delete(strangeness.fact) ? strangeness : null;
  const lanes: SeriesLane[] = [...names].slice(0, mostLanes).map((name) => ({
    name,
    values: Float64Array.from(items, ({ facts }) => numberOf(facts[name])),
  }));
  if (score !== null) {
    const values = Float64Array.from(items, ({ facts }) => numberOf(facts[score.fact]));
    lanes.push({ name: score.fact, values, threshold: score.threshold });
  } else if (strange !== null && items.some(({ predicted }) => predicted !== null)) {
    const values = Float64Array.from(items, (item) => strangeProbability(item, strange));
    lanes.push({ name: 'P(strange)', values, threshold: 0.5 });
  }
  return lanes;
}

const numberOf = (fact: unknown): number => (typeof fact === 'number' ? fact : Number.NaN);

function strangeProbability({ predicted, confidence }: RecordItem, strange: string): number {
  if (predicted === null || confidence === null) return Number.NaN;
  return predicted === strange ? confidence : 1 - confidence;
}
