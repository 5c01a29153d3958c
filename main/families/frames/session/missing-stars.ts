/**
 * Stars of the catalogue that a frame should show and does not. A tree, a dome or a cable takes all of them beyond
 * some line across the field; the line that splits missing from found best is the obstacle's edge.
 */
import { clamp } from './robust-statistics.ts';

export interface Expected {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** 1 for found, 0 for missing. */
  readonly found: Uint8Array;
  /** How often the night finds each star where it should be, 0..1: companions of bright stars come and go. */
  readonly usuallyFound: Float64Array;
  readonly count: number;
}

/** The best split of the field by a line. */
export interface MissingRegion {
  /** Log-likelihood gained over "each star is missing as often as on other frames", in nats. */
  readonly gain: number;
  /** Share of the field beyond the line, 0..1. */
  readonly area: number;
  /** Direction towards the dark side, radians from +x, and where the line lies along it, px from the origin. */
  readonly angle: number;
  readonly offset: number;
  readonly expectedInside: number;
  readonly missingInside: number;
  readonly missingOutside: number;
}

const directions = 32;
/** Share of stars that an obstacle takes: some shine through its edge, some false ones appear. */
const hiddenShare = 0.9;
/** No star is surer than this: variables, hot columns, a meteor's glow. */
const surest = 0.98;

/** Fewer expected stars than these say nothing; how sure the rest are is in the gain. */
const fewestExpected = 6;
const fewestMissing = 2;

export function missingRegion(
  expected: Expected,
  extent: { readonly width: number; readonly height: number },
): MissingRegion | null {
  const total = expected.count;
  let missing = 0;
  for (let i = 0; i < total; i++) missing += 1 - expected.found[i];
  if (total < fewestExpected || missing < fewestMissing) return null;
  let best: MissingRegion | null = null;
  for (let k = 0; k < directions; k++) {
    const angle = (2 * Math.PI * k) / directions;
    const candidate = bestOffset(expected, angle, missing, extent);
    if (candidate !== null && (best === null || candidate.gain > best.gain)) best = candidate;
  }
  return best;
}

/** Walks the line in from the field's edge, star by star. */
function bestOffset(
  expected: Expected,
  angle: number,
  missing: number,
  extent: { readonly width: number; readonly height: number },
): MissingRegion | null {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const total = expected.count;
  const along = new Float64Array(total);
  const order: number[] = [];
  for (let i = 0; i < total; i++) {
    along[i] = (expected.x[i] as number) * cos + (expected.y[i] as number) * sin;
    order.push(i);
  }
  order.sort((p, q) => along[q] - along[p]);
  let inside = 0;
  let missingInside = 0;
  let gain = 0;
  let best: MissingRegion | null = null;
  for (let n = 0; n < total - 1; n++) {
    const star = order[n];
    inside++;
    missingInside += 1 - expected.found[star];
    gain += gainOf(expected.found[star] === 1, expected.usuallyFound[star]);
    if (missingInside < fewestMissing || missingInside < 0.6 * inside) continue;
    if (best !== null && gain <= best.gain) continue;
    const offset = (along[star] + along[order[n + 1]]) / 2;
    const area = areaBeyond(cos, sin, offset, extent);
    const missingOutside = missing - missingInside;
    best = { gain, area, angle, offset, expectedInside: inside, missingInside, missingOutside };
  }
  return best;
}

/** What one star says for "hidden" against "as on other frames", nats. */
function gainOf(found: boolean, usuallyFound: number): number {
  const usual = clamp(usuallyFound, 0.02, surest);
  return found ? Math.log((1 - hiddenShare) / usual) : Math.log(hiddenShare / (1 - usual));
}

/** Share of the field beyond the line, by sampling it. */
export function areaBeyond(
  cos: number,
  sin: number,
  offset: number,
  extent: { readonly width: number; readonly height: number },
): number {
  const samples = 24;
  let beyond = 0;
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      const x = ((i + 0.5) / samples) * extent.width;
      const y = ((j + 0.5) / samples) * extent.height;
      if (x * cos + y * sin > offset) beyond++;
    }
  }
  return beyond / samples ** 2;
}
