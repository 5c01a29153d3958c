/**
 * The night's own reference for one figure: what the figure would be at each frame's time, had that frame no fault.
 * Frames before and after count alike. Faults push a figure one way (focus only widens stars, cloud only dims them),
 * so values on the faulty side lose their say quickly and the curve holds to the better frames. The slope is limited:
 * what changes faster than nature does is a fault, not a trend.
 */
import { convexCurve } from './convex-curve.ts';
import { openShare, predictiveStretch, smallNight } from './few-frames.ts';
import { type Curve, robustCurve } from './robust-curve.ts';
import { median, robustSigma } from './robust-statistics.ts';

export interface TrendOptions {
  /** The side on which faults lie. */
  readonly faults: 'up' | 'down';
  /** 1 for straight pieces, 2 for parabolas. */
  readonly degree: 1 | 2;
  /** Frames within a piece, or Infinity for one curve over the whole night. */
  readonly span: number;
  /** The least scatter to believe in, in the unit of the values. */
  readonly leastSigma: number;
  /** About what neighbouring frames differ by; the curve is looked for within some of it. Default `leastSigma`. */
  readonly nearSigma?: number;
  /** What blameless frames of any night scatter: a night of few frames is believed to, as far as it says little itself. */
  readonly usualSigma?: number;
  /** Steepest natural change, unit of the values per hour. Default: no limit. */
  readonly steepestPerHour?: number;
  /** One sigma of the natural change, unit of the values per hour. Default: a third of the steepest, 0 without one. */
  readonly naturalPerHour?: number;
  /**
   * For figures that bend only away from the better side, as extinction does: the sharpest natural bend, unit of the
   * values per square hour. `degree` and `span` then mean nothing. See convex-curve.ts.
   */
  readonly sharpestPerSquareHour?: number;
  /**
   * The least share of the night that may be without this fault, 0..0.5: the curve is laid through the tightest such
   * share. Small shares suit figures that hardly scatter without a fault. Default 0.45.
   */
  readonly leastGoodShare?: number;
  /** 0..1 for each frame: how much it may say. Default 1. */
  readonly trust?: ArrayLike<number>;
}

export interface Trend {
  /** Reference at each frame; NaN where too few frames have the figure. */
  readonly reference: Float64Array;
  /** Scatter of blameless frames around it, with the reference's own uncertainty at each frame. */
  readonly sigma: Float64Array;
  /** The same by what these frames themselves show, however few they are. */
  readonly seenSigma: Float64Array;
  /** Frames that carry the reference at each frame. */
  readonly support: Float64Array;
}

/** How much farther than half a span the window reaches at the night's ends. */
const endReach = 0.2;
/** Fewer frames than this tell a straight line at best. */
const fewestForBends = 20;
/** Fewer frames than this make no trend: each is held against the best of the others, with much allowance. */
const leastFramesForTrend = 4;
const fewFramesSigmas = 10;

/** `values` at `hours` (in any order) against their own robust trend. O(frames * span). */
export function robustTrend(
  hours: ArrayLike<number>,
  values: ArrayLike<number>,
  options: TrendOptions,
): Trend {
  const frames = values.length;
  const order = measuredFrames(hours, values, options.trust);
  const trend: Trend = {
    reference: new Float64Array(frames).fill(Number.NaN),
    sigma: new Float64Array(frames).fill(Number.NaN),
    seenSigma: new Float64Array(frames).fill(Number.NaN),
    support: new Float64Array(frames),
  };
  const night: Night = { hours, values, options, sign: options.faults === 'up' ? 1 : -1 };
  if (order.length < leastFramesForTrend) return againstTheBest(night, order, trend);
  const local = options.span < order.length && options.sharpestPerSquareHour === undefined;
  const whole = local ? null : pieceOf(night, order, null);
  for (let frame = 0; frame < frames; frame++) {
    if (!Number.isFinite(hours[frame] as number)) continue;
    const piece = whole ?? pieceOf(night, nearest(order, hours, frame, options.span), frame);
    trend.reference[frame] = piece.at(hours[frame] as number);
    trend.support[frame] = piece.support;
    trend.sigma[frame] = Math.min(1, piece.leverageAt(hours[frame] as number));
  }
  const usual = median(order.map((frame) => trend.sigma[frame]));
  holdSlope(night, trend.reference);
  centre(night, trend.reference, order);
  const scatter = nightScatter(night, trend.reference, order);
  for (let frame = 0; frame < frames; frame++) {
    const seen = scatter * Math.sqrt((1 + trend.sigma[frame]) / (1 + (whole === null ? usual : 0)));
    const open = openShare(order.length) * naturalChange(night, order, frame);
    trend.seenSigma[frame] = seen * (1 + smallNight / order.length);
    trend.sigma[frame] = Math.hypot(seen * predictiveStretch(order.length), open);
  }
  return trend;
}

/** Two or three frames, minutes or hours apart: only what no night does by itself stands out. */
function againstTheBest(night: Night, order: readonly number[], trend: Trend): Trend {
  const { values, options, sign } = night;
  for (let frame = 0; frame < values.length; frame++) {
    const others = order.filter((other) => other !== frame).map((other) => sign * (values[other] as number));
    if (others.length === 0) continue;
    trend.reference[frame] = sign * Math.min(...others);
    trend.support[frame] = others.length;
    trend.seenSigma[frame] = fewFramesSigmas * options.leastSigma;
    trend.sigma[frame] = Math.hypot(trend.seenSigma[frame], naturalChange(night, order, frame));
  }
  return trend;
}

/** One sigma of what the figure changes by itself between the frame and the others (the root mean square of their times). */
function naturalChange({ hours, options }: Night, order: readonly number[], frame: number): number {
  const rate = options.naturalPerHour ?? (options.steepestPerHour ?? 0) / 3;
  if (rate === 0) return 0;
  let [sum, count] = [0, 0];
  for (const other of order) {
    if (other === frame) continue;
    sum += ((hours[other] as number) - (hours[frame] as number)) ** 2;
    count++;
  }
  return rate * Math.sqrt(sum / Math.max(1, count));
}

interface Night {
  readonly hours: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly options: TrendOptions;
  /** 1 when faults lie above. */
  readonly sign: number;
}

function measuredFrames(
  hours: ArrayLike<number>,
  values: ArrayLike<number>,
  trust: ArrayLike<number> | undefined,
): number[] {
  const order: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const known = Number.isFinite(values[i] as number) && Number.isFinite(hours[i] as number);
    if (known && (trust === undefined || (trust[i] as number) > 0)) order.push(i);
  }
  return order.sort((a, b) => (hours[a] as number) - (hours[b] as number));
}

/**
 * The measured frames within half a `span` of the frame, counted in frames; at the night's ends a few more from the
 * side that there is, but not a full span: far frames say little where the figure bends.
 */
function nearest(order: readonly number[], hours: ArrayLike<number>, frame: number, span: number): number[] {
  const time = hours[frame] as number;
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hours[order[middle]] as number) < time) low = middle + 1;
    else high = middle;
  }
  const half = span >> 1;
  const missing = Math.max(0, half - low) + Math.max(0, low + half + 1 - order.length);
  const reach = half + Math.min(missing, Math.round(endReach * half));
  return order.slice(Math.max(0, low - reach), Math.min(order.length, low + reach + 1));
}

/** The curve of some frames in hours; `own` is the frame to judge, which has no say in its own reference. */
function pieceOf(night: Night, members: readonly number[], own: number | null): Curve {
  const { hours, values, options, sign } = night;
  const time = members.map((i) => hours[i] as number);
  const middle = own === null ? median(time) : (hours[own] as number);
  const radius = Math.max(1e-9, ...time.map((t) => Math.abs(t - middle)));
  const t = Float64Array.from(time, (value) => (value - middle) / radius);
  const kernel = Float64Array.from(members, (i, k) => {
    if (i === own) return 0;
    const near = own === null ? 1 : (1 - (Math.abs(t[k]) / 1.05) ** 3) ** 3;
    return near * (options.trust === undefined ? 1 : (options.trust[i] as number));
  });
  const input = {
    t,
    v: Float64Array.from(members, (i) => sign * (values[i] as number)),
    kernel,
    degree: degreeFor(night, members, own),
    leastSigma: options.nearSigma ?? options.leastSigma,
    closeShare: options.leastGoodShare ?? 0.45,
    steepest: (options.steepestPerHour ?? Number.POSITIVE_INFINITY) * radius,
  };
  const sharpest = (options.sharpestPerSquareHour ?? 0) * radius ** 2;
  const bends = sharpest > 0 && members.length >= fewestForBends;
  const curve = bends ? convexCurve({ ...input, sharpest }) : robustCurve(input);
  return {
    at: (hour) => sign * curve.at((hour - middle) / radius),
    leverageAt: (hour) => curve.leverageAt((hour - middle) / radius),
    support: curve.support,
  };
}

/**
 * The better frames of the whole night bound the reference: from any of them it rises towards the faulty side no
 * faster than nature does, however many frames of dawn or moonrise say otherwise.
 */
function holdSlope({ hours, options, sign }: Night, reference: Float64Array): void {
  const steepest = options.steepestPerHour ?? Number.POSITIVE_INFINITY;
  if (!Number.isFinite(steepest)) return;
  const known = Array.from(reference.keys()).filter((frame) => Number.isFinite(reference[frame]));
  known.sort((p, q) => (hours[p] as number) - (hours[q] as number));
  for (const way of [known, [...known].reverse()]) {
    for (let k = 1; k < way.length; k++) {
      const rise = steepest * Math.abs((hours[way[k]] as number) - (hours[way[k - 1]] as number));
      const bound = sign * reference[way[k - 1]] + rise;
      if (sign * reference[way[k]] > bound) reference[way[k]] = sign * bound;
    }
  }
}

/** Bends need frames on both sides: at the night's ends, and of few frames, the curve is straighter. */
function degreeFor({ hours, options }: Night, members: readonly number[], own: number | null): number {
  if (members.length < 6) return 0;
  if (members.length < 9) return 1;
  if (own === null) return options.degree;
  const before = members.filter((i) => (hours[i] as number) < (hours[own] as number)).length;
  const lonelier = Math.min(before, members.length - 1 - before);
  return lonelier >= 0.25 * members.length ? options.degree : 1;
}

/** Curves that lean away from faults lie a little off the middle of the blameless frames: shifts them there. */
function centre(night: Night, reference: Float64Array, order: readonly number[]): void {
  const core = 2 * (1 + smallNight / order.length) * nightScatter(night, reference, order);
  const near: number[] = [];
  for (const i of order) {
    const residual = (night.values[i] as number) - reference[i];
    if (Math.abs(residual) < core) near.push(residual);
  }
  const shift = near.length > 0 ? median(near) : 0;
  for (let frame = 0; frame < reference.length; frame++) reference[frame] += shift;
}

/** One sigma of the blameless side: half the normal is enough to know the whole. */
function nightScatter(night: Night, reference: Float64Array, order: readonly number[]): number {
  const better: number[] = [];
  for (const i of order) {
    const residual = night.sign * ((night.values[i] as number) - reference[i]);
    if (residual <= 0) better.push(residual);
  }
  const { leastSigma, usualSigma } = night.options;
  const own = better.length < 2 ? leastSigma : Math.max(leastSigma, robustSigma(better, 0));
  return usualSigma === undefined ? own : withUsual(own, better.length, usualSigma);
}

/** What the median deviation of n values knows of their scatter: as much as the standard deviation of this share of them. */
const medianEfficiency = 0.37;
/** Frames that what is usual stands for. */
const usualFrames = 6;

/** A scatter seen in some values, drawn towards the usual one as far as so few may have come out too close by chance. */
function withUsual(own: number, values: number, usual: number): number {
  const known = medianEfficiency * values;
  return Math.sqrt((known * own ** 2 + usualFrames * usual ** 2) / (known + usualFrames));
}
