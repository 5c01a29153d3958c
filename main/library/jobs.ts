/** Long work as rows: what was asked, how far it came, how it ended. */
import { randomBytes } from 'node:crypto';
import type { Catalogue } from './catalogue.ts';

export type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

export interface Job {
  readonly id: string;
  /** The workflow: scan, train, sort, … */
  readonly kind: string;
  readonly status: JobStatus;
  readonly input: unknown;
  readonly progress: unknown;
  readonly result: unknown;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface JobsRepository {
  create(kind: string, input: unknown): Job;
  find(id: string): Job | undefined;
  /** Newest first. */
  list(limit?: number): Job[];
  start(id: string): void;
  saveProgress(id: string, progress: unknown): void;
  finish(id: string, result: unknown): void;
  fail(
    id: string,
    outcome: { readonly status: 'failed' | 'cancelled'; readonly code: string; readonly message: string },
  ): void;
  /** At start: jobs of a killed process become `interrupted`; returns them, so that a workflow can go on. */
  markInterrupted(): Job[];
}

type JobRow = Omit<Job, 'input' | 'progress' | 'result'> & {
  readonly input: string;
  readonly progress: string | null;
  readonly result: string | null;
};

const columns = `id, kind, status, input, progress, result, error_code AS errorCode,
  error_message AS errorMessage, created_at AS createdAt, started_at AS startedAt, ended_at AS endedAt`;

const jobOf = (row: JobRow): Job => ({
  ...row,
  input: JSON.parse(row.input),
  progress: row.progress === null ? null : JSON.parse(row.progress),
  result: row.result === null ? null : JSON.parse(row.result),
});

export function jobsRepository(catalogue: Catalogue, now: () => string): JobsRepository {
  const find = (id: string) => {
    const row = catalogue.get<JobRow>(`SELECT ${columns} FROM jobs WHERE id = @id`, { id });
    return row && jobOf(row);
  };
  return {
    create(kind, input) {
      const id = `job-${randomBytes(5).toString('hex')}`;
      catalogue.run(
        `INSERT INTO jobs (id, kind, status, input, created_at) VALUES (@id, @kind, 'queued', @input, @at)`,
        { id, kind, input: JSON.stringify(input ?? null), at: now() },
      );
      return find(id)!;
    },
    find,
    list: (limit = 100) =>
      catalogue
        .all<JobRow>(`SELECT ${columns} FROM jobs ORDER BY rowid DESC LIMIT @limit`, { limit })
        .map(jobOf),
    start: (id) =>
      void catalogue.run("UPDATE jobs SET status = 'running', started_at = @at WHERE id = @id", {
        id,
        at: now(),
      }),
    saveProgress: (id, progress) =>
      void catalogue.run('UPDATE jobs SET progress = @progress WHERE id = @id', {
        id,
        progress: JSON.stringify(progress ?? null),
      }),
    finish: (id, result) =>
      void catalogue.run("UPDATE jobs SET status = 'done', result = @result, ended_at = @at WHERE id = @id", {
        id,
        result: JSON.stringify(result ?? null),
        at: now(),
      }),
    fail: (id, { status, code, message }) =>
      void catalogue.run(
        `UPDATE jobs SET status = @status, error_code = @code, error_message = @message, ended_at = @at
         WHERE id = @id`,
        { id, status, code, message, at: now() },
      ),
    markInterrupted: () =>
      catalogue.transaction(() => {
        const left = catalogue
          .all<JobRow>(`SELECT ${columns} FROM jobs WHERE status IN ('queued', 'running') ORDER BY rowid`)
          .map(jobOf);
        for (const { id } of left) {
          catalogue.run("UPDATE jobs SET status = 'interrupted', ended_at = @at WHERE id = @id", {
            id,
            at: now(),
          });
        }
        return left;
      }),
  };
}
