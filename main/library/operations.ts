/** The journal of file operations: what is meant to happen is written before it happens, file by file. */
import { randomBytes } from 'node:crypto';
import type { Catalogue } from './catalogue.ts';

export type FileAction = 'copy' | 'symlink' | 'move';
export type OperationStatus = 'planned' | 'running' | 'done' | 'undoing' | 'undone';
export type FileStatus = 'planned' | 'started' | 'done' | 'refused' | 'undoing' | 'undone';

export interface Operation {
  readonly id: string;
  readonly action: FileAction;
  readonly sessionId: number | null;
  /** The folder that received the files. */
  readonly destination: string;
  readonly status: OperationStatus;
  readonly plannedAt: string;
  readonly endedAt: string | null;
}

export interface PlannedFile {
  readonly source: string;
  readonly target: string;
  readonly role: 'frame' | 'sidecar';
  /** Of the source; null when it is only known once its turn has come. What undo and recovery compare with. */
  readonly contentHash: string | null;
}

export interface OperationFile extends PlannedFile {
  readonly ordinal: number;
  readonly byteLength: number | null;
  readonly status: FileStatus;
  readonly message: string | null;
}

export interface OperationsRepository {
  plan(
    operation: Pick<Operation, 'action' | 'sessionId' | 'destination'>,
    files: readonly PlannedFile[],
  ): Operation;
  find(id: string): Operation | undefined;
  list(): Operation[];
  /** Operations that a killed process left in the middle. */
  open(): Operation[];
  /** The newest that is done, or was interrupted, and is not undone. */
  lastDone(): Operation | undefined;
  files(id: string): OperationFile[];
  /** Where files of that content were put and not taken back, newest first. */
  targetsOf(contentHash: string): string[];
  setStatus(id: string, status: OperationStatus): void;
  setFile(
    id: string,
    ordinal: number,
    change: {
      readonly status: FileStatus;
      readonly message?: string | null;
      readonly contentHash?: string;
      readonly byteLength?: number;
    },
  ): void;
}

const columns = `id, action, session_id AS sessionId, destination, status, planned_at AS plannedAt,
  ended_at AS endedAt`;

export function operationsRepository(catalogue: Catalogue, now: () => string): OperationsRepository {
  const find = (id: string) =>
    catalogue.get<Operation>(`SELECT ${columns} FROM operations WHERE id = @id`, { id });
  return {
    plan: (operation, files) =>
      catalogue.transaction(() => {
        const id = `op-${randomBytes(4).toString('hex')}`;
        catalogue.run(
          `INSERT INTO operations (id, action, session_id, destination, status, planned_at)
           VALUES (@id, @action, @sessionId, @destination, 'planned', @at)`,
          {
            id,
            action: operation.action,
            sessionId: operation.sessionId,
            destination: operation.destination,
            at: now(),
          },
        );
        files.forEach(({ source, target, role, contentHash }, ordinal) => {
          catalogue.run(
            `INSERT INTO operation_files (operation_id, ordinal, source, target, role, content_hash, status)
             VALUES (@id, @ordinal, @source, @target, @role, @contentHash, 'planned')`,
            { id, ordinal, source, target, role, contentHash },
          );
        });
        return find(id)!;
      }),
    find,
    list: () => catalogue.all<Operation>(`SELECT ${columns} FROM operations ORDER BY rowid`),
    open: () =>
      catalogue.all<Operation>(
        `SELECT ${columns} FROM operations WHERE status IN ('planned', 'running', 'undoing') ORDER BY rowid`,
      ),
    lastDone: () =>
      catalogue.get<Operation>(
        `SELECT ${columns} FROM operations WHERE status <> 'undone' ORDER BY rowid DESC LIMIT 1`,
      ),
    files: (id) =>
      catalogue.all<OperationFile>(
        `SELECT ordinal, source, target, role, content_hash AS contentHash, byte_length AS byteLength,
           status, message
         FROM operation_files WHERE operation_id = @id ORDER BY ordinal`,
        { id },
      ),
    targetsOf: (contentHash) =>
      catalogue
        .all<{ target: string }>(
          `SELECT file.target FROM operation_files AS file JOIN operations ON operations.id = file.operation_id
           WHERE file.content_hash = @contentHash AND file.status = 'done' ORDER BY operations.rowid DESC`,
          { contentHash },
        )
        .map((row) => row.target),
    setStatus: (id, status) =>
      void catalogue.run('UPDATE operations SET status = @status, ended_at = @at WHERE id = @id', {
        id,
        status,
        at: status === 'done' || status === 'undone' ? now() : null,
      }),
    setFile: (id, ordinal, change) =>
      void catalogue.run(
        `UPDATE operation_files SET status = @status, message = @message,
           content_hash = coalesce(@contentHash, content_hash),
           byte_length = coalesce(@byteLength, byte_length)
         WHERE operation_id = @id AND ordinal = @ordinal`,
        {
          id,
          ordinal,
          status: change.status,
          message: change.message ?? null,
          contentHash: change.contentHash ?? null,
          byteLength: change.byteLength ?? null,
        },
      ),
  };
}
