/** Immutable data set versions and the cache of tensors prepared from them. */
import type { SplitName } from '../../contract/calls/data-sets.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Family, LabelAuthor } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';
import { floatBytes, floatsOf } from './columns.ts';

export interface DatasetVersion {
  readonly id: number;
  readonly name: string;
  readonly family: Family;
  readonly version: number;
  /** SHA-256 over items, labels and splits. */
  readonly hash: string;
  readonly metadata: DatasetMetadata;
  readonly createdAt: string;
}

/** What metadata.json holds. */
export interface DatasetMetadata {
  readonly schema: 'nightsift.dataset/1';
  readonly family: Family;
  readonly classes: readonly string[];
  readonly sessions: readonly string[];
  readonly seed: number;
  readonly fractions: { readonly train: number; readonly validation: number; readonly test: number };
  /** True when one target-night had to be cut into blocks of time. */
  readonly withinNight: boolean;
  readonly groups: number;
  /** Items by split, then by label. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly personLabelled: number;
  /** Items of the gaps between the blocks of time of a single night; used by nobody. */
  readonly leftOut: number;
  readonly codeVersion: string;
  readonly featureNames: readonly string[] | null;
  readonly warnings: readonly string[];
  /** How the sources were read, in families whose files hold many items. */
  readonly reading?: {
    readonly label?: string | undefined;
    readonly settings?: Readonly<Record<string, string | number | boolean>> | undefined;
  };
  /** Items that say the same as another and were left out, or would have lain in two splits. */
  readonly repeats?: { readonly leftOut: number; readonly keptTogether: number };
}

export interface DatasetItem {
  readonly ordinal: number;
  /** The catalogue's item, for its history. */
  readonly itemId: number | null;
  readonly contentHash: string;
  readonly session: string;
  readonly root: string;
  readonly file: string;
  readonly label: string;
  readonly labelledBy: LabelAuthor;
  readonly saidBy: string | null;
  readonly split: SplitName;
  /** Items of a group are never spread over splits. */
  readonly group: string;
  readonly recordBlob: string;
  readonly features: Float32Array;
}

type VersionRow = Omit<DatasetVersion, 'metadata'> & { readonly metadata: string };
type ItemRow = Omit<DatasetItem, 'features'> & { readonly features: Uint8Array };

const versionColumns = `version.id, dataset.name, dataset.family, version.version, version.hash,
  version.metadata, version.created_at AS createdAt`;
const versionTables = `dataset_versions AS version JOIN datasets AS dataset ON dataset.id = version.dataset_id`;

export interface DatasetsRepository {
  /** Adds a version; the one with the same hash is returned if there is one under that name. */
  add(name: string, hash: string, metadata: DatasetMetadata, items: readonly DatasetItem[]): DatasetVersion;
  list(): DatasetVersion[];
  /** `NAME` (newest), `NAME@3`, or a hash (12 digits at least). Errors: notFound. */
  need(reference: string): DatasetVersion;
  find(reference: string): DatasetVersion | undefined;
  byId(id: number): DatasetVersion | undefined;
  items(versionId: number): DatasetItem[];
  preparedTensors(datasetHash: string, recipe: string): string | undefined;
  savePreparedTensors(datasetHash: string, recipe: string, blob: string): void;
  /** Forgets a cached blob that is gone. */
  dropPreparedTensors(datasetHash: string, recipe: string): void;
}

export function datasetsRepository(catalogue: Catalogue, now: () => string): DatasetsRepository {
  const select = (where: string, values: Record<string, string | number>) =>
    catalogue
      .all<VersionRow>(`SELECT ${versionColumns} FROM ${versionTables} WHERE ${where}`, values)
      .map((row): DatasetVersion => ({ ...row, metadata: JSON.parse(row.metadata) }));
  const find = (reference: string): DatasetVersion | undefined => {
    const at = reference.lastIndexOf('@');
    if (at > 0 && /^\d+$/.test(reference.slice(at + 1))) {
      const values = { name: reference.slice(0, at), version: Number(reference.slice(at + 1)) };
      const split = select('dataset.name = @name AND version.version = @version', values)[0];
      if (split !== undefined) return split;
    }
    const named = select('dataset.name = @name ORDER BY version.version DESC LIMIT 1', {
      name: reference,
    })[0];
    if (named !== undefined || !/^[0-9a-f]{12,64}$/.test(reference)) return named;
    return select("version.hash LIKE @prefix || '%' ORDER BY version.id LIMIT 1", { prefix: reference })[0];
  };
  const byId = (id: number) => select('version.id = @id', { id })[0];
  const list = () => select('1 = 1 ORDER BY dataset.name, version.version', {});
  return {
    add: (name, hash, metadata, items) =>
      catalogue.transaction(() => {
        const known = select('dataset.name = @name AND version.hash = @hash', { name, hash })[0];
        return known ?? insertVersion(catalogue, { name, hash, metadata, items, at: now() }, byId);
      }),
    list,
    find,
    need(reference) {
      const version = find(reference);
      if (version !== undefined) return version;
      const known = list().map((each) => `${each.name}@${each.version}`);
      throw new NightsiftError('notFound', `There is no data set "${reference}".`, {
        hint:
          known.length === 0
            ? 'Make one with nightsift dataset create.'
            : `Data sets: ${known.slice(-20).join(', ')}.`,
        details: { reference },
      });
    },
    byId,
    items: (versionId) => readItems(catalogue, versionId),
    ...tensorStatements(catalogue, now),
  };
}

interface NewVersion {
  readonly name: string;
  readonly hash: string;
  readonly metadata: DatasetMetadata;
  readonly items: readonly DatasetItem[];
  readonly at: string;
}

function insertVersion(
  catalogue: Catalogue,
  { name, hash, metadata, items, at }: NewVersion,
  byId: (id: number) => DatasetVersion | undefined,
): DatasetVersion {
  catalogue.run(
    'INSERT INTO datasets (name, family, created_at) VALUES (@name, @family, @at) ON CONFLICT DO NOTHING',
    { name, family: metadata.family, at },
  );
  const { rowId } = catalogue.run(
    `INSERT INTO dataset_versions (dataset_id, version, hash, metadata, created_at)
     SELECT id, 1 + coalesce((SELECT max(version) FROM dataset_versions WHERE dataset_id = datasets.id), 0),
       @hash, @metadata, @at FROM datasets WHERE name = @name`,
    { name, hash, metadata: JSON.stringify(metadata), at },
  );
  for (const item of items) {
    catalogue.run(
      `INSERT INTO dataset_items (version_id, ordinal, item_id, content_hash, session, root, file, label,
         labelled_by, said_by, split, split_group, record_blob, features)
       VALUES (@versionId, @ordinal, @itemId, @contentHash, @session, @root, @file, @label,
         @labelledBy, @saidBy, @split, @group, @recordBlob, @features)`,
      { ...item, versionId: rowId, features: floatBytes(item.features) },
    );
  }
  return byId(Number(rowId))!;
}

function readItems(catalogue: Catalogue, versionId: number): DatasetItem[] {
  return catalogue
    .all<ItemRow>(
      `SELECT ordinal, item_id AS itemId, content_hash AS contentHash, session, root, file, label,
         labelled_by AS labelledBy, said_by AS saidBy, split, split_group AS "group",
         record_blob AS recordBlob, features
       FROM dataset_items WHERE version_id = @versionId ORDER BY ordinal`,
      { versionId },
    )
    .map((row) => ({ ...row, features: floatsOf(row.features) }));
}

function tensorStatements(
  catalogue: Catalogue,
  now: () => string,
): Pick<DatasetsRepository, 'preparedTensors' | 'savePreparedTensors' | 'dropPreparedTensors'> {
  return {
    preparedTensors: (datasetHash, recipe) =>
      catalogue.get<{ blob: string }>(
        'SELECT blob FROM prepared_tensors WHERE dataset_hash = @datasetHash AND recipe = @recipe',
        { datasetHash, recipe },
      )?.blob,
    savePreparedTensors: (datasetHash, recipe, blob) =>
      void catalogue.run(
        `INSERT OR REPLACE INTO prepared_tensors (dataset_hash, recipe, blob, prepared_at)
         VALUES (@datasetHash, @recipe, @blob, @at)`,
        { datasetHash, recipe, blob, at: now() },
      ),
    dropPreparedTensors: (datasetHash, recipe) =>
      void catalogue.run(
        'DELETE FROM prepared_tensors WHERE dataset_hash = @datasetHash AND recipe = @recipe',
        { datasetHash, recipe },
      ),
  };
}
