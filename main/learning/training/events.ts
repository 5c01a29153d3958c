/** What a run tells while it goes on. */
export interface TrainEvent {
  readonly kind: 'start' | 'step' | 'epoch' | 'checkpoint' | 'note' | 'stage';
  /** From 1; 0 before the first. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done. */
  readonly step: number;
  readonly totalSteps: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly etaSeconds?: number;
  /** A sentence for people (`note`), or what is done before and after the steps (`stage`): steps are of it then. */
  readonly message?: string;
}

export interface CheckpointStore {
  /**
   * Called between steps; the run waits for it.
   * @param parts the checkpoint's bytes, one part behind the other; good until the promise is settled
   */
  save(step: number, parts: readonly Uint8Array[], metrics: Record<string, number>): Promise<void>;
}
