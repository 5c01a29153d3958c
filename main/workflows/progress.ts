/** How far a workflow is, in the words of the contract's job events. */
export interface Progress {
  /** A word for people: "measuring", "judging". */
  readonly phase: string;
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
  /** What it is at, a file's name for one. */
  readonly note?: string;
  /** The session it works on, as soon as that is known. */
  readonly session?: string;
}

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** A sentence that a person should see: a retry, a copy used in place of its source. */
  readonly onMessage?: ((text: string) => void) | undefined;
  /** Handed a switch that holds the work at its next safe point, by work that can be held. */
  readonly onPausable?: ((pause: (paused: boolean) => void) => void) | undefined;
}
