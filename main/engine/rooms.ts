/** What the handlers work with: one library, the family, the jobs of this process, one learning thread. */

import type { Library } from '../library/open-library.ts';
import type { FrameFamily } from '../workflows/frame-family.ts';
import type { PictureDesk } from '../workflows/looking/pictures.ts';
import type { PredictOpinion } from '../workflows/scanning/opinions.ts';
import type { LearningPool } from '../workflows/training/learning-pool.ts';
import type { DecisionBoard } from './decision-board.ts';
import type { JobBoard, JobContext } from './job-board.ts';

export interface Rooms {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly learning: LearningPool;
  readonly predictOpinion: PredictOpinion;
  readonly environment: Readonly<Record<string, string>>;
  readonly jobs: JobBoard;
  readonly decisions: DecisionBoard;
  readonly pictures: PictureDesk;
  /** Folders below which a person may choose; see `folders.list`. */
  readonly folders: readonly string[];
}

/** A job's context as the options that workflows take. */
export function workOptions(context: JobContext) {
  return {
    signal: context.signal,
    onProgress: context.progress,
    onPausable: context.pausable,
    onMetrics: context.metrics,
    onMessage: context.message,
    onRun: context.run,
    onPoints: context.points,
  };
}
