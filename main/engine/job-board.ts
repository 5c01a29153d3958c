/**
 * The jobs of one running house. Each keeps all of its events, numbered from 1, so that a watcher who lost its
 * connection goes on after the last number it saw. What a job must not lose it writes to the library itself.
 */
import { randomUUID } from 'node:crypto';
import type { JobEvent, JobRow, JobState } from '../../contract/calls/jobs.ts';
import { type ErrorRecord, fromErrorRecord, toErrorRecord } from '../../contract/error-record.ts';
import { NightsiftError } from '../../contract/errors.ts';

/** What a job's body is handed: a signal to obey and ways to report. */
export interface JobContext {
  readonly signal: AbortSignal;
  /** `phase` is a word for people; `total` is null while unknown. Frequent calls are thinned out. */
  progress(step: {
    phase: string;
    done: number;
    total: number | null;
    note?: string;
    session?: string;
  }): void;
  message(text: string): void;
  /** Gives the board a switch that holds the work at its next safe point. */
  pausable(pause: (paused: boolean) => void): void;
  metrics(step: number, values: Readonly<Record<string, number>>): void;
  /** The run that is recorded. */
  run(id: string): void;
  /** Figures between epochs; gathered and sent on several times a second. */
  points(points: readonly MetricPoint[]): void;
  /** Files of a watched session that are judged now. */
  arrived(session: string, files: readonly string[]): void;
}

export interface JobBoard {
  /** Starts the body at once and returns before it has done anything. */
  start(method: string, input: unknown, body: (context: JobContext) => Promise<unknown>): { job: string };
  list(): JobRow[];
  show(job: string): JobRow;
  cancel(job: string): JobRow;
  /** Errors: notFound; conflict when the job has ended or cannot be held. */
  pause(job: string, paused: boolean): JobRow;
  result(job: string): unknown;
  watch(job: string, after: number, signal?: AbortSignal): AsyncIterable<JobEvent>;
  /** Cancels what runs and waits for it. */
  close(): Promise<void>;
}

/** Keeps what was asked and how it ended beyond the life of the process. */
export interface JobLog {
  /** Gives the job its name. */
  begin(method: string, input: unknown): string;
  end(job: string, state: JobState, error: ErrorRecord | null): void;
}

export interface JobBoardPorts {
  readonly now: () => Date;
  /** Monotonic, for thinning progress out. */
  readonly milliseconds: () => number;
  readonly log?: JobLog;
}

type MetricPoint = Extract<JobEvent, { kind: 'points' }>['points'][number];

type Unnumbered<E> = E extends { seq: number } ? Omit<E, 'seq'> : never;

interface Job {
  readonly id: string;
  readonly method: string;
  readonly startedAt: string;
  readonly stop: AbortController;
  readonly events: JobEvent[];
  readonly watchers: Set<() => void>;
  /** Places of the events that still hold figures. */
  readonly withPoints: number[];
  state: JobState;
  endedAt: string | null;
  error: ErrorRecord | null;
  result: unknown;
  ended: Promise<void>;
  pause: ((paused: boolean) => void) | null;
  paused: boolean;
}

// Twenty a second is more than an eye reads; the last one of a phase always goes out.
const progressIntervalMilliseconds = 50;

const pointsIntervalMilliseconds = 100;
// Events keep their numbers for ever; figures that the library holds too need not stay in memory with them.
const keptPointEvents = 600;

export function openJobBoard(ports: JobBoardPorts): JobBoard {
  const jobs = new Map<string, Job>();
  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (job) return job;
    throw new NightsiftError('notFound', `There is no job "${id}" in this process.`, {
      details: { job: id },
    });
  };
  return {
    start(method, input, body) {
      const job = newJob(method, input, ports);
      jobs.set(job.id, job);
      job.ended = run(job, body, ports);
      return { job: job.id };
    },
    list: () => [...jobs.values()].map(rowOf),
    show: (id) => rowOf(find(id)),
    cancel(id) {
      const job = find(id);
      if (job.state === 'running') job.stop.abort(new NightsiftError('cancelled', 'The job was cancelled.'));
      return rowOf(job);
    },
    pause(id, paused) {
      const job = find(id);
      if (job.state !== 'running' || job.pause === null) {
        throw new NightsiftError('conflict', `Job "${id}" cannot be held.`, {
          hint: 'Only trainings and searches can be held, while they run.',
          details: { job: id, state: job.state },
        });
      }
      job.pause(paused);
      job.paused = paused;
      return rowOf(job);
    },
    result(id) {
      const job = find(id);
      if (job.state === 'running') {
        throw new NightsiftError('conflict', `Job "${id}" is still running.`, { details: { job: id } });
      }
      if (job.error) throw fromErrorRecord(job.error);
      return job.result;
    },
    watch: (id, after, signal) => eventsOf(find(id), after, signal),
    async close() {
      for (const job of jobs.values()) {
        if (job.state === 'running') job.stop.abort(new NightsiftError('cancelled', 'Nightsift is closing.'));
      }
      await Promise.all([...jobs.values()].map((job) => job.ended));
    },
  };
}

function newJob(method: string, input: unknown, ports: JobBoardPorts): Job {
  return {
    id: ports.log?.begin(method, input) ?? `job-${randomUUID()}`,
    method,
    startedAt: ports.now().toISOString(),
    stop: new AbortController(),
    events: [],
    watchers: new Set(),
    withPoints: [],
    state: 'running',
    endedAt: null,
    error: null,
    result: undefined,
    ended: Promise.resolve(),
    pause: null,
    paused: false,
  };
}

async function run(
  job: Job,
  body: (context: JobContext) => Promise<unknown>,
  ports: JobBoardPorts,
): Promise<void> {
  // The caller has its id before the first event, whatever the body does.
  await Promise.resolve();
  const context = contextOf(job, ports);
  try {
    job.result = await body(context);
    job.state = 'done';
  } catch (thrown) {
    job.error = toErrorRecord(thrown);
    job.state = job.error.code === 'cancelled' ? 'cancelled' : 'failed';
  }
  context.flush();
  job.endedAt = ports.now().toISOString();
  try {
    ports.log?.end(job.id, job.state, job.error);
  } catch {
    // a full disk; the watcher still has to learn how the job ended
  }
  publish(job, { kind: 'ended', state: job.state, error: job.error });
}

function contextOf(job: Job, ports: JobBoardPorts): JobContext & { flush(): void } {
  let lastPhase: string | null = null;
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  const gathered: MetricPoint[] = [];
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (gathered.length > 0) publish(job, { kind: 'points', points: gathered.splice(0) });
    forgetOldPoints(job);
  };
  return {
    flush,
    signal: job.stop.signal,
    progress(step) {
      const at = ports.milliseconds();
      const complete = step.total !== null && step.done >= step.total;
      if (step.phase === lastPhase && !complete && at - lastAt < progressIntervalMilliseconds) return;
      lastPhase = step.phase;
      lastAt = at;
      publish(job, { kind: 'progress', ...step });
    },
    pausable(pause) {
      job.pause = pause;
      if (job.paused) pause(true); // a person held the one before it, of several
    },
    message: (text) => publish(job, { kind: 'message', text }),
    metrics: (step, values) => publish(job, { kind: 'metrics', step, values: { ...values } }),
    run: (id) => publish(job, { kind: 'run', run: id }),
    points(points) {
      gathered.push(...points);
      if (timer === null) timer = setTimeout(flush, pointsIntervalMilliseconds);
    },
    arrived: (session, files) => publish(job, { kind: 'arrived', session, files: [...files] }),
  };
}

function forgetOldPoints(job: Job): void {
  if (job.withPoints.length <= keptPointEvents) return;
  const at = job.withPoints.shift() as number;
  const event = job.events[at] as JobEvent;
  if (event.kind === 'points') job.events[at] = { ...event, points: [] };
}

function publish(job: Job, event: Unnumbered<JobEvent>): void {
  if (event.kind === 'points') job.withPoints.push(job.events.length);
  job.events.push({ seq: job.events.length + 1, ...event } as JobEvent);
  const watchers = [...job.watchers];
  job.watchers.clear();
  for (const wake of watchers) wake();
}

async function* eventsOf(job: Job, after: number, signal?: AbortSignal): AsyncIterable<JobEvent> {
  for (let next = after; ; next++) {
    while (job.events.length <= next) {
      if (job.state !== 'running' && job.events.length <= next) return;
      await nextEvent(job, signal);
    }
    const event = job.events[next] as JobEvent;
    yield event;
    if (event.kind === 'ended') return;
  }
}

function nextEvent(job: Job, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      job.watchers.delete(wake);
      reject(signal?.reason);
    };
    const wake = () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener('abort', stop, { once: true });
    job.watchers.add(wake);
  });
}

function rowOf(job: Job): JobRow {
  const { id, method, state, startedAt, endedAt, error, paused } = job;
  return {
    job: id,
    method,
    state,
    startedAt,
    endedAt,
    error,
    ...(paused && state === 'running' && { paused }),
  };
}
