/** Time along a width, with round clock times to write under it. */

export interface TimeScale {
  readonly start: number;
  readonly end: number;
  /** Pixel of a time. */
  at(time: number): number;
  timeAt(pixel: number): number;
  readonly ticks: readonly { readonly time: number; readonly text: string }[];
}

const minute = 60_000;
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(
  (minutes) => minutes * minute,
);
/** Room that one clock time needs. */
const pixelsPerTick = 84;

export function timeScale(
  times: readonly number[],
  left: number,
  right: number,
  shown?: readonly [number, number],
): TimeScale {
  let [start, end] = shown ?? extent(times);
  if (!(end > start)) [start, end] = [start - minute, start + minute];
  const width = Math.max(1, right - left);
  const step = stepFor((end - start) / (width / pixelsPerTick));
  const ticks: { time: number; text: string }[] = [];
  for (let time = Math.ceil(start / step) * step; time <= end; time += step) {
    const iso = new Date(time).toISOString();
    ticks.push({ time, text: tickText(iso, step) });
  }
  return {
    start,
    end,
    at: (time) => left + ((time - start) / (end - start)) * width,
    timeAt: (pixel) => start + ((pixel - left) / width) * (end - start),
    ticks,
  };
}

/** The least round step that is not below. Frames of many years lie in one session: weeks are doubled until they suffice. */
function stepFor(least: number): number {
  const round = steps.find((step) => step >= least);
  if (round !== undefined) return round;
  const week = steps[steps.length - 1] as number;
  return week * 2 ** Math.ceil(Math.log2(least / week));
}

function tickText(iso: string, step: number): string {
  if (step > 31 * 1440 * minute) return iso.slice(0, 7);
  if (step > 10_080 * minute) return iso.slice(0, 10);
  return step >= 1440 * minute ? iso.slice(5, 10) : iso.slice(11, 16);
}

function extent(times: readonly number[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    least = Math.min(least, time);
    most = Math.max(most, time);
  }
  if (!Number.isFinite(least)) return [0, minute];
  const margin = Math.max(minute / 4, (most - least) * 0.01);
  return [least - margin, most + margin];
}
