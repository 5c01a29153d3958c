/** Where exactly a line of light ends: its outermost parts weighed, faded tails followed, the last step located. */
import type { Amplitudes, Run } from './extent.ts';

/** Log likelihood an outermost piece needs to belong to the line: 1 in 3,000 by chance for each place. */
const leastGain = 8;
/** Signal to noise a stretch needs before its brightness is trusted. */
const trustedStretch = 8;
/** Signal to noise of a stretch beyond the end that counts as a faded tail. */
const leastTail = 4.5;
/** Log likelihood against light near the border below which a line is taken to cross it, as most do. */
const borderDoubt = 3.5;
const mostDoubt = 400;
/** A step belongs to the line above this share of its brightness; over a half, so that faint ends err inwards. */
const endShare = 0.55;

/** Drops outer pieces that are weak or no longer than a star's image, then settles both ends. */
export function settleEnds(
  amplitudes: Amplitudes,
  runs: readonly Run[],
  fwhm: number,
  starFwhm: number,
): Run[] {
  // A star just beyond the end shows about four widths; dashes come in numbers.
  const shortest = Math.max(4, (runs.length > 3 && !hasLongest(runs) ? 1.5 : 4.5) * starFwhm);
  let begin = 0;
  let end = runs.length;
  const counts = (run: Run) =>
    run.gain >= leastGain && (visibleSteps(amplitudes, run.from, run.to) >= shortest || runs.length === 1);
  while (begin < end && !counts(runs[begin])) begin++;
  while (end > begin && !counts(runs[end - 1])) end--;
  while (end - begin > 1 && isStray(runs, begin, begin + 1)) begin++;
  while (end - begin > 1 && isStray(runs, end - 1, end - 2)) end--;
  if (begin === end) return [];
  const kept = runs.slice(begin, end).map((run) => ({ ...run }));
  const first = kept[0];
  const last = kept[kept.length - 1];
  last.to = Math.max(last.from + 1, settleEnd(amplitudes, last.from, last.to, fwhm));
  const mirrored = reversed(amplitudes);
  const size = amplitudes.length;
  first.from = Math.min(first.to - 1, size - settleEnd(mirrored, size - first.to, size - first.from, fwhm));
  return kept;
}

/** True when one run is longer than all others together: no row of dashes. */
function hasLongest(runs: readonly Run[]): boolean {
  let all = 0;
  let longest = 0;
  for (const { from, to } of runs) {
    all += to - from;
    longest = Math.max(longest, to - from);
  }
  return 2 * longest > all;
}

/** Gap (steps) to the next run, also in lengths of the run, from which an outermost run is something else. */
const strayGap = 100;
const strayGapLengths = 3;

function isStray(runs: readonly Run[], outer: number, next: number): boolean {
  const gap = outer < next ? runs[next].from - runs[outer].to : runs[outer].from - runs[next].to;
  return gap > Math.max(strayGap, strayGapLengths * (runs[outer].to - runs[outer].from));
}

function visibleSteps(amplitudes: Amplitudes, from: number, to: number): number {
  let count = 0;
  for (let t = from; t < to; t++) if (amplitudes.weight[t] > 0) count++;
  return count;
}

export function reversed(amplitudes: Amplitudes): Amplitudes {
  return {
    length: amplitudes.length,
    value: amplitudes.value.slice().reverse(),
    weight: amplitudes.weight.slice().reverse(),
  };
}

/** New end (exclusive) of light that runs from `from` to about `to`. */
function settleEnd(amplitudes: Amplitudes, from: number, to: number, fwhm: number): number {
  const stretch = lastStretch(amplitudes, from, to, fwhm);
  if (stretch === null) return to;
  const tail = followTail(amplitudes, to, fwhm);
  const brightness =
    tail > to ? (lastStretch(amplitudes, to, tail, fwhm)?.mean ?? stretch.mean) : stretch.mean;
  const inner = Math.max(from + 1, tail > to ? to : stretch.from);
  const blur = Math.ceil(3 * fwhm + 4);
  const outer = Math.min(
    amplitudes.length,
    Math.max(to, tail) + Math.max(blur, stepsOfDoubt(fwhm, brightness)),
  );
  return changePoint(amplitudes, inner, outer, brightness);
}

/** Steps over which an end of this brightness is uncertain; a line this near to the border may well cross it. */
export function stepsOfDoubt(fwhm: number, brightness: number): number {
  return Math.min(mostDoubt, Math.ceil(borderDoubt / (0.375 * fwhm * brightness ** 2)));
}

/** The shortest stretch up to the end that shows its own brightness, the blurred last width left out. */
export function lastStretch(
  amplitudes: Amplitudes,
  from: number,
  to: number,
  fwhm: number,
): { from: number; mean: number } | null {
  const stop = Math.max(from + 1, to - Math.ceil(fwhm));
  let top = 0;
  let bottom = 0;
  for (let t = stop - 1; t >= from; t--) {
    top += amplitudes.weight[t] * amplitudes.value[t];
    bottom += amplitudes.weight[t];
    const longEnough = stop - t >= 2 * fwhm + 4;
    if (longEnough && top > trustedStretch * Math.sqrt(bottom)) return { from: t, mean: top / bottom };
  }
  return bottom > 0 && top > 0 ? { from, mean: top / bottom } : null;
}

/** Goes outwards as long as the next stretch, and its farther half, still holds light. */
function followTail(amplitudes: Amplitudes, to: number, fwhm: number): number {
  let end = to;
  for (let moved = true; moved; ) {
    moved = false;
    for (let size = Math.ceil(3 * fwhm + 4); size <= 16 * fwhm + 32; size *= 2) {
      const stop = Math.min(amplitudes.length, end + size);
      const middle = (end + stop) >> 1;
      if (stop - end < 6) break;
      if (
        evenSignificance(amplitudes, end, stop) > leastTail &&
        evenSignificance(amplitudes, middle, stop) > 3
      ) {
        end = stop;
        moved = true;
        break;
      }
    }
  }
  return end;
}

/** Signal to noise of steps [from, to), none counting for more than two sigmas: a star in between is not a tail. */
function evenSignificance(amplitudes: Amplitudes, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let t = from; t < to; t++) {
    if (amplitudes.weight[t] === 0) continue;
    sum += Math.max(-2, Math.min(2, amplitudes.value[t] * Math.sqrt(amplitudes.weight[t])));
    count++;
  }
  return count > 0 ? sum / Math.sqrt(count) : 0;
}

/**
 * Most likely place of the change from light of this brightness to none; masked steps are never the last. The line goes
 * on to the end of the strip (the border) unless the steps there speak clearly against it.
 */
function changePoint(amplitudes: Amplitudes, from: number, to: number, brightness: number): number {
  let sum = 0;
  let top = 0;
  let best = from;
  for (let t = from; t < to; t++) {
    if (amplitudes.weight[t] === 0) continue;
    const sample = Math.min(2 * brightness, Math.max(-brightness, amplitudes.value[t]));
    sum += amplitudes.weight[t] * brightness * (sample - endShare * brightness);
    if (sum > top) {
      top = sum;
      best = t + 1;
    }
  }
  return to === amplitudes.length && top - sum < borderDoubt ? to : best;
}
