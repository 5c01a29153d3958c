/** The frames family as the workflows see it. Tests bring a small one of their own. */
import type { FrameMeasurements } from '../../contract/words.ts';
import type { NamedQuestion } from '../families/frames/review-questions.ts';
import { openWorkerPool, type WorkerPool } from '../jobs/pool.ts';
import type { SessionPolicy } from '../library/sessions.ts';

/** Null where a finding never matters, `open` where it is not known from where on it does. */
export type ToldSize = { readonly figure: string; readonly value: number } | 'open' | null;

/** What reviews of frames may teach; see learning/review/questions.ts. */
export interface FrameReviewing {
  /** Names of `figures`, in order. */
  readonly figureNames: readonly string[];
  readonly questions: readonly NamedQuestion[];
  figures(features: Float32Array, measurements: FrameMeasurements, policy: SessionPolicy): Float32Array;
  /** That a frame with these findings shows what the question is about. */
  isTold(question: NamedQuestion, findings: ReadonlySet<string>): boolean;
  /** An answer for people. */
  describe(question: string, size: ToldSize): string;
  /** The same as why a frame is called what it is, as part of a sentence of someone else. */
  because(question: string, size: ToldSize): string;
}

export interface FrameFamily {
  /** Grows whenever measuring a file would give other figures; stored measurements of others are not reused. */
  readonly measurementVersion: string;
  /** Grows whenever judging or its features change. */
  readonly judgementVersion: string;
  /** Names of `FrameJudgement.features`, in order. */
  readonly featureNames: readonly string[];
  readonly reviewing: FrameReviewing;
  /** The worker module, one that calls `serveTasks(frameTasks(…))`. */
  readonly worker: URL;
  /** Another way to run the worker's tasks than in threads; for tests that prove something else. */
  readonly openPool?: (size: number | undefined) => WorkerPool;
}

/** Named in judgements, data sets and tastes: a figure can be traced to the code that computed it. */
export function codeVersionOf(family: FrameFamily): string {
  return `${family.measurementVersion}+${family.judgementVersion}`;
}

/** A worker measures within little: pixels lie outside of what this limits. 16 MiB and more would double what a frame takes. */
export const frameWorkerYoungMebibytes = 9;

/** Threads of the family's worker; `size` defaults to the cores. */
export function openFamilyPool(family: FrameFamily, size?: number): WorkerPool {
  if (family.openPool !== undefined) return family.openPool(size);
  return openWorkerPool({
    entry: family.worker,
    youngMebibytes: frameWorkerYoungMebibytes,
    ...(size !== undefined && { size }),
  });
}
