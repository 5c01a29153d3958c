/** Registered models, their versions, stages and lineage. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Family } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';

export type Stage = 'none' | 'staging' | 'production' | 'archived';

export interface ModelVersion {
  readonly id: number;
  readonly name: string;
  readonly family: Family;
  /** What it answers, `quality` for frames; one version per family and task is in production. */
  readonly task: string;
  readonly version: number;
  readonly stage: Stage;
  readonly runId: string | null;
  readonly datasetVersionId: number | null;
  readonly onnxBlob: string;
  readonly safetensorsBlob: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

export type NewModelVersion = Omit<ModelVersion, 'id' | 'version' | 'stage' | 'createdAt'>;

export interface StageEvent {
  readonly id: number;
  readonly stage: Stage;
  readonly previous: Stage;
  readonly reason: string | null;
  readonly setBy: string | null;
  readonly setAt: string;
}

/** One arrow of where things came from, such as a model version trained from a data set version. */
export interface LineageArrow {
  readonly childKind: string;
  readonly childId: string;
  readonly relation: string;
  readonly parentKind: string;
  readonly parentId: string;
}

export interface ModelsRepository {
  /** Registers the next version under `name`. Errors: conflict when the name serves another family or task. */
  add(version: NewModelVersion): ModelVersion;
  list(): ModelVersion[];
  /** `NAME` (newest), `NAME@VERSION`, `NAME@production` or another stage. Errors: notFound. */
  need(reference: string): ModelVersion;
  byId(id: number): ModelVersion | undefined;
  inProduction(family: Family, task: string): ModelVersion | undefined;
  /** Promoting to production archives the version that was there, in the same transaction. */
  setStage(
    id: number,
    stage: Stage,
    options?: { readonly reason?: string; readonly by?: string },
  ): ModelVersion;
  stageHistory(id: number): StageEvent[];
  addLineage(arrows: readonly LineageArrow[]): void;
  /** Arrows whose child is that thing. */
  parents(childKind: string, childId: string): LineageArrow[];
  children(parentKind: string, parentId: string): LineageArrow[];
}

type VersionRow = Omit<ModelVersion, 'metadata' | 'metrics'> & {
  readonly metadata: string;
  readonly metrics: string;
};

const stageOfVersion = `coalesce((SELECT stage FROM stage_events
  WHERE model_version_id = version.id ORDER BY id DESC LIMIT 1), 'none')`;
const versions = `SELECT version.id, model.name, model.family, model.task, version.version,
  ${stageOfVersion} AS stage, version.run_id AS runId, version.dataset_version_id AS datasetVersionId,
  version.onnx_blob AS onnxBlob, version.safetensors_blob AS safetensorsBlob, version.metadata,
  version.metrics, version.created_at AS createdAt
  FROM model_versions AS version JOIN models AS model ON model.id = version.model_id`;

export function modelsRepository(catalogue: Catalogue, now: () => string): ModelsRepository {
  const select = (rest: string, values: Record<string, string | number> = {}): ModelVersion[] =>
    catalogue
      .all<VersionRow>(`${versions} ${rest}`, values)
      .map((row) => ({ ...row, metadata: JSON.parse(row.metadata), metrics: JSON.parse(row.metrics) }));
  const byId = (id: number) => select('WHERE version.id = @id', { id })[0];
  const inProduction = (family: Family, task: string) =>
    select(
      `WHERE model.family = @family AND model.task = @task AND ${stageOfVersion} = 'production'
       ORDER BY version.id DESC LIMIT 1`,
      { family, task },
    )[0];
  const list = () => select('ORDER BY model.name, version.version');
  return {
    add: (version) => catalogue.transaction(() => byId(insertVersion(catalogue, version, now()))!),
    list,
    need(reference) {
      const version = findVersion(select, reference);
      if (version !== undefined) return version;
      const known = list().map((each) => `${each.name}@${each.version}`);
      throw new NightsiftError('notFound', `There is no model "${reference}".`, {
        hint: known.length === 0 ? 'Train one first.' : `Models: ${known.slice(-20).join(', ')}.`,
        details: { reference },
      });
    },
    byId,
    inProduction,
    setStage: (id, stage, options = {}) =>
      catalogue.transaction(() => {
        const version = byId(id);
        if (version === undefined) throw new NightsiftError('notFound', `There is no model version ${id}.`);
        const before = stage === 'production' ? inProduction(version.family, version.task) : undefined;
        if (before !== undefined && before.id !== id) {
          const reason = `replaced by ${version.name}@${version.version}`;
          addStage(catalogue, before, 'archived', { ...options, reason }, now());
        }
        if (version.stage !== stage) addStage(catalogue, version, stage, options, now());
        return byId(id)!;
      }),
    stageHistory: (id) =>
      catalogue.all<StageEvent>(
        `SELECT id, stage, previous, reason, set_by AS setBy, set_at AS setAt FROM stage_events
         WHERE model_version_id = @id ORDER BY id`,
        { id },
      ),
    ...lineageStatements(catalogue, now),
  };
}

type Select = (rest: string, values?: Record<string, string | number>) => ModelVersion[];

/** `NAME@VERSION`, `NAME@STAGE`, else `NAME`, which may hold an @ of its own. */
function findVersion(select: Select, reference: string): ModelVersion | undefined {
  const at = reference.lastIndexOf('@');
  const [name, which] = [reference.slice(0, Math.max(0, at)), reference.slice(at + 1)];
  const isNumber = /^\d+$/.test(which);
  const condition = isNumber ? 'version.version = @which' : `${stageOfVersion} = @which`;
  const latest = 'ORDER BY version.version DESC LIMIT 1';
  const values = { name, which: isNumber ? Number(which) : which };
  const split = at > 0 ? select(`WHERE model.name = @name AND ${condition} ${latest}`, values)[0] : undefined;
  return split ?? select(`WHERE model.name = @name ${latest}`, { name: reference })[0];
}

function insertVersion(catalogue: Catalogue, version: NewModelVersion, at: string): number {
  const { name, family, task } = version;
  catalogue.run(
    `INSERT INTO models (name, family, task, created_at) VALUES (@name, @family, @task, @at)
     ON CONFLICT DO NOTHING`,
    { name, family, task, at },
  );
  const model = catalogue.get<{ id: number; family: string; task: string }>(
    'SELECT id, family, task FROM models WHERE name = @name',
    { name },
  )!;
  if (model.family !== family || model.task !== task) {
    throw new NightsiftError(
      'conflict',
      `The model name "${name}" serves ${model.family}/${model.task}, not ${family}/${task}.`,
      { hint: 'Choose another name with --name.' },
    );
  }
  return catalogue.run(
    `INSERT INTO model_versions (model_id, version, run_id, dataset_version_id, onnx_blob, safetensors_blob,
       metadata, metrics, created_at)
     VALUES (@modelId,
       1 + coalesce((SELECT max(version) FROM model_versions WHERE model_id = @modelId), 0),
       @runId, @datasetVersionId, @onnxBlob, @safetensorsBlob, @metadata, @metrics, @at)`,
    {
      modelId: model.id,
      runId: version.runId,
      datasetVersionId: version.datasetVersionId,
      onnxBlob: version.onnxBlob,
      safetensorsBlob: version.safetensorsBlob,
      metadata: JSON.stringify(version.metadata),
      metrics: JSON.stringify(version.metrics),
      at,
    },
  ).rowId;
}

function addStage(
  catalogue: Catalogue,
  version: ModelVersion,
  stage: Stage,
  { reason, by }: { readonly reason?: string; readonly by?: string },
  at: string,
): void {
  catalogue.run(
    `INSERT INTO stage_events (model_version_id, stage, previous, reason, set_by, set_at)
     VALUES (@id, @stage, @previous, @reason, @by, @at)`,
    { id: version.id, stage, previous: version.stage, reason: reason ?? null, by: by ?? null, at },
  );
}

function lineageStatements(
  catalogue: Catalogue,
  now: () => string,
): Pick<ModelsRepository, 'addLineage' | 'parents' | 'children'> {
  const columns = `child_kind AS childKind, child_id AS childId, relation, parent_kind AS parentKind,
    parent_id AS parentId`;
  return {
    addLineage: (arrows) =>
      catalogue.transaction(() => {
        for (const arrow of arrows) {
          catalogue.run(
            `INSERT INTO lineage (child_kind, child_id, relation, parent_kind, parent_id, noted_at)
             VALUES (@childKind, @childId, @relation, @parentKind, @parentId, @at) ON CONFLICT DO NOTHING`,
            { ...arrow, at: now() },
          );
        }
      }),
    parents: (kind, id) =>
      catalogue.all<LineageArrow>(
        `SELECT ${columns} FROM lineage WHERE child_kind = @kind AND child_id = @id ORDER BY relation, parent_id`,
        { kind, id },
      ),
    children: (kind, id) =>
      catalogue.all<LineageArrow>(
        `SELECT ${columns} FROM lineage WHERE parent_kind = @kind AND parent_id = @id ORDER BY relation, child_id`,
        { kind, id },
      ),
  };
}
