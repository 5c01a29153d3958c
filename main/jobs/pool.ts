/**
 * A pool of worker threads for one kind of worker. A task that crashes or hangs its worker fails alone: the
 * worker is replaced and the other tasks go on. Tasks declare the memory they need and wait until it is free.
 */
import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { fromErrorRecord } from '../../contract/error-record.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { TaskRequest, WorkerAnswer } from './messages.ts';

export interface PoolOptions {
  /** The worker's module; see workerEntry. */
  readonly entry: URL;
  /** Threads at most. Default: the cores of this machine. */
  readonly size?: number;
  /** Bytes that running tasks may need together. Default: half the memory of this machine. */
  readonly memoryBytes?: number;
  /** Handed to every worker at its start. */
  readonly workerData?: unknown;
  /** For a task that names none. */
  readonly timeoutMilliseconds?: number;
  /** Memory for JavaScript objects of one worker, MiB (arrays of pixels come on top); beyond it the task crashes. */
  readonly heapMebibytes?: number;
  /**
   * Part of it for objects just made, MiB; the runtime's choice unless told. Little keeps a worker small that makes many
   * short-lived ones, at the cost of clearing them away more often.
   */
  readonly youngMebibytes?: number;
}

export interface TaskOptions {
  /** What the task will hold at its peak. One task alone always runs, whatever it declares. */
  readonly memoryBytes?: number;
  /** By the clock, for what waits for ever; generous, since a busy machine is slow. */
  readonly timeoutMilliseconds?: number;
  /** Of computing, for what computes for ever; the same on a busy machine. */
  readonly cpuMilliseconds?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: unknown) => void;
  readonly transfer?: readonly ArrayBuffer[];
}

export interface WorkerPool {
  readonly size: number;
  /**
   * Runs one task; they start in the order of their calls. Errors: what the handler threw; `crashed`,
   * `timedOut`, `cancelled`.
   */
  run<Output>(kind: string, input: unknown, options?: TaskOptions): Promise<Output>;
  /** Ends all workers; tasks still open fail as `cancelled`. */
  close(): Promise<void>;
}

interface Task {
  readonly id: number;
  readonly request: TaskRequest;
  readonly options: TaskOptions;
  readonly memoryBytes: number;
  resolve(output: unknown): void;
  reject(error: unknown): void;
  release(): void;
}

interface Seat {
  readonly worker: Worker;
  task: Task | null;
  timers: NodeJS.Timeout[];
}

const defaultTimeoutMilliseconds = 120_000;
const defaultHeapMebibytes = 1024;
/** How often the computing time of a task is looked at. */
const cpuLookMilliseconds = 250;

export function openWorkerPool(options: PoolOptions): WorkerPool {
  return new ThreadPool(options);
}

class ThreadPool implements WorkerPool {
  readonly size: number;
  private readonly options: PoolOptions;
  private readonly memoryBytes: number;
  private readonly seats = new Set<Seat>();
  private readonly queue: Task[] = [];
  private usedBytes = 0;
  private nextId = 1;
  private closed = false;

  constructor(options: PoolOptions) {
    this.options = options;
    this.size = Math.max(1, Math.floor(options.size ?? availableParallelism()));
    this.memoryBytes = options.memoryBytes ?? totalmem() / 2;
  }

  run<Output>(kind: string, input: unknown, options: TaskOptions = {}): Promise<Output> {
    if (this.closed) return Promise.reject(cancelled());
    if (options.signal?.aborted) return Promise.reject(cancelled());
    return new Promise<Output>((resolve, reject) => {
      const id = this.nextId++;
      const onAbort = () => this.abort(task);
      const task: Task = {
        id,
        request: { task: id, kind, input },
        options,
        memoryBytes: Math.max(0, options.memoryBytes ?? 0),
        resolve: (output) => resolve(output as Output),
        reject,
        release: () => options.signal?.removeEventListener('abort', onAbort),
      };
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.push(task);
      this.admit();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const task of this.queue.splice(0)) this.settle(task, () => task.reject(cancelled()));
    const workers = [...this.seats].map((seat) => {
      this.vacate(seat, cancelled());
      return seat.worker.terminate();
    });
    this.seats.clear();
    await Promise.all(workers);
  }

  /** Starts waiting tasks while there is a free worker and memory for the first of them. */
  private admit(): void {
    while (this.queue.length > 0 && !this.closed) {
      const task = this.queue[0];
      const alone = this.usedBytes === 0;
      if (!alone && this.usedBytes + task.memoryBytes > this.memoryBytes) return;
      const seat = this.freeSeat();
      if (seat === null) return;
      this.queue.shift();
      this.begin(seat, task);
    }
  }

  private freeSeat(): Seat | null {
    for (const seat of this.seats) if (seat.task === null) return seat;
    return this.seats.size < this.size ? this.hire() : null;
  }

  private hire(): Seat {
    const { youngMebibytes, heapMebibytes = defaultHeapMebibytes } = this.options;
    const worker = new Worker(this.options.entry, {
      workerData: this.options.workerData,
      resourceLimits: {
        maxOldGenerationSizeMb: heapMebibytes,
        ...(youngMebibytes !== undefined && { maxYoungGenerationSizeMb: youngMebibytes }),
      },
    });
    const seat: Seat = { worker, task: null, timers: [] };
    this.seats.add(seat);
    worker.on('message', (answer: WorkerAnswer) => this.hear(seat, answer));
    worker.on('error', (error: Error) => this.dismiss(seat, crashed(error.message)));
    worker.on('exit', (code) => this.dismiss(seat, crashed(`it ended with code ${code}`)));
    worker.unref(); // an idle pool does not keep the process alive
    return seat;
  }

  private begin(seat: Seat, task: Task): void {
    seat.task = task;
    this.usedBytes += task.memoryBytes;
    const limit =
      task.options.timeoutMilliseconds ?? this.options.timeoutMilliseconds ?? defaultTimeoutMilliseconds;
    seat.timers.push(setTimeout(() => this.dismiss(seat, timedOut(limit)), limit));
    const { cpuMilliseconds } = task.options;
    if (cpuMilliseconds !== undefined) this.watchComputing(seat, task, cpuMilliseconds);
    seat.worker.ref();
    try {
      seat.worker.postMessage(task.request, [...(task.options.transfer ?? [])]);
    } catch (error) {
      this.vacate(seat, error); // an input that cannot be cloned: the caller's mistake, the worker is fine
    }
  }

  /** Ends a task that has computed for longer than `limit`; waiting (for the disk, for its turn) does not count. */
  private watchComputing(seat: Seat, task: Task, limit: number): void {
    let before: number | null = null;
    const look = async () => {
      const spent = await computingMilliseconds(seat.worker);
      if (spent === null || seat.task !== task) return;
      before ??= spent;
      if (spent - before > limit) this.dismiss(seat, timedOut(limit));
    };
    seat.timers.push(setInterval(() => void look(), cpuLookMilliseconds));
  }

  private hear(seat: Seat, answer: WorkerAnswer): void {
    const task = seat.task;
    if (task === null || task.id !== answer.task) return;
    if ('progress' in answer) {
      task.options.onProgress?.(answer.progress);
      return;
    }
    this.vacate(seat, null, () => {
      if ('error' in answer) task.reject(fromErrorRecord(answer.error));
      else task.resolve(answer.output);
    });
    this.admit();
  }

  /** Ends a worker that cannot be trusted any more; the next task hires another. */
  private dismiss(seat: Seat, error: NightsiftError): void {
    if (!this.seats.delete(seat)) return;
    this.vacate(seat, error);
    void seat.worker.terminate();
    this.admit();
  }

  private abort(task: Task): void {
    const waiting = this.queue.indexOf(task);
    if (waiting >= 0) {
      this.queue.splice(waiting, 1);
      this.settle(task, () => task.reject(cancelled()));
      this.admit();
      return;
    }
    for (const seat of this.seats) if (seat.task === task) this.dismiss(seat, cancelled());
  }

  private vacate(seat: Seat, error: unknown, answer?: () => void): void {
    for (const timer of seat.timers.splice(0)) clearInterval(timer);
    const task = seat.task;
    seat.task = null;
    seat.worker.unref();
    if (task === null) return;
    this.usedBytes -= task.memoryBytes;
    this.settle(task, answer ?? (() => task.reject(error)));
  }

  private settle(task: Task, answer: () => void): void {
    task.release();
    answer();
  }
}

/** Processor time of a worker so far; null where the runtime cannot tell (Node before 24.6) or it is gone. */
async function computingMilliseconds(worker: Worker): Promise<number | null> {
  if (typeof worker.cpuUsage !== 'function') return null;
  try {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1000;
  } catch {
    return null;
  }
}

function cancelled(): NightsiftError {
  return new NightsiftError('cancelled', 'The work was cancelled.');
}

function timedOut(limitMilliseconds: number): NightsiftError {
  return new NightsiftError('timedOut', `No answer within ${Math.round(limitMilliseconds / 1000)} s.`, {
    hint: 'The file may be damaged in a way that makes it endless, or the disk is very slow.',
    details: { limitMilliseconds },
  });
}

function crashed(why: string): NightsiftError {
  return new NightsiftError('crashed', `The worker that judged the file died: ${why}.`, {
    hint: 'The file may be damaged or need more memory than there is.',
  });
}
