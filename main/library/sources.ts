/** Files that hold many items: what was read of them, what was wrong with them, and which items came out. */
import type { Catalogue } from './catalogue.ts';
import type { FileFacts } from './sessions.ts';

/** One thing wrong with a source; `row` counts from 1, header included. */
export interface SourceProblem {
  readonly row: number | null;
  readonly column: string | null;
  readonly code: string;
  readonly sentence: string;
  /** Rows that it stands for; one where left out. */
  readonly count?: number | undefined;
  /** Which, where they are more than one; the first 10,000. */
  readonly rows?: readonly number[] | undefined;
}

export interface SourceState extends Partial<FileFacts> {
  readonly status: 'ok' | 'failed';
  /** SHA-256 of the file; null when it could not be read. */
  readonly contentHash: string | null;
  /** Of the family's reading and featurising. */
  readonly codeVersion: string;
  /** The reading among the blobs; null unless status is ok. */
  readonly recordBlob: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly problems: readonly SourceProblem[];
  readonly quality: readonly unknown[];
}

export interface Source extends SourceState {
  readonly id: number;
  readonly sessionId: number;
  /** Relative to the session's root. */
  readonly file: string;
}

/** An item as its source numbers it. */
export interface SourceItem {
  readonly ordinal: number;
  /** `FILE#ID`, unique in the session. */
  readonly name: string;
  readonly contentHash: string;
}

type SourceRow = Omit<Source, 'problems' | 'quality'> & {
  readonly problems: string;
  readonly quality: string;
};

const columns = `id, session_id AS sessionId, file, status, content_hash AS contentHash, byte_length AS byteLength,
  modified_nanoseconds AS modifiedNanoseconds, inode, code_version AS codeVersion, record_blob AS recordBlob,
  error_code AS errorCode, error_message AS errorMessage, problems, quality`;

export interface SourcesRepository {
  /** Present sources of a session, in order of their names. */
  list(sessionId: number): Source[];
  byFile(sessionId: number, file: string): Source | undefined;
  /** A reading of the same bytes under the same name by the same code, in any session. */
  known(contentHash: string, codeVersion: string, file: string): Source | undefined;
  /** Whether such a reading can be at all. */
  hasReadings(codeVersion: string, file: string): boolean;
  /** Keeps a source and its items; items that it no longer holds become absent. */
  save(sessionId: number, file: string, state: SourceState, items: readonly SourceItem[]): Source;
  /** Sources and their items whose file is gone. */
  markAbsent(sourceIds: readonly number[]): void;
  /** Item ids of a source by ordinal, those present. */
  itemIds(sourceId: number): Map<number, number>;
}

export function sourcesRepository(catalogue: Catalogue, now: () => string): SourcesRepository {
  const select = (where: string, values: Record<string, string | number>): Source[] =>
    catalogue
      .all<SourceRow>(`SELECT ${columns} FROM sources WHERE ${where}`, values)
      .map((row) => ({ ...row, problems: JSON.parse(row.problems), quality: JSON.parse(row.quality) }));
  const byFile = (sessionId: number, file: string) =>
    select('session_id = @sessionId AND file = @file', { sessionId, file })[0];
  const hideItems = (sourceId: number) =>
    catalogue.run(
      'UPDATE items SET present = 0 WHERE id IN (SELECT item_id FROM source_items WHERE source_id = @sourceId)',
      { sourceId },
    );
  return {
    list: (sessionId) => select('session_id = @sessionId AND present = 1 ORDER BY file', { sessionId }),
    byFile,
    known: (contentHash, codeVersion, file) =>
      select(
        'content_hash = @contentHash AND code_version = @codeVersion AND file = @file AND record_blob IS NOT NULL LIMIT 1',
        { contentHash, codeVersion, file },
      )[0],
    hasReadings: (codeVersion, file) =>
      select('code_version = @codeVersion AND file = @file AND record_blob IS NOT NULL LIMIT 1', {
        codeVersion,
        file,
      }).length > 0,
    save: (sessionId, file, state, items) =>
      catalogue.transaction(() => {
        saveSource(catalogue, sessionId, file, state, now());
        const source = byFile(sessionId, file)!;
        hideItems(source.id);
        for (const item of items) saveItem(catalogue, source, item);
        return source;
      }),
    markAbsent: (sourceIds) =>
      catalogue.transaction(() => {
        for (const sourceId of sourceIds) {
          catalogue.run('UPDATE sources SET present = 0 WHERE id = @sourceId', { sourceId });
          hideItems(sourceId);
        }
      }),
    itemIds: (sourceId) =>
      new Map(
        catalogue
          .all<{ ordinal: number; itemId: number }>(
            `SELECT ordinal, item_id AS itemId FROM source_items JOIN items ON items.id = item_id
             WHERE source_id = @sourceId AND present = 1 ORDER BY ordinal`,
            { sourceId },
          )
          .map(({ ordinal, itemId }) => [ordinal, itemId]),
      ),
  };
}

function saveSource(
  catalogue: Catalogue,
  sessionId: number,
  file: string,
  state: SourceState,
  at: string,
): void {
  catalogue.run(
    `INSERT INTO sources (session_id, file, status, content_hash, byte_length, modified_nanoseconds, inode,
       code_version, record_blob, error_code, error_message, problems, quality, read_at, present)
     VALUES (@sessionId, @file, @status, @contentHash, @byteLength, @modifiedNanoseconds, @inode,
       @codeVersion, @recordBlob, @errorCode, @errorMessage, @problems, @quality, @at, 1)
     ON CONFLICT (session_id, file) DO UPDATE SET status = excluded.status,
       content_hash = excluded.content_hash, byte_length = excluded.byte_length,
       modified_nanoseconds = excluded.modified_nanoseconds, inode = excluded.inode,
       code_version = excluded.code_version, record_blob = excluded.record_blob,
       error_code = excluded.error_code, error_message = excluded.error_message,
       problems = excluded.problems, quality = excluded.quality, read_at = excluded.read_at, present = 1`,
    {
      ...state,
      sessionId,
      file,
      byteLength: state.byteLength ?? null,
      modifiedNanoseconds: state.modifiedNanoseconds ?? null,
      inode: state.inode ?? null,
      problems: JSON.stringify(state.problems),
      quality: JSON.stringify(state.quality),
      at,
    },
  );
}

function saveItem(catalogue: Catalogue, source: Source, { ordinal, name, contentHash }: SourceItem): void {
  catalogue.run(
    `INSERT INTO items (session_id, file, status, content_hash, present)
     VALUES (@sessionId, @name, 'ok', @contentHash, 1)
     ON CONFLICT (session_id, file) DO UPDATE SET status = 'ok', content_hash = excluded.content_hash, present = 1`,
    { sessionId: source.sessionId, name, contentHash },
  );
  catalogue.run(
    `INSERT INTO source_items (item_id, source_id, ordinal)
     SELECT id, @sourceId, @ordinal FROM items WHERE session_id = @sessionId AND file = @name
     ON CONFLICT (item_id) DO UPDATE SET source_id = excluded.source_id, ordinal = excluded.ordinal`,
    { sourceId: source.id, ordinal, sessionId: source.sessionId, name },
  );
}
