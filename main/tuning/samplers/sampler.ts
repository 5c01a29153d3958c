import type { Settings, Space } from '../space.ts';

/** A finished trial, as later proposals may learn from it. */
export interface ToldTrial {
  readonly settings: Settings;
  /** Null where it failed. */
  readonly figure: number | null;
}

export interface Proposal {
  readonly space: Space;
  readonly seed: number;
  /** Counted from 0. */
  readonly number: number;
  /** The settings of all trials before this one. */
  readonly before: readonly ToldTrial[];
}

/** Chooses what to try next. A new one: a file in samplers/ and one line in samplers.ts. */
export interface Sampler {
  readonly name: string;
  readonly description: string;
  /** Equal proposals for equal input, in every process; null where the space holds nothing more. */
  propose(proposal: Proposal): Settings | null;
}
