/** Writes what a training tells into the library: figures in batches, checkpoints at once. */

import type { TrainEvent } from '../../learning/train-network.ts';
import type { Library } from '../../library/open-library.ts';
import type { MetricPoint } from '../../library/runs.ts';
import type { TrainTaskProgress } from '../work/learning-tasks.ts';

export interface RunRecorder {
  take(progress: TrainTaskProgress): void;
  /** Writes what is still waiting. Call it however the run ends. */
  close(): void;
}

export interface RunListener {
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
}

const keptCheckpoints = { last: 3, best: 2 } as const;
// A killed process loses at most this much of its curves; weights are in the checkpoints.
const writeIntervalMilliseconds = 250;
const largestBatch = 1000;

export function openRunRecorder(library: Library, runId: string, listener: RunListener): RunRecorder {
  let waiting: MetricPoint[] = [];
  let lowestLoss = lowestLossSoFar(library, runId);
  const write = () => {
    if (waiting.length === 0) return;
    library.runs.addMetrics(runId, waiting);
    waiting = [];
  };
  const timer = setInterval(() => {
    try {
      write();
    } catch {
      // the points wait for the next attempt; the next checkpoint tells what is wrong
    }
  }, writeIntervalMilliseconds);
  const checkpoint = (saved: Extract<TrainTaskProgress, { kind: 'checkpoint' }>) => {
    write();
    const { step, epoch, blob, metrics } = saved;
    const loss = metrics['validation/loss'];
    const isBest = loss !== undefined && loss < lowestLoss;
    if (isBest) lowestLoss = loss;
    const row = { runId, step, epoch, blob, state: { metrics } };
    library.transaction(() => {
      library.runs.addCheckpoint({ ...row, kind: 'last' });
      if (isBest) library.runs.addCheckpoint({ ...row, kind: 'best' });
    });
    forget(library, runId);
  };
  return {
    take(progress) {
      if (progress.kind === 'checkpoint') return checkpoint(progress);
      const { event } = progress;
      for (const [name, value] of Object.entries(event.metrics))
        waiting.push({ name, step: event.step, value });
      if (waiting.length >= largestBatch) write();
      listener.onEvent?.(event);
    },
    close() {
      clearInterval(timer);
      write();
    },
  };
}

function lowestLossSoFar(library: Library, runId: string): number {
  const best = library.runs.checkpoints(runId).find(({ kind }) => kind === 'best');
  const metrics = best?.state.metrics as Readonly<Record<string, number>> | undefined;
  return metrics?.['validation/loss'] ?? Number.POSITIVE_INFINITY;
}

/** Drops old checkpoints, and their bytes where nothing else names them. */
function forget(library: Library, runId: string): void {
  for (const { blob } of library.runs.pruneCheckpoints(runId, keptCheckpoints)) {
    if (!library.runs.isCheckpoint(blob)) library.blobs.remove(blob);
  }
}
