/** The registry: what is in it, where each version came from, and how two compare. */
import type { Lineage, ModelFeatures, StageChange } from '../../contract/calls/models.ts';
import { EvaluationReport, type ModelVersionRow } from '../../contract/calls/training.ts';
import type { ModelVersion } from '../library/models.ts';
import type { Library } from '../library/open-library.ts';
import { promotionWarnings } from './promotion-advice.ts';
import { dataSetName, engineOf } from './runs.ts';

/** What stands in a version's row beside the files. */
export interface ModelMetadata {
  readonly recipe: string;
  readonly classes: readonly string[];
  readonly dataSetHash: string;
  readonly onnxBytes: number;
  readonly exportDifference: number;
  readonly codeVersion: string;
  readonly checkpoint: string | null;
  readonly features: ModelFeatures | null;
}

/** Figures for lists, and the whole report behind them. */
export interface ModelMetrics {
  readonly figures: Readonly<Record<string, number | null>>;
  readonly report: EvaluationReport | null;
}

export function referenceOf(version: Pick<ModelVersion, 'name' | 'version'>): string {
  return `${version.name}@${version.version}`;
}

export function modelRow(library: Library, version: ModelVersion): ModelVersionRow {
  const metadata = version.metadata as Partial<ModelMetadata>;
  const metrics = version.metrics as Partial<ModelMetrics>;
  return {
    id: String(version.id),
    name: version.name,
    version: version.version,
    family: version.family,
    task: version.task,
    stage: version.stage,
    createdAt: version.createdAt,
    recipe: metadata.recipe ?? '',
    run: version.runId,
    dataSet: dataSetName(library, version.datasetVersionId),
    dataSetHash: metadata.dataSetHash ?? null,
    onnxHash: version.onnxBlob,
    onnxBytes: metadata.onnxBytes ?? 0,
    classes: [...(metadata.classes ?? [])],
    metrics: { ...metrics.figures },
  };
}

export function listModels(library: Library): ModelVersionRow[] {
  return library.models.list().map((version) => modelRow(library, version));
}

/** Errors: notFound. */
export function showModel(library: Library, reference: string) {
  const version = library.models.need(reference);
  const report = EvaluationReport.safeParse((version.metrics as Partial<ModelMetrics>).report);
  return {
    model: modelRow(library, version),
    // Written before the version had its number.
    report: report.success ? { ...report.data, model: referenceOf(version) } : null,
    history: stageChanges(library, version),
    warnings: promotionWarnings(report.success ? report.data : null),
    lineage: lineageOf(library, version),
  };
}

export function stageChanges(library: Library, version: ModelVersion): StageChange[] {
  return library.models.stageHistory(version.id).map((event) => ({
    model: version.name,
    version: version.version,
    from: event.previous,
    to: event.stage,
    at: event.setAt,
    by: event.setBy,
    reason: event.reason,
  }));
}

/** From the model back to its run, its data set version and the very files and labels. */
export function lineageOf(library: Library, version: ModelVersion): Lineage {
  const { datasetVersionId } = version;
  const metadata = version.metadata as Partial<ModelMetadata>;
  const engine = version.runId === null ? null : engineOf(library.runs.parameters(version.runId));
  const items = datasetVersionId === null ? [] : library.datasets.items(datasetVersionId);
  return {
    model: referenceOf(version),
    run: version.runId,
    dataSet: dataSetName(library, datasetVersionId),
    dataSetHash: metadata.dataSetHash ?? null,
    codeVersion: metadata.codeVersion ?? null,
    ...(engine && { engine }),
    features: metadata.features ?? null,
    items: items.map(({ root, file, contentHash, label, labelledBy, split }) => ({
      file: `${root}/${file}`,
      contentHash,
      label,
      labelledBy,
      split,
    })),
  };
}

/** Errors: notFound. */
export function compareModels(library: Library, first: string, second: string) {
  const [one, other] = [first, second].map((reference) => modelRow(library, library.models.need(reference)));
  const [a, b] = [one as ModelVersionRow, other as ModelVersionRow];
  const keys = [...new Set([...Object.keys(a.metrics), ...Object.keys(b.metrics)])].sort();
  return {
    first: a,
    second: b,
    metrics: keys.map((key) => {
      const [was, is] = [a.metrics[key] ?? null, b.metrics[key] ?? null];
      return { key, first: was, second: is, difference: was === null || is === null ? null : is - was };
    }),
    sameDataSet: a.dataSetHash !== null && a.dataSetHash === b.dataSetHash,
  };
}
