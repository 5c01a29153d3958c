/** Threads for estimators. */
import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool } from '../../jobs/pool.ts';
import type { Parallel } from '../../learning/estimators/parallel.ts';

/** A fit has no natural limit; this is the longest that a timer can be set to. */
const longestMilliseconds = 2 ** 31 - 1;

export interface EstimatorPool extends Parallel {
  close(): Promise<void>;
}

export function openEstimatorPool(threads: number): EstimatorPool {
  const pool = openWorkerPool({
    entry: workerEntry(import.meta.url, '../work/estimators-worker'),
    size: threads,
    timeoutMilliseconds: longestMilliseconds,
  });
  // Two teams that start together could each hold a seat that the other waits for.
  let teams: Promise<unknown> = Promise.resolve();
  return {
    threads: pool.size,
    run: (task, input) => pool.run(task, input),
    runTogether<Output>(task: string, inputs: readonly unknown[]) {
      const start = () => Promise.all(inputs.map((input) => pool.run<Output>(task, input)));
      const team = teams.then(start);
      teams = team.catch(() => undefined);
      return team;
    },
    close: () => pool.close(),
  };
}
