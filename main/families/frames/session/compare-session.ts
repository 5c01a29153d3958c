/** From the records of a session to what each detector looks at. */
import type { FrameRecord } from '../record.ts';
import { inCommonUnits } from './common-units.ts';
import { type Companions, companionsOf } from './companions.ts';
import { comparableGroups, inOrderOfTime } from './comparable-groups.ts';
import { expectedStars } from './expected-stars.ts';
import { newHotPixels, repeatsOfTrails } from './fixed-patterns.ts';
import type { Comparison, FrameContext, MiddleFrame } from './frame-context.ts';
import { lightStructure, usualShapeVariance } from './light-structure.ts';
import { missingRegion } from './missing-stars.ts';
import { pedestalOf } from './pedestal.ts';
import { type RegisteredField, registerFrames } from './register-frames.ts';
import { clamp, logOrNaN, median } from './robust-statistics.ts';
import { type SkyPattern, skyPatterns } from './sky-pattern.ts';
import { buildCatalogue } from './star-catalogue.ts';
import { type FieldPhotometry, photometry } from './star-photometry.ts';
import { profileOf, withoutWidth } from './star-profile.ts';
import { robustTrend, type TrendOptions } from './trend.ts';

export interface CompareOptions {
  readonly onProgress?: (done: number, total: number) => void;
}

/** One context for each record, in the same order. */
export function compareSession(given: readonly FrameRecord[], options: CompareOptions = {}): FrameContext[] {
  const records = inCommonUnits(given);
  const contexts = new Array<FrameContext>(records.length);
  let done = 0;
  for (const group of comparableGroups(records)) {
    const members = group.members.map((index) => records[index]);
    for (const field of registerFrames(members)) {
      const indices = field.members.map((k) => group.members[k]);
      const { hours } = inOrderOfTime(records, indices);
      const found = compareField(
        indices.map((index) => records[index]),
        hours,
        field,
      );
      indices.forEach((index, k) => {
        contexts[index] = found[k];
      });
      done += indices.length;
      options.onProgress?.(done, records.length);
    }
  }
  return contexts;
}

function compareField(
  records: readonly FrameRecord[],
  hours: Float64Array,
  field: RegisteredField,
): FrameContext[] {
  const catalogue = buildCatalogue(records, field);
  const light = photometry(records, field, catalogue);
  const structures = records.map((record, k) => {
    const frame = light.frames[k];
    return frame === null ? null : lightStructure(frame, record);
  });
  const pedestal = pedestalOf(records);
  const patterns = skyPatterns(records, field.flipped, pedestal);
  const repeats = repeatsOfTrails(records, field.transforms);
  const usual = usualShapeVariance(structures);
  const missing = expectedStars(records, hours, field, catalogue, light).map((expected, k) =>
    expected === null ? null : missingRegion(expected, records[k]),
  );
  const companions = records.map(companionsOf);
  const figures = compareFigures(records, hours, light, patterns, pedestal, companions);
  const middle = middleFrame(records, light);
  return records.map((record, k) => ({
    record,
    hours: hours[k],
    peers: records.length,
    middle,
    companions: companions[k],
    ...pick(figures, k),
    skyPattern: patterns[k],
    photometry: light.frames[k],
    structure: structures[k],
    usualShapeVariance: usual,
    missing: missing[k],
    trailRepeats: repeats[k],
  }));
}

function middleFrame(records: readonly FrameRecord[], light: FieldPhotometry): MiddleFrame | null {
  const logFwhm = median(records.map(({ measurements }) => logOrNaN(measurements.fwhm)));
  const logNoise = median(records.map(({ measurements }) => logOrNaN(measurements.noise)));
  if (records.length < 3 || !Number.isFinite(logFwhm) || !Number.isFinite(logNoise)) return null;
  const loss = median(light.frames.map((frame) => frame?.loss ?? Number.NaN));
  const mostStars = Math.max(...records.map(({ measurements }) => measurements.starCount ?? 0));
  return { logFwhm, logNoise, loss: Number.isFinite(loss) ? loss : 0, mostStars };
}

type Figures = Record<
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
  | 'patch',
  (Comparison | null)[]
>; // prettier-ignore

function pick(figures: Figures, k: number): Record<keyof Figures, Comparison | null> {
  const entries = Object.entries(figures).map(([name, list]) => [name, list[k]] as const);
  return Object.fromEntries(entries) as Record<keyof Figures, Comparison | null>;
}

/** The sky's natural change (moon below the horizon, airmass, glow of towns), natural log per hour. */
const steepestSkyPerHour = 0.35;

/** Extinction of a star that sinks to an airmass of 2 through murky air, natural log per hour. */
const steepestLossPerHour = 0.2;
/** How fast that slope grows: the secant of the zenith distance, natural log per square hour. */
const sharpestLossPerSquareHour = 0.15;

/** Every figure against its own trend. Least scatters are what measuring itself cannot beat. */
function compareFigures(
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
  return {
    ellipticity,
    doubleShare,
    profile: against(
      withoutWidth(
        of(profileOf),
        of((r) => logOrNaN(r.measurements.fwhm)),
      ),
      { faults: 'down', degree: 1, span: whole, leastSigma: 0.006 },
    ),
    focus: against(of(logMinorAxis), { faults: 'up', degree: 2, span: 25, leastSigma: 0.012, trust }),
    fwhm: against(
      of((r) => logOrNaN(r.measurements.fwhm)),
      { faults: 'up', degree: 2, span: 25, leastSigma: 0.012, trust },
    ),
    sky: against(
      Float64Array.from(records, (record, k) => skyLevel(record, patterns[k], pedestal)),
      { faults: 'up', degree: 1, span: 31, leastSigma: 0.006, steepestPerHour: steepestSkyPerHour },
    ),
    loss: against(
      Float64Array.from(records, (_, k) => light.frames[k]?.loss ?? Number.NaN),
      {
        faults: 'up',
        degree: 2,
        span: whole,
        leastSigma: 0.004,
        steepestPerHour: steepestLossPerHour,
        sharpestPerSquareHour: sharpestLossPerSquareHour,
        leastGoodShare: 0.18,
      },
    ),
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
  };
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
    return { value, reference, excess: sign * (value - reference), sigma: trend.sigma[k], comparedWith };
  });
}
