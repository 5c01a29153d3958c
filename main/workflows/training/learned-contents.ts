/** The very items that a model learned from: figures on them say little about others. */
import type { Library } from '../../library/open-library.ts';
import type { TrainedModel } from '../trained-model.ts';
import type { KindPorts } from './data-kind.ts';
import { learnedItems } from './learned-items.ts';
import { recipeOf, requestOf } from './training-run.ts';

type Origin = Pick<TrainedModel, 'runId' | 'metadata' | 'metrics'>;

/**
 * Content hashes. Empty where the library does not know the run or the data set of the model. Of a model that was fitted
 * on all items, or on all for want of any to be judged by, those of every split; else those of the train split.
 */
export function learnedContents(ports: KindPorts, model: Origin): ReadonlySet<string> {
  const { library } = ports;
  const run = runOf(library, model);
  const version = run?.datasetVersionId == null ? undefined : library.datasets.byId(run.datasetVersionId);
  if (run === undefined || version === undefined) return new Set();
  const items = learnedItems(ports, version, requestOf(library, run).where, recipeOf(library, run)).filter(
    ({ split }) => split !== 'review',
  );
  const taught = items.filter(({ split }) => split === 'train');
  const isAll = model.metadata.fittedOn === 'all' || (model.metrics.learnedFrom ?? 0) > taught.length;
  return new Set((isAll ? items : taught).map(({ contentHash }) => contentHash));
}

/** An exported file names its run, and the content of its data set: a run of that name elsewhere is another. */
function runOf(library: Library, { runId, metadata }: Origin) {
  const run = library.runs.list().find(({ id }) => id === (runId ?? metadata.run));
  if (runId !== null || run?.datasetVersionId == null) return run;
  return library.datasets.byId(run.datasetVersionId)?.hash === metadata.dataSetHash ? run : undefined;
}
