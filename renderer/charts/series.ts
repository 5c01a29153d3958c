/** Readings over time: where each lies, which one a pixel means, where strange ones stand together. */

export interface SeriesLane {
  readonly name: string;
  /** One for each reading; NaN where there is none. */
  readonly values: Float64Array;
  /** Values above it are events. */
  readonly threshold?: number;
}

export interface Series {
  /** Milliseconds, or the reading's number where there is no time. Never falling. */
  readonly at: Float64Array;
  readonly hasTime: boolean;
  readonly lanes: readonly SeriesLane[];
  /** 0 as usual, 1 strange by the model, 2 strange by a person or the file. */
  readonly strange: Uint8Array;
}

export interface SeriesLayout {
  readonly series: Series;
  readonly width: number;
  readonly height: number;
  /** What is shown of `at`. */
  readonly from: number;
  readonly to: number;
}

export const seriesLeft = 128;
export const seriesRight = 12;
/** Room for the times below the lanes. */
export const seriesFoot = 22;

export function xOf({ width, from, to }: SeriesLayout, at: number): number {
  return seriesLeft + ((at - from) / Math.max(1e-9, to - from)) * (width - seriesLeft - seriesRight);
}

export function atOf({ width, from, to }: SeriesLayout, x: number): number {
  return from + ((x - seriesLeft) / Math.max(1, width - seriesLeft - seriesRight)) * (to - from);
}

/** Place of the reading nearest to a pixel; -1 without readings. */
export function placeAt(layout: SeriesLayout, x: number): number {
  const { at } = layout.series;
  const wanted = atOf(layout, x);
  let place = firstFrom(at, wanted);
  if (
    place > 0 &&
    (place >= at.length || wanted - (at[place - 1] as number) < (at[place] as number) - wanted)
  )
    place -= 1;
  return place;
}

/** Place of the first reading at `wanted` or later. */
export function firstFrom(at: Float64Array, wanted: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The whole of it, with a little room. */
export function wholeRange({ at }: Series): [number, number] {
  const [first, last] = [at[0] ?? 0, at.at(-1) ?? 1];
  const margin = (last - first) * 0.005 || 0.5;
  return [first - margin, last + margin];
}

/** Runs of strange readings as places, both ends included. */
export function strangeRuns(strange: Uint8Array): { first: number; last: number; kind: number }[] {
  const runs: { first: number; last: number; kind: number }[] = [];
  strange.forEach((kind, place) => {
    const run = runs.at(-1);
    if (kind === 0) return;
    if (run !== undefined && run.last === place - 1 && run.kind === kind) run.last = place;
    else runs.push({ first: place, last: place, kind });
  });
  return runs;
}

/** How often the lanes with a threshold rise above it, in words; empty where none has one. */
export function risesText(lanes: readonly SeriesLane[]): string {
  return lanes
    .flatMap(({ name, values, threshold }) => {
      if (threshold === undefined) return [];
      const above = strangeRuns(Uint8Array.from(values, (value) => (value > threshold ? 1 : 0))).length;
      return [`${name} above its threshold ${above === 1 ? 'once' : `${above} times`}`];
    })
    .join(', ');
}
