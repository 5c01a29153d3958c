/** Every figure of the frames of one field, each against its own trend over the night. */
import type { FrameRecord } from '../record.ts';
import type { Companions } from './companions.ts';
import { extinctionByAirmass } from './extinction.ts';
import { newHotPixels } from './fixed-patterns.ts';
import type { Comparison } from './frame-context.ts';
import { clamp, logOrNaN } from './robust-statistics.ts';
import { scatterOfNeighbours } from './scatter-of-neighbours.ts';
import { scatterOfLikeSeeing, seeingLoss } from './seeing-loss.ts';
import type { SkyPattern } from './sky-pattern.ts';
import type { FieldPhotometry } from './star-photometry.ts';
import { profileOf, withoutWidth } from './star-profile.ts';
import { robustTrend, type TrendOptions } from './trend.ts';

export type Figures = Record<
  | 'focus'
  | 'fwhm'
  | 'ellipticity'
  | 'doubleShare'
  | 'profile'
  | 'sky'
  | 'loss'
  | 'starCount'
  | 'hotPixels'
  | 'cosmicRays'
  | 'saturated'
  | 'noise'
  | 'patch'
  | 'shade'
  | 'faintLine',
  (Comparison | null)[]
>; // prettier-ignore

/** The sky's natural change (moon below the horizon, airmass, glow of towns), natural log per hour. */
const steepestSkyPerHour = 0.35;

/** Extinction of a star that sinks to an airmass of 2 through murky air, natural log per hour. */
const steepestLossPerHour = 0.2;
/** How fast that slope grows: the secant of the zenith distance, natural log per square hour. */
const sharpestLossPerSquareHour = 0.15;

/** What the seeing of neighbouring frames differs by, natural log. */
const usualSeeing = 0.03;
/** And one sigma of what it wanders by, natural log per hour. */
const seeingPerHour = 0.12;

/** Strength of a line where not even noise makes one. */
const noLine = 4;

/** Every figure against its own trend. Least scatters are what measuring itself cannot beat. */
export function compareFigures(
  records: readonly FrameRecord[],
  hours: Float64Array,
  light: FieldPhotometry,
  patterns: readonly (SkyPattern | null)[],
  pedestal: number,
  companions: readonly (Companions | null)[],
): Figures {
  const whole = Number.POSITIVE_INFINITY;
  const against = (values: ArrayLike<number>, options: TrendOptions): (Comparison | null)[] =>
    compareWithTrend(hours, values, options);
  const of = (read: (record: FrameRecord) => number): Float64Array => Float64Array.from(records, read);
  // an 8-bit file is full close above the sky and coarse below it: its hits are its own kind's usual ones
  const ofOwnDepth = (read: (record: FrameRecord, k: number) => number, options: TrendOptions) => {
    const part = (coarse: boolean): (Comparison | null)[] =>
      against(
        Float64Array.from(records, (r, k) => ((r.bitpix === 8) === coarse ? read(r, k) : Number.NaN)),
        options,
      );
    const coarse = part(true);
    return part(false).map((comparison, k) => comparison ?? coarse[k]);
  };
  const hot = newHotPixels(records);
  const ellipticity = against(
    of((r) => r.measurements.ellipticity ?? Number.NaN),
    {
      faults: 'up',
      degree: 1,
      span: whole,
      leastSigma: 0.008,
    },
  );
  const doubleShare = against(
    Float64Array.from(records, (r, k) =>
      r.stars.count > 0 ? Math.max(r.checks.doubleShare, companions[k]?.share ?? 0) : Number.NaN,
    ),
    {
      faults: 'up',
      degree: 1,
      span: whole,
      leastSigma: 0.03,
    },
  );
  // stretched and doubled stars say little of the focus
  const trust = records.map((record, k) => {
    const stretched = ellipticity[k] !== null && ellipticity[k].excess > 0.06;
    const doubled = doubleShare[k] !== null && doubleShare[k].excess > 0.2;
    return stretched || doubled || record.stars.count < 5 ? 0 : 1;
  });
  const profile = against(
    withoutWidth(
      of(profileOf),
      of((r) => logOrNaN(r.measurements.fwhm)),
    ),
    { faults: 'down', degree: 1, span: whole, leastSigma: 0.006 },
  );
  const seeing: TrendOptions = {
    faults: 'up',
    degree: 2,
    span: 25,
    leastSigma: 0.012,
    usualSigma: usualSeeing,
    naturalPerHour: seeingPerHour,
  };
  const blur = against(of(logMinorAxis), { ...seeing, trust });
  const loss = compareLoss(hours, records, light, withoutWide(trust, blur));
  const width: TrendOptions = { ...seeing, trust: withoutSuspects(trust, loss, profile) };
  return {
    ellipticity,
    doubleShare,
    profile,
    focus: against(of(logMinorAxis), width),
    fwhm: against(
      of((r) => logOrNaN(r.measurements.fwhm)),
      width,
    ),
    sky: against(
      Float64Array.from(records, (record, k) => skyLevel(record, patterns[k], pedestal)),
      { faults: 'up', degree: 1, span: 31, leastSigma: 0.006, steepestPerHour: steepestSkyPerHour },
    ),
    loss,
    starCount: against(
      of((r) => Math.log((r.measurements.starCount ?? 0) + 1)),
      { faults: 'down', degree: 1, span: 41, leastSigma: 0.05 },
    ),
    hotPixels: ofOwnDepth(
      (_, k) => {
        const count = hot[k];
        return count === null ? Number.NaN : Math.log(count + 10);
      },
      { faults: 'up', degree: 1, span: whole, leastSigma: 0.2 },
    ),
    cosmicRays: ofOwnDepth((r) => Math.log(r.checks.cosmicRays.count + 10), {
      faults: 'up',
      degree: 1,
      span: whole,
      leastSigma: 0.2,
    }),
    saturated: ofOwnDepth((r) => r.measurements.saturatedFraction ?? Number.NaN, {
      faults: 'up',
      degree: 1,
      span: whole,
      leastSigma: 1e-5,
    }),
    noise: against(
      of((r) => logOrNaN(r.measurements.noise)),
      { faults: 'up', degree: 1, span: 31, leastSigma: 0.006, steepestPerHour: steepestSkyPerHour / 2 },
    ),
    patch: against(
      Float64Array.from(patterns, (pattern) => pattern?.peak ?? Number.NaN),
      { faults: 'up', degree: 1, span: whole, leastSigma: 0.008 },
    ),
    shade: against(
      Float64Array.from(patterns, (pattern) => pattern?.shade.area ?? Number.NaN),
      { faults: 'up', degree: 1, span: whole, leastSigma: 0.006 },
    ),
    faintLine: against(
      of((r) => r.checks.faintLine?.strength ?? noLine),
      { faults: 'up', degree: 1, span: whole, leastSigma: 0.3 },
    ),
  };
}

/** Loss of light, and flatness of the core in sigmas, from which a frame's width may be no seeing. */
const suspectLoss = 0.05;
const suspectSigmas = 3.5;
/** With fewer frames left than this share, all have their say. */
const leastTrusted = 0.5;

/** Stars this much wider than their neighbours in time, natural log and sigmas, are another profile than the one measured with. */
const wideExcess = 0.1;
const wideSigmas = 3.5;

/** Light of stretched, doubled and blurred stars is measured off by some per cent either way: it says nothing of the air. */
function withoutWide(trust: readonly number[], blur: readonly (Comparison | null)[]): readonly number[] {
  const left = trust.map((own, k) => {
    const { excess, sigma } = blur[k] ?? { excess: 0, sigma: 1 };
    return excess > Math.max(wideExcess, wideSigmas * sigma) ? 0 : own;
  });
  return enough(left, trust);
}

/** Dew and bad focus come in runs, and dim the stars or flatten their cores: such frames do not say what is usual. */
function withoutSuspects(
  trust: readonly number[],
  loss: readonly (Comparison | null)[],
  profile: readonly (Comparison | null)[],
): readonly number[] {
  const left = trust.map((own, k) => {
    const dim = (loss[k]?.excess ?? 0) > Math.max(suspectLoss, suspectSigmas * (loss[k]?.sigma ?? 0));
    const flat = (profile[k]?.excess ?? 0) > suspectSigmas * (profile[k]?.sigma ?? 0);
    return dim || flat ? 0 : own;
  });
  return enough(left, trust);
}

function enough(left: readonly number[], trust: readonly number[]): readonly number[] {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return sum(left) >= leastTrusted * sum(trust) ? left : trust;
}

const lossTrend: TrendOptions = {
  faults: 'up',
  degree: 2,
  span: Number.POSITIVE_INFINITY,
  leastSigma: 0.004,
  steepestPerHour: steepestLossPerHour,
  sharpestPerSquareHour: sharpestLossPerSquareHour,
  leastGoodShare: 0.18,
};

/** Loss of light against extinction, less what comes with the seeing; both are found by turns. */
function compareLoss(
  hours: Float64Array,
  records: readonly FrameRecord[],
  light: FieldPhotometry,
  given: readonly number[],
): (Comparison | null)[] {
  const whole = Float64Array.from(records, (_, k) => light.frames[k]?.loss ?? Number.NaN);
  const trust = enough(
    given,
    given.map(() => 1),
  );
  const air = extinctionByAirmass(
    whole,
    records.map(({ header }) => header.airmass),
    trust,
  );
  const losses = whole.map((value, k) => value - air[k]);
  const trend = { ...lossTrend, nearSigma: scatterOfNeighbours(hours, losses, lossTrend.leastSigma), trust };
  const logFwhm = Float64Array.from(records, (record) => logOrNaN(record.measurements.fwhm));
  let seeing: Float64Array = new Float64Array(records.length);
  let compared = compareWithTrend(hours, losses, trend);
  for (let turn = 0; turn < 2; turn++) {
    const residuals = Float64Array.from(compared, (c, k) =>
      c === null ? Number.NaN : losses[k] - c.reference,
    );
    seeing = seeingLoss(residuals, logFwhm, trust);
    const rest = losses.map((value, k) => value - seeing[k]);
    compared = compareWithTrend(hours, rest, trend);
  }
  const sigma = scatterOfLikeSeeing(
    compared.map((c) => c?.excess ?? Number.NaN),
    logFwhm,
    compared.map((c) => c?.sigma ?? Number.NaN),
  );
  return compared.map((c, k) =>
    c === null
      ? null
      : {
          ...c,
          value: whole[k],
          reference: c.reference + seeing[k] + air[k],
          sigma: sigma[k],
          seenSigma: (sigma[k] * c.seenSigma) / c.sigma,
        },
  );
}

/** Log of the sky above the pedestal; of its darker part where the field's usual shape is known. */
function skyLevel(record: FrameRecord, pattern: SkyPattern | null, pedestal: number): number {
  return logOrNaN(pattern?.floor ?? (record.measurements.background ?? Number.NaN) - pedestal);
}

/** The minor axis hardly grows when the mount drifts, but does when the focus does. */
function logMinorAxis(record: FrameRecord): number {
  const ellipticity = record.measurements.ellipticity ?? 0;
  return logOrNaN(record.measurements.fwhm) + 0.5 * Math.log(clamp(1 - ellipticity, 0.05, 1));
}

function compareWithTrend(
  hours: Float64Array,
  values: ArrayLike<number>,
  options: TrendOptions,
): (Comparison | null)[] {
  const trend = robustTrend(hours, values, options);
  const sign = options.faults === 'up' ? 1 : -1;
  return Array.from({ length: values.length }, (_, k) => {
    const value = values[k] as number;
    const reference = trend.reference[k];
    if (!Number.isFinite(value) || !Number.isFinite(reference)) return null;
    const comparedWith = Math.round(trend.support[k]);
    const excess = sign * (value - reference);
    return { value, reference, excess, sigma: trend.sigma[k], seenSigma: trend.seenSigma[k], comparedWith };
  });
}
