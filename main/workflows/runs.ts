/** The record of runs as lists, screens and files show it. */
import type {
  Parameters,
  RunComparison,
  RunCurve,
  RunDetail,
  RunRow,
} from '../../contract/calls/training.ts';
import type { EngineName } from '../../contract/words.ts';
import { trainables } from '../learning/trainables.ts';
import type { Library } from '../library/open-library.ts';
import type { Run } from '../library/runs.ts';
import { type CurvePoint, thinned } from './thin-curve.ts';

/** Kept among a run's parameters, apart from those of the recipe. */
export const environmentKey = '@environment';
export const requestKey = '@request';
export const recipeKey = '@recipe';

export const usualEngine: EngineName = 'onnxruntime';

/** What executed the steps of a run; null for recipes that have none. */
export function engineOf(stored: Readonly<Record<string, unknown>>): EngineName | null {
  const recipe = trainables.find(({ name }) => name === stored[recipeKey]);
  if (recipe?.kind !== 'network') return null;
  const request = stored[requestKey] as { readonly engine?: EngineName } | undefined;
  return request?.engine ?? usualEngine;
}

/** What a finished run leaves in its row. */
export interface RunSummary {
  readonly epochs: number;
  readonly stoppedEarly: boolean;
  readonly exportDifference: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly models: readonly string[];
  /** What it was judged on. */
  readonly judgedOn?: string;
}

const refusals = ['notEnoughData', 'wrongUse', 'verifyFailed', 'badInput'];

/**
 * Runs that did not end by themselves can be gone on with: from the last checkpoint, else from their start. What its data or
 * settings refused would be refused again.
 */
export function isResumable({ kind, status, errorCode }: Run): boolean {
  if (status === 'failed' && refusals.includes(errorCode ?? '')) return false;
  return kind === 'train' && ['interrupted', 'cancelled', 'failed'].includes(status);
}

export function runRow(library: Library, run: Run): RunRow {
  const summary = run.summary as Partial<RunSummary> | null;
  const recipe = library.runs.parameters(run.id)[recipeKey];
  return {
    id: run.id,
    experiment: run.experiment,
    kind: run.kind,
    state: run.status,
    recipe: typeof recipe === 'string' ? recipe : null,
    seed: run.seed,
    dataSet: dataSetName(library, run.datasetVersionId),
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    // the later of the two: a finished run that went on has a summary of before
    epochs: Math.max(summary?.epochs ?? 0, library.runs.checkpoints(run.id)[0]?.epoch ?? 0),
    resumable: isResumable(run),
    metrics: { ...summary?.metrics },
  };
}

/** The newest last; `limit` keeps the newest. */
export function listRuns(library: Library, limit?: number): RunRow[] {
  const runs = library.runs.list();
  return runs
    .slice(limit === undefined ? 0 : Math.max(0, runs.length - limit))
    .map((run) => runRow(library, run));
}

/** Errors: notFound. */
export function showRun(library: Library, reference: string, points?: number): RunDetail {
  const run = library.runs.need(reference);
  const stored = library.runs.parameters(run.id);
  const engine = engineOf(stored);
  const environment = { ...(engine && { engine }), ...(stored[environmentKey] as Record<string, string>) };
  const { judgedOn } = (run.summary ?? {}) as Partial<RunSummary>;
  return {
    run: runRow(library, run),
    parameters: recipeParameters(stored),
    environment,
    error: run.errorCode === null ? null : { code: run.errorCode, message: run.errorMessage ?? '' },
    series: Object.fromEntries(
      [...seriesOf(library, run.id)].map(([name, series]) => [
        name,
        points === undefined ? series : thinned(series, points),
      ]),
    ),
    checkpoints: library.runs.checkpoints(run.id).map(({ epoch, step, kind, blob }) => ({
      epoch,
      step,
      best: kind === 'best',
      hash: blob,
    })),
    models: library.models
      .list()
      .filter((version) => version.runId === run.id)
      .map((version) => `${version.name}@${version.version}`),
    ...(judgedOn !== undefined && { judgedOn }),
  };
}

/** Points of each figure in order of step; those without a value left out. */
function seriesOf(library: Library, run: string): Map<string, CurvePoint[]> {
  const series = new Map<string, CurvePoint[]>();
  for (const { name, step, value } of library.runs.metrics(run)) {
    if (value === null) continue;
    const points = series.get(name) ?? [];
    points.push({ step, value });
    series.set(name, points);
  }
  return series;
}

/** Errors: notFound. */
export function runCurves(
  library: Library,
  references: readonly string[],
  names: readonly string[] | undefined,
  most: number,
): RunCurve[] {
  return references.flatMap((reference) => {
    const { id } = library.runs.need(reference);
    return [...seriesOf(library, id)]
      .filter(([name]) => names === undefined || names.includes(name))
      .map(([name, series]) => {
        const points = thinned(series, most);
        return {
          run: id,
          name,
          total: series.length,
          steps: points.map(({ step }) => step),
          values: points.map(({ value }) => value),
        };
      });
  });
}

/** Without the entries that are not the recipe's. */
export function recipeParameters(stored: Readonly<Record<string, unknown>>): Parameters {
  const own = Object.entries(stored).filter(([key]) => !key.startsWith('@'));
  return Object.fromEntries(own) as Parameters;
}

/** Parameters and figures side by side. Errors: notFound. */
export function compareRuns(library: Library, references: readonly string[]): RunComparison {
  const details = references.map((reference) => showRun(library, reference));
  const keysOf = (records: readonly Readonly<Record<string, unknown>>[]) =>
    [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
  const settings = details.map(({ run, parameters }) => ({
    recipe: run.recipe,
    seed: run.seed,
    dataSet: run.dataSet,
    ...parameters,
  }));
  return {
    runs: details.map(({ run }) => run),
    parameters: keysOf(settings).map((key) => {
      const values = settings.map((each) => (each as Parameters)[key] ?? null);
      return { key, values, differs: new Set(values).size > 1 };
    }),
    metrics: keysOf(details.map(({ run }) => run.metrics)).map((key) => ({
      key,
      values: details.map(({ run }) => run.metrics[key] ?? null),
    })),
  };
}

export function dataSetName(library: Library, id: number | null): string | null {
  const version = id === null ? undefined : library.datasets.byId(id);
  return version === undefined ? null : `${version.name}@${version.version}`;
}

/** Everything known of a run, for a file. Errors: notFound. */
export function exportRun(library: Library, reference: string) {
  const { datasetVersionId, id } = library.runs.need(reference);
  const version = datasetVersionId === null ? undefined : library.datasets.byId(datasetVersionId);
  return {
    schema: 'nightsift.run/1' as const,
    detail: showRun(library, id),
    dataSetHash: version?.hash ?? null,
  };
}
