/** What a trial was judged on at one amount of the resource. */
export interface Score {
  /** Share of the full resource, above 0 up to 1. */
  readonly share: number;
  /** Greater is better; null where it failed. */
  readonly figure: number | null;
}

export interface Competitor {
  readonly number: number;
  /** In the order in which they came. */
  readonly scores: readonly Score[];
}

export interface PrunerInput {
  readonly trials: readonly Competitor[];
  /** The least share of the full resource that says anything. */
  readonly smallestShare: number;
}

/** The next thing to compute: a trial at a share of the full resource. */
export interface Step {
  readonly number: number;
  readonly share: number;
}

export interface Decision {
  /** Null at the end. */
  readonly next: Step | null;
  /** Numbers of the trials that are not given up. */
  readonly racing: readonly number[];
}

/** Decides how much is spent on which trial. A new one: a file in pruners/ and one line in pruners.ts. */
export interface Pruner {
  readonly name: string;
  readonly description: string;
  /** Every share that a trial can be judged at, rising, the last one 1. */
  shares(trials: number, smallestShare: number): number[];
  /** By the scores so far alone, so that it goes on where another process stopped. */
  decide(input: PrunerInput): Decision;
}

export function scoreAt({ scores }: Competitor, share: number): Score | undefined {
  return scores.find((score) => score.share === share);
}
