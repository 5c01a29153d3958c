/**
 * Fluxes of matched stars against the field's own reference: how much dimmer each frame is as a whole, and each of
 * its stars beyond that. Reference fluxes are kept for each side of the meridian flip, so that vignetting and dust
 * drop out with the star's place on the detector.
 */
import type { FrameRecord } from '../record.ts';
import { starFlags } from '../record.ts';
import type { RegisteredField } from './register-frames.ts';
import { clamp, median, quantile, robustSigma, weightedMedian } from './robust-statistics.ts';
import type { StarCatalogue } from './star-catalogue.ts';

/** Matched stars of one frame with a reference. Logs are natural: 0.05 is 5 % dimmer. */
export interface FramePhotometry {
  /** Median loss of light against the reference (negative: brighter). */
  readonly loss: number;
  /** One sigma of `loss` by the stars' own errors. */
  readonly lossSigma: number;
  /** Detector positions of the stars used. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Loss of each star (frame's own `loss` included) and its one-sigma error. */
  readonly starLoss: Float64Array;
  readonly starError: Float64Array;
  /** Catalogue star of each. */
  readonly star: Int32Array;
  /** How far the frame's SNRs lie below the reference ones, natural log. */
  readonly snrLoss: number;
}

export interface FieldPhotometry {
  readonly frames: readonly (FramePhotometry | null)[];
  /** Reference SNR of each catalogue star, natural log; NaN when never measured. */
  readonly referenceLogSnr: Float64Array;
}

/** Fewer matched stars than this give no photometry. */
export const leastPhotometricStars = 5;
/** Relative error that no star's flux beats (flat field, undersampling). */
const errorFloor = 0.004;
const rounds = 5;
/** Stars count with their squared SNR up to this one, where other errors take over. */
const brightestSnr = 60;

interface Entries {
  readonly star: Int32Array;
  readonly logFlux: Float64Array;
  readonly logSnr: Float64Array;
  readonly weight: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export function photometry(
  records: readonly FrameRecord[],
  field: RegisteredField,
  catalogue: StarCatalogue,
): FieldPhotometry {
  const entries = records.map((record, k) => entriesOf(record, field.usable[k], catalogue.starOf[k]));
  const sides = [false, true].map((side) =>
    records.map((_, k) => k).filter((k) => field.transforms[k] !== null && field.flipped[k] === side),
  );
  const losses = new Float64Array(records.length).fill(Number.NaN);
  const references = sides.map((members) => solveSide(entries, members, catalogue.count, losses));
  const referenceLogSnr = referenceSnr(entries, losses, catalogue.count);
  linkSides(references, sides, losses, referenceLogSnr);
  const scatter = starScatter(entries, references, sides, losses, catalogue.count);
  const sideOf = (k: number): Float64Array => references[field.flipped[k] ? 1 : 0];
  const frames = records.map((_, k) => {
    if (!Number.isFinite(losses[k])) return null;
    return summarise(entries[k], sideOf(k), scatter, losses[k], referenceLogSnr);
  });
  return { frames, referenceLogSnr };
}

function entriesOf(record: FrameRecord, usable: Int32Array, starOf: Int32Array): Entries {
  const chosen: number[] = [];
  const { flags } = record.stars;
  usable.forEach((star, k) => {
    if (starOf[k] >= 0 && (flags[star] & starFlags.saturated) === 0) chosen.push(k);
  });
  const own = chosen.map((k) => usable[k]);
  return {
    star: Int32Array.from(chosen, (k) => starOf[k]),
    logFlux: Float64Array.from(own, (i) => Math.log(record.stars.flux[i])),
    logSnr: Float64Array.from(own, (i) => Math.log(record.stars.snr[i])),
    weight: Float64Array.from(own, (i) => clamp(record.stars.snr[i], 1, brightestSnr) ** 2),
    x: Float64Array.from(own, (i) => record.stars.x[i]),
    y: Float64Array.from(own, (i) => record.stars.y[i]),
  };
}

/** Alternates between frame losses and star references; writes the losses, returns the references. */
function solveSide(
  entries: readonly Entries[],
  members: readonly number[],
  stars: number,
  losses: Float64Array,
): Float64Array {
  let reference: Float64Array = new Float64Array(stars).fill(Number.NaN);
  if (members.length === 0) return reference;
  const seed = members.reduce((best, k) => (entries[k].star.length > entries[best].star.length ? k : best));
  entries[seed].star.forEach((star, i) => {
    reference[star] = entries[seed].logFlux[i];
  });
  const spread = new Float64Array(losses.length).fill(Number.NaN);
  for (let round = 0; round < rounds; round++) {
    for (const k of members) measureLoss(entries[k], reference, k, losses, spread);
    const trusted = round < 2 ? members : bestFrames(members, losses, spread);
    const next = medianReference(entries, trusted, losses, stars);
    // stars that the best frames miss keep what all frames said
    reference = round < 2 ? next : next.map((value, s) => (Number.isFinite(value) ? value : reference[s]));
  }
  for (const k of members) measureLoss(entries[k], reference, k, losses, spread);
  return reference;
}

function measureLoss(
  entry: Entries,
  reference: Float64Array,
  k: number,
  losses: Float64Array,
  spread: Float64Array,
): void {
  const deficits = Float64Array.from(entry.star, (star, i) => reference[star] - entry.logFlux[i]);
  const known = deficits.reduce((n, value) => n + (Number.isFinite(value) ? 1 : 0), 0);
  if (known < leastPhotometricStars) {
    losses[k] = Number.NaN;
    return;
  }
  losses[k] = weightedMedian(deficits, entry.weight);
  const pulls = deficits.map((d, i) => (d - losses[k]) * Math.sqrt(entry.weight[i]));
  spread[k] = robustSigma(pulls, 0);
}

/** The frames in which stars keep their order best and that lose least light: a sixth of them and six at least. */
function bestFrames(members: readonly number[], losses: Float64Array, spread: Float64Array): number[] {
  const known = members.filter((k) => Number.isFinite(losses[k]));
  if (known.length <= 6) return known;
  const lossOf = known.map((k) => losses[k]);
  const least = quantile(lossOf, 0.1);
  const tidy = quantile(
    known.map((k) => spread[k]),
    0.3,
  );
  // nothing makes stars brighter: light counts before likeness, since most frames may be bad in the same way
  const badness = (k: number): number =>
    Math.max(0, losses[k] - least) / 0.04 + Math.min(4, spread[k] / tidy);
  const sorted = [...known].sort((p, q) => badness(p) - badness(q));
  const fewest = Math.max(6, Math.ceil(known.length / 6));
  return sorted.filter((k, rank) => rank < fewest || badness(k) < 2.5);
}

function medianReference(
  entries: readonly Entries[],
  members: readonly number[],
  losses: Float64Array,
  stars: number,
): Float64Array {
  const lists: number[][] = Array.from({ length: stars }, () => []);
  for (const k of members) {
    if (!Number.isFinite(losses[k])) continue;
    const { star, logFlux } = entries[k];
    for (let i = 0; i < star.length; i++) lists[star[i]].push(logFlux[i] + losses[k]);
  }
  return Float64Array.from(lists, (list) => (list.length > 0 ? median(list) : Number.NaN));
}

/**
 * Puts both sides of the meridian on one scale by the stars they share. Bright ones decide: a faint star is only seen where
 * chance made it brighter, more so on the side with the worse seeing.
 */
function linkSides(
  references: readonly Float64Array[],
  sides: readonly (readonly number[])[],
  losses: Float64Array,
  referenceLogSnr: Float64Array,
): void {
  const gap = weightedMedian(
    references[1].map((value, s) => value - references[0][s]),
    referenceLogSnr.map((value) => Math.min(brightestSnr, Math.exp(value)) ** 2),
  );
  if (!Number.isFinite(gap)) return;
  for (let s = 0; s < references[1].length; s++) references[1][s] -= gap;
  for (const k of sides[1]) losses[k] -= gap;
}

/** Scatter of each star beyond nothing: variable, blended and edge stars get large errors. */
function starScatter(
  entries: readonly Entries[],
  references: readonly Float64Array[],
  sides: readonly (readonly number[])[],
  losses: Float64Array,
  stars: number,
): Float64Array {
  const lists: number[][] = Array.from({ length: stars }, () => []);
  sides.forEach((members, side) => {
    for (const k of members) {
      if (!Number.isFinite(losses[k])) continue;
      const { star, logFlux } = entries[k];
      for (let i = 0; i < star.length; i++) {
        lists[star[i]].push(references[side][star[i]] - logFlux[i] - losses[k]);
      }
    }
  });
  return Float64Array.from(lists, (list) => (list.length >= 5 ? robustSigma(list, 0) : Number.NaN));
}

function referenceSnr(entries: readonly Entries[], losses: Float64Array, stars: number): Float64Array {
  const lists: number[][] = Array.from({ length: stars }, () => []);
  entries.forEach((entry, k) => {
    if (!Number.isFinite(losses[k])) return;
    for (let i = 0; i < entry.star.length; i++) lists[entry.star[i]].push(entry.logSnr[i]);
  });
  return Float64Array.from(lists, (list) => (list.length > 0 ? median(list) : Number.NaN));
}

function summarise(
  entry: Entries,
  reference: Float64Array,
  scatter: Float64Array,
  loss: number,
  referenceLogSnr: Float64Array,
): FramePhotometry {
  const kept: number[] = [];
  for (let i = 0; i < entry.star.length; i++) if (Number.isFinite(reference[entry.star[i]])) kept.push(i);
  const starError = Float64Array.from(kept, (i) => {
    const noise = Math.exp(-entry.logSnr[i]);
    const seen = scatter[entry.star[i]];
    return Math.max(errorFloor, noise, Number.isFinite(seen) ? seen : 2 * noise);
  });
  const starLoss = Float64Array.from(kept, (i) => reference[entry.star[i]] - entry.logFlux[i]);
  const whole = robustMean(starLoss, starError, loss);
  return {
    loss: whole.mean,
    lossSigma: whole.sigma,
    x: Float64Array.from(kept, (i) => entry.x[i]),
    y: Float64Array.from(kept, (i) => entry.y[i]),
    starLoss,
    starError,
    star: Int32Array.from(kept, (i) => entry.star[i]),
    snrLoss: median(Float64Array.from(entry.star, (star, i) => referenceLogSnr[star] - entry.logSnr[i])),
  };
}

/** Weighted mean in which a star farther off than two sigma (of what stars of this frame scatter) pulls no harder. */
function robustMean(
  values: Float64Array,
  errors: Float64Array,
  start: number,
): { mean: number; sigma: number } {
  let mean = start;
  let sigma = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    const pulls = values.map((value, i) => (value - mean) / errors[i]);
    const scale = Math.max(1, robustSigma(pulls, 0));
    let weight = 0;
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const own = Math.min(1, (2 * scale) / Math.max(1e-9, Math.abs(pulls[i]))) / errors[i] ** 2;
      weight += own;
      sum += own * values[i];
    }
    if (!(weight > 0)) break;
    mean = sum / weight;
    sigma = scale / Math.sqrt(weight);
  }
  return { mean, sigma };
}
