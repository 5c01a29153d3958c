/** Runs: one training, tuning or evaluation each, with parameters, metrics, checkpoints, artefacts. */
import { randomBytes } from 'node:crypto';
import { NightsiftError } from '../../contract/errors.ts';
import type { Family } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';

export type RunKind = 'train' | 'tune' | 'evaluate';
export type RunStatus = 'running' | 'finished' | 'failed' | 'cancelled' | 'interrupted';

export interface Run {
  readonly id: string;
  readonly kind: RunKind;
  /** The named question it belongs to. */
  readonly experiment: string;
  readonly name: string | null;
  readonly family: Family;
  readonly status: RunStatus;
  readonly datasetVersionId: number | null;
  readonly seed: number | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** Final figures. */
  readonly summary: Readonly<Record<string, unknown>> | null;
}

export interface NewRun {
  /** Where the same question has to get the same name on every machine; `-2`, `-3`, … is added when it is taken. */
  readonly id?: string;
  readonly kind: RunKind;
  readonly experiment: string;
  readonly name?: string | null;
  readonly family: Family;
  readonly datasetVersionId?: number | null;
  readonly seed?: number | null;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface MetricPoint {
  readonly name: string;
  readonly step: number;
  /** Null where the figure is not defined (no item of a class, say). */
  readonly value: number | null;
}

export interface Checkpoint {
  readonly id: number;
  readonly runId: string;
  readonly step: number;
  readonly epoch: number;
  readonly kind: 'last' | 'best';
  readonly blob: string;
  /** All that goes on beside the weights: sampler position, generator, schedule. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly savedAt: string;
}

export interface Artefact {
  readonly name: string;
  readonly blob: string;
  readonly byteLength: number;
}

export interface RunOutcome {
  readonly status: Exclude<RunStatus, 'running'>;
  readonly summary?: Readonly<Record<string, unknown>>;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

export interface RunsRepository {
  start(run: NewRun): Run;
  /** Sets a run running again: an interrupted, cancelled or failed one; a finished one when it is to go on further. */
  reopen(id: string, options?: { readonly finishedToo?: boolean }): Run;
  setParameter(id: string, name: string, value: unknown): void;
  end(id: string, outcome: RunOutcome): void;
  /** Errors: notFound. An unambiguous beginning of the id will do. */
  need(id: string): Run;
  list(filter?: { readonly experiment?: string; readonly kind?: RunKind }): Run[];
  parameters(id: string): Record<string, unknown>;
  /** One transaction for the batch; a step written twice (after a resume) keeps the later value. */
  addMetrics(id: string, points: readonly MetricPoint[]): void;
  metrics(id: string, name?: string): MetricPoint[];
  /** Removes points after `step`, when a run goes on from a checkpoint at that step. */
  dropMetricsAfter(id: string, step: number): void;
  addCheckpoint(checkpoint: Omit<Checkpoint, 'id' | 'savedAt'>): Checkpoint;
  /** Newest first. */
  checkpoints(runId: string): Checkpoint[];
  /** Keeps the newest of each kind, as many as said; returns what was dropped. */
  pruneCheckpoints(runId: string, keep: { readonly last: number; readonly best: number }): Checkpoint[];
  /** Whether a checkpoint of any run has these bytes: two runs that learn alike have the same. */
  isCheckpoint(blob: string): boolean;
  addArtefact(runId: string, artefact: Artefact): void;
  artefacts(runId: string): Artefact[];
  /** At start: runs left `running` by a killed process become `interrupted`; returns how many. */
  markInterrupted(): number;
}

type RunRow = Omit<Run, 'summary'> & { readonly summary: string | null };
type CheckpointRow = Omit<Checkpoint, 'state'> & { readonly state: string };

const runColumns = `id, kind, experiment, name, family, status, dataset_version_id AS datasetVersionId, seed,
  started_at AS startedAt, ended_at AS endedAt, error_code AS errorCode, error_message AS errorMessage, summary`;
const runOf = (row: RunRow): Run => ({
  ...row,
  summary: row.summary === null ? null : JSON.parse(row.summary),
});

export function runsRepository(catalogue: Catalogue, now: () => string): RunsRepository {
  const need = (id: string) => needRun(catalogue, id);
  return {
    start(run) {
      const id = freeRunId(catalogue, run.id ?? `run-${randomBytes(5).toString('hex')}`);
      catalogue.transaction(() => {
        catalogue.run(
          `INSERT INTO runs (id, kind, experiment, name, family, status, dataset_version_id, seed, started_at)
           VALUES (@id, @kind, @experiment, @name, @family, 'running', @datasetVersionId, @seed, @at)`,
          {
            id,
            kind: run.kind,
            experiment: run.experiment,
            name: run.name ?? null,
            family: run.family,
            datasetVersionId: run.datasetVersionId ?? null,
            seed: run.seed ?? null,
            at: now(),
          },
        );
        for (const [name, value] of Object.entries(run.parameters ?? {})) {
          catalogue.run('INSERT INTO run_parameters (run_id, name, value) VALUES (@id, @name, @value)', {
            id,
            name,
            value: JSON.stringify(value ?? null),
          });
        }
      });
      return need(id);
    },
    reopen(id, { finishedToo = false } = {}) {
      catalogue.run(
        `UPDATE runs SET status = 'running', ended_at = NULL, error_code = NULL, error_message = NULL
         WHERE id = @id AND (status <> 'finished' OR @finishedToo = 1)`,
        { id: need(id).id, finishedToo: finishedToo ? 1 : 0 },
      );
      return need(id);
    },
    setParameter: (id, name, value) =>
      void catalogue.run(
        'INSERT OR REPLACE INTO run_parameters (run_id, name, value) VALUES (@id, @name, @value)',
        { id, name, value: JSON.stringify(value ?? null) },
      ),
    end: (id, outcome) =>
      void catalogue.run(
        `UPDATE runs SET status = @status, ended_at = @at, error_code = @errorCode,
           error_message = @errorMessage, summary = coalesce(@summary, summary) WHERE id = @id`,
        {
          id,
          status: outcome.status,
          at: now(),
          errorCode: outcome.errorCode ?? null,
          errorMessage: outcome.errorMessage ?? null,
          summary: outcome.summary === undefined ? null : JSON.stringify(outcome.summary),
        },
      ),
    need,
    list: (filter = {}) =>
      catalogue
        .all<RunRow>(
          `SELECT ${runColumns} FROM runs WHERE (@experiment IS NULL OR experiment = @experiment)
             AND (@kind IS NULL OR kind = @kind) ORDER BY started_at, rowid`,
          { experiment: filter.experiment ?? null, kind: filter.kind ?? null },
        )
        .map(runOf),
    parameters: (id) =>
      Object.fromEntries(
        catalogue
          .all<{ name: string; value: string }>(
            'SELECT name, value FROM run_parameters WHERE run_id = @id ORDER BY name',
            { id },
          )
          .map((row) => [row.name, JSON.parse(row.value)]),
      ),
    markInterrupted: () =>
      catalogue.run("UPDATE runs SET status = 'interrupted', ended_at = @at WHERE status = 'running'", {
        at: now(),
      }).changes,
    ...metricStatements(catalogue, now),
    ...checkpointStatements(catalogue, now),
  };
}

function freeRunId(catalogue: Catalogue, base: string): string {
  let id = base;
  for (let count = 2; catalogue.get('SELECT 1 FROM runs WHERE id = @id', { id }) !== undefined; count += 1) {
    id = `${base}-${count}`;
  }
  return id;
}

function needRun(catalogue: Catalogue, id: string): Run {
  const rows = catalogue.all<RunRow>(
    `SELECT ${runColumns} FROM runs WHERE id = @id OR substr(id, 1, length(@id)) = @id
     ORDER BY length(id) LIMIT 2`,
    { id },
  );
  const exact = rows.find((row) => row.id === id) ?? (rows.length === 1 ? rows[0] : undefined);
  if (exact !== undefined) return runOf(exact);
  const found = rows.length === 0 ? 'There is no run' : 'Several runs begin with';
  throw new NightsiftError('notFound', `${found} "${id}".`, {
    hint: 'List them with nightsift runs list.',
    details: { id },
  });
}

function metricStatements(
  catalogue: Catalogue,
  now: () => string,
): Pick<RunsRepository, 'addMetrics' | 'metrics' | 'dropMetricsAfter'> {
  return {
    addMetrics: (id, points) =>
      catalogue.transaction(() => {
        const at = now();
        for (const { name, step, value } of points) {
          catalogue.run(
            `INSERT OR REPLACE INTO metric_points (run_id, name, step, value, measured_at)
             VALUES (@id, @name, @step, @value, @at)`,
            { id, name, step, value: Number.isFinite(value) ? value : null, at },
          );
        }
      }),
    metrics: (id, name) =>
      catalogue.all<MetricPoint>(
        `SELECT name, step, value FROM metric_points
         WHERE run_id = @id AND (@name IS NULL OR name = @name) ORDER BY name, step`,
        { id, name: name ?? null },
      ),
    dropMetricsAfter: (id, step) =>
      void catalogue.run('DELETE FROM metric_points WHERE run_id = @id AND step > @step', { id, step }),
  };
}

const checkpointColumns = 'id, run_id AS runId, step, epoch, kind, blob, state, saved_at AS savedAt';

function checkpointStatements(
  catalogue: Catalogue,
  now: () => string,
): Pick<
  RunsRepository,
  'addCheckpoint' | 'checkpoints' | 'pruneCheckpoints' | 'isCheckpoint' | 'addArtefact' | 'artefacts'
> {
  const checkpoints = (runId: string): Checkpoint[] =>
    catalogue
      .all<CheckpointRow>(
        `SELECT ${checkpointColumns} FROM checkpoints WHERE run_id = @runId ORDER BY id DESC`,
        { runId },
      )
      .map((row) => ({ ...row, state: JSON.parse(row.state) }));
  return {
    addCheckpoint(checkpoint) {
      const { rowId } = catalogue.run(
        `INSERT INTO checkpoints (run_id, step, epoch, kind, blob, state, saved_at)
         VALUES (@runId, @step, @epoch, @kind, @blob, @state, @at)`,
        { ...checkpoint, state: JSON.stringify(checkpoint.state), at: now() },
      );
      return checkpoints(checkpoint.runId).find((each) => each.id === rowId)!;
    },
    checkpoints,
    pruneCheckpoints(runId, keep) {
      const all = checkpoints(runId);
      const kept = new Set([
        ...all.filter((each) => each.kind === 'last').slice(0, keep.last),
        ...all.filter((each) => each.kind === 'best').slice(0, keep.best),
      ]);
      const dropped = all.filter((each) => !kept.has(each));
      catalogue.transaction(() => {
        for (const { id } of dropped) catalogue.run('DELETE FROM checkpoints WHERE id = @id', { id });
      });
      return dropped;
    },
    isCheckpoint: (blob) =>
      catalogue.all('SELECT id FROM checkpoints WHERE blob = @blob LIMIT 1', { blob }).length > 0,
    addArtefact: (runId, artefact) =>
      void catalogue.run(
        `INSERT OR REPLACE INTO artefacts (run_id, name, blob, byte_length, saved_at)
         VALUES (@runId, @name, @blob, @byteLength, @at)`,
        { runId, ...artefact, at: now() },
      ),
    artefacts: (runId) =>
      catalogue.all<Artefact>(
        'SELECT name, blob, byte_length AS byteLength FROM artefacts WHERE run_id = @runId ORDER BY name',
        { runId },
      ),
  };
}
