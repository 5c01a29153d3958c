/** A trained network becomes a version in the registry, with where it came from. */
import type { ModelFeatures } from '../../../contract/calls/models.ts';
import type { EvaluationReport } from '../../../contract/calls/training.ts';
import type { ModelVersion } from '../../library/models.ts';
import type { Library } from '../../library/open-library.ts';
import type { Run } from '../../library/runs.ts';
import { type ModelMetadata, type ModelMetrics, referenceOf } from '../models.ts';
import { type RunSummary, recipeKey } from '../runs.ts';
import type { TrainTaskOutput } from '../work/learning-tasks.ts';
import { flatFigures, spreadOf } from './evaluation-report.ts';
import { requestOf, versionOf } from './training-run.ts';

/** Version, stage none, lineage and the run's end, all or nothing. */
export function registerModel(
  library: Library,
  run: Run,
  output: TrainTaskOutput,
  report: EvaluationReport | null,
  { task, features }: { readonly task: string; readonly features: ModelFeatures | null },
): ModelVersion {
  const dataSet = versionOf(library, run);
  const { name, searched = {} } = requestOf(library, run);
  // a training that nothing judged still has what its folds found, and those of the search before it
  const figures = report === null ? figuresInFolds(output, searched) : flatFigures(report);
  return library.transaction(() => {
    const version = library.models.add({
      name,
      family: dataSet.family,
      task,
      runId: run.id,
      datasetVersionId: dataSet.id,
      onnxBlob: output.onnxBlob,
      safetensorsBlob: output.safetensorsBlob,
      metadata: {
        ...metadataOf(library, run, output),
        features,
      } satisfies ModelMetadata as unknown as Record<string, unknown>,
      metrics: { figures, report } satisfies ModelMetrics as unknown as Record<string, unknown>,
    });
    const reference = referenceOf(version);
    library.models.addLineage([
      arrow('model', reference, 'trainedBy', 'run', run.id),
      arrow('run', run.id, 'trainedOn', 'dataset', `${dataSet.name}@${dataSet.version}`),
    ]);
    const summary: RunSummary = {
      epochs: output.network.epochs,
      stoppedEarly: output.network.stoppedEarly,
      exportDifference: output.network.exportCheck.maximumDifference,
      metrics: { ...output.network.metrics, ...figures },
      models: [reference],
      ...(report && { judgedOn: report.on }),
    };
    library.runs.end(run.id, { status: 'finished', summary: { ...summary } });
    return version;
  });
}

function figuresInFolds(output: TrainTaskOutput, searched: Readonly<Record<string, number>>) {
  const ofSearch = Object.entries(searched).map(([name, value]) => [`search/${name}`, value] as const);
  return Object.fromEntries([...spreadOf(output.network.metrics), ...ofSearch]);
}

function metadataOf(library: Library, run: Run, output: TrainTaskOutput): Omit<ModelMetadata, 'features'> {
  const dataSet = versionOf(library, run);
  const checkpoints = library.runs.checkpoints(run.id);
  const source = checkpoints.find(({ kind }) => kind === 'best') ?? checkpoints[0];
  return {
    recipe: String(library.runs.parameters(run.id)[recipeKey]),
    classes: output.network.answers ?? dataSet.metadata.classes,
    dataSetHash: dataSet.hash,
    onnxBytes: output.onnxBytes,
    exportDifference: output.network.exportCheck.maximumDifference,
    codeVersion: dataSet.metadata.codeVersion,
    checkpoint: source?.blob ?? null,
  };
}

function arrow(childKind: string, childId: string, relation: string, parentKind: string, parentId: string) {
  return { childKind, childId, relation, parentKind, parentId };
}
