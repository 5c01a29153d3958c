/** The frames family as the workflows see it. Tests bring a small one of their own. */
export interface FrameFamily {
  /** Grows whenever measuring a file would give other figures; stored measurements of others are not reused. */
  readonly measurementVersion: string;
  /** Grows whenever judging or its features change. */
  readonly judgementVersion: string;
  /** Names of `FrameJudgement.features`, in order. */
  readonly featureNames: readonly string[];
  /** The worker module, one that calls `serveTasks(frameTasks(…))`. */
  readonly worker: URL;
}
