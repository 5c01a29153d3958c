/** The tasks that estimators hand to other threads, by name. A new one: one line here. */
import { type BoostMember, boostMember } from '../forests/boosting-tasks.ts';
import { type ForestPart, growForestPart } from '../forests/forest-tasks.ts';
import { type NearestPart, nearestPart } from '../neighbours/nearest-part.ts';
import type { Parallel } from './parallel.ts';

export const estimatorTasks = {
  growForestPart: (input: unknown) => growForestPart(input as ForestPart),
  nearestPart: (input: unknown) => nearestPart(input as NearestPart),
  boostMember: (input: unknown) => boostMember(input as BoostMember),
} as const;

export type EstimatorTaskName = keyof typeof estimatorTasks;

/** In another thread where there are any, else in place, with a breath between tasks so that a signal is heard. */
export async function runTask<Output>(
  parallel: Parallel | undefined,
  name: EstimatorTaskName,
  input: unknown,
): Promise<Output> {
  if (parallel) return parallel.run<Output>(name, input);
  await new Promise((resolve) => setImmediate(resolve));
  return (await estimatorTasks[name](input)) as Output;
}

/** Tasks that wait for each other, all running at once; in place there may be only one. */
export function runTeam<Output>(
  parallel: Parallel | undefined,
  name: EstimatorTaskName,
  inputs: readonly unknown[],
): Promise<Output[]> {
  if (parallel && inputs.length > 1) return parallel.runTogether<Output>(name, inputs);
  return Promise.all(inputs.map((input) => runTask<Output>(parallel, name, input)));
}
