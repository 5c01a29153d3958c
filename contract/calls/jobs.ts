/** Long work: started by the call that wants it, followed, cancelled and answered here. */
import { z } from 'zod';
import { ErrorRecord } from '../error-record.ts';
import { ask, stream } from '../kinds.ts';

export const JobState = z.enum(['running', 'done', 'failed', 'cancelled']);
export type JobState = z.infer<typeof JobState>;

export const JobRef = z.object({ job: z.string() });

export const JobRow = z.object({
  job: z.string(),
  /** The call that started it. */
  method: z.string(),
  state: JobState,
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  error: ErrorRecord.nullable(),
  /** Held between two steps until it is let go on. */
  paused: z.boolean().optional(),
});
export type JobRow = z.infer<typeof JobRow>;

const seq = z.number().int().positive();

export const JobEvent = z.discriminatedUnion('kind', [
  /** `total` is null while it is not known. `phase` is a word for people: "measuring", "training". */
  z.object({
    seq,
    kind: z.literal('progress'),
    phase: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    note: z.string().optional(),
    /** The session it works on, as soon as that is known. */
    session: z.string().optional(),
  }),
  z.object({ seq, kind: z.literal('message'), text: z.string() }),
  /** Figures of one training epoch; the series themselves are in `runs.show`. */
  z.object({ seq, kind: z.literal('metrics'), step: z.number(), values: z.record(z.string(), z.number()) }),
  /** The run that the job records. */
  z.object({ seq, kind: z.literal('run'), run: z.string() }),
  /** Figures as they come, several times a second; the stored ones are in `runs.curves`, where old events have none. */
  z.object({
    seq,
    kind: z.literal('points'),
    points: z.array(z.object({ name: z.string(), step: z.number(), value: z.number() })),
  }),
  /** Files that a watched folder brought and that are judged now; `sessions.show` says how. */
  z.object({ seq, kind: z.literal('arrived'), session: z.string(), files: z.array(z.string()) }),
  /** The last event of every job. */
  z.object({ seq, kind: z.literal('ended'), state: JobState, error: ErrorRecord.nullable() }),
]);
export type JobEvent = z.infer<typeof JobEvent>;

export const jobCalls = {
  'jobs.list': ask({ in: z.object({}), out: z.array(JobRow) }),
  'jobs.show': ask({ in: JobRef, out: JobRow }),
  /** Asks the job to stop at its next safe point; the `ended` event tells when it has. */
  'jobs.cancel': ask({ in: JobRef, out: JobRow }),
  /** Holds a training between two steps, or lets it go on; `conflict` for work that cannot be held. */
  'jobs.pause': ask({ in: JobRef.extend({ paused: z.boolean() }), out: JobRow }),
  /** The result declared by the starting call; `conflict` while it runs, the job's own error when it failed. */
  'jobs.result': ask({ in: JobRef, out: z.unknown() }),
  /** Events after `after` (0: from the start), then live ones, until `ended`. */
  'jobs.watch': stream({
    in: z.object({ job: z.string(), after: z.number().int().nonnegative().default(0) }),
    event: JobEvent,
  }),
};
