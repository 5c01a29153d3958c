/** The very items that a model learned from: figures on them say little about others. */
import { isNightsiftError } from '../../../contract/errors.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import type { Run } from '../../library/runs.ts';
import type { RunSummary } from '../runs.ts';
import type { TrainedModel } from '../trained-model.ts';
import type { KindPorts } from './data-kind.ts';
import { learnedItems } from './learned-items.ts';
import { recipeOf, requestOf } from './training-run.ts';

type Origin = Pick<TrainedModel, 'runId' | 'metadata'>;

/**
 * Content hashes. Empty where the library does not know the run or the data set of the model. Of a model that was fitted
 * on all items, or on all for want of any to be judged by, those of every split; else those of the train split.
 */
export function learnedContents(ports: KindPorts, model: Origin): ReadonlySet<string> {
  const { library } = ports;
  const run = runOf(library, model);
  const version = run?.datasetVersionId == null ? undefined : library.datasets.byId(run.datasetVersionId);
  if (run === undefined || version === undefined) return new Set();
  const items = itemsOf(ports, run, version);
  const taught = items.filter(({ split }) => split === 'train');
  const { metrics } = (run.summary ?? {}) as Partial<RunSummary>;
  const isAll = model.metadata.fittedOn === 'all' || (metrics?.learnedFrom ?? 0) > taught.length;
  return new Set((isAll ? items : taught).map(({ contentHash }) => contentHash));
}

/** None where the facts that they were chosen by are not in the library any more: nothing else hangs on them. */
function itemsOf(ports: KindPorts, run: Run, version: DatasetVersion): readonly DatasetItem[] {
  try {
    const { where } = requestOf(ports.library, run);
    return learnedItems(ports, version, where, recipeOf(ports.library, run)).filter(
      ({ split }) => split !== 'review',
    );
  } catch (thrown) {
    if (!isNightsiftError(thrown)) throw thrown;
    return [];
  }
}

/** An exported file names its run, and the content of its data set: a run of that name elsewhere is another. */
function runOf(library: Library, { runId, metadata }: Origin) {
  const run = library.runs.list().find(({ id }) => id === (runId ?? metadata.run));
  if (runId !== null || run?.datasetVersionId == null) return run;
  return library.datasets.byId(run.datasetVersionId)?.hash === metadata.dataSetHash ? run : undefined;
}
