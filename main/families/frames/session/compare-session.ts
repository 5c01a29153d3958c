/** From the records of a session to what each detector looks at. */
import type { FrameRecord } from '../record.ts';
import { inCommonUnits } from './common-units.ts';
import { companionsOf } from './companions.ts';
import { comparableGroups, inOrderOfTime } from './comparable-groups.ts';
import { compareFigures, type Figures } from './compare-figures.ts';
import { expectedStars } from './expected-stars.ts';
import { repeatsOfLines } from './fixed-patterns.ts';
import type { Comparison, FrameContext, MiddleFrame } from './frame-context.ts';
import { lightStructure, usualShapeVariance } from './light-structure.ts';
import { missingRegion } from './missing-stars.ts';
import { pedestalOf } from './pedestal.ts';
import { type RegisteredField, registerFrames } from './register-frames.ts';
import { logOrNaN, median } from './robust-statistics.ts';
import { skyPatterns } from './sky-pattern.ts';
import { buildCatalogue } from './star-catalogue.ts';
import { type FieldPhotometry, photometry } from './star-photometry.ts';

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
  const { transforms } = field;
  const repeats = repeatsOfLines(
    records.map(({ trails }) => trails),
    transforms,
  );
  const faintRepeats = repeatsOfLines(
    records.map(({ checks }) => (checks.faintLine === null ? [] : [checks.faintLine])),
    transforms,
  );
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
    usualShapeVariance: usual[k],
    missing: missing[k],
    trailRepeats: repeats[k],
    faintLineRepeats: faintRepeats[k][0] ?? 0,
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

function pick(figures: Figures, k: number): Record<keyof Figures, Comparison | null> {
  const entries = Object.entries(figures).map(([name, list]) => [name, list[k]] as const);
  return Object.fromEntries(entries) as Record<keyof Figures, Comparison | null>;
}
