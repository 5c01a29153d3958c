/** Thresholds found from reviewed labels; the newest of a family and policy is used by later scans. */
import {
  defaultThresholds,
  type Family,
  type PolicyChanges,
  type PolicyName,
  type Thresholds,
} from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';

/** Under what a score was given. Scores of a changed policy mean something else, so they have thresholds of their own. */
export interface ScoredUnder {
  readonly policy: PolicyName;
  readonly policyChanges?: PolicyChanges;
}

/** One name for a policy with its changes: `strict`, `strict trail=advisory`. */
export function policyKey({ policy, policyChanges = {} }: ScoredUnder): string {
  const changes = Object.entries(policyChanges).map(([code, consequence]) => `${code}=${consequence}`);
  return [policy, ...changes.sort()].join(' ');
}

export interface Calibration extends Thresholds {
  readonly id: number;
  readonly family: Family;
  /** See policyKey. */
  readonly policy: string;
  /** Sessions, counts and the figures the choice rests on. */
  readonly basis: Readonly<Record<string, unknown>>;
  readonly calibratedAt: string;
}

export interface CalibrationsRepository {
  save(calibration: Omit<Calibration, 'id' | 'calibratedAt'>): Calibration;
  newest(family: Family, policy: string): Calibration | undefined;
  list(): Calibration[];
  /** The newest calibration's, else 0.7 and 0.3. */
  thresholds(family: Family, under: ScoredUnder): Thresholds;
}

type CalibrationRow = Omit<Calibration, 'basis'> & { readonly basis: string };
const columns = 'id, family, policy, clean, contaminated, basis, calibrated_at AS calibratedAt';
const calibrationOf = (row: CalibrationRow): Calibration => ({ ...row, basis: JSON.parse(row.basis) });

export function calibrationsRepository(catalogue: Catalogue, now: () => string): CalibrationsRepository {
  const newest = (family: Family, policy: string) => {
    const row = catalogue.get<CalibrationRow>(
      `SELECT ${columns} FROM calibrations WHERE family = @family AND policy = @policy ORDER BY id DESC LIMIT 1`,
      { family, policy },
    );
    return row && calibrationOf(row);
  };
  return {
    save(calibration) {
      catalogue.run(
        `INSERT INTO calibrations (family, policy, clean, contaminated, basis, calibrated_at)
         VALUES (@family, @policy, @clean, @contaminated, @basis, @at)`,
        { ...calibration, basis: JSON.stringify(calibration.basis), at: now() },
      );
      return newest(calibration.family, calibration.policy)!;
    },
    newest,
    list: () =>
      catalogue.all<CalibrationRow>(`SELECT ${columns} FROM calibrations ORDER BY id`).map(calibrationOf),
    thresholds(family, under) {
      const found = newest(family, policyKey(under));
      return found === undefined
        ? defaultThresholds
        : { clean: found.clean, contaminated: found.contaminated };
    },
  };
}
