/** Long work as the screens see it: followed from its start, found again after a reload. */
import type { NightsiftClient } from '../../contract/api.ts';
import type { JobEvent } from '../../contract/calls/jobs.ts';
import type { ErrorRecord } from '../../contract/error-record.ts';

export interface JobView {
  readonly id: string;
  /** The call that started it. */
  readonly method: string;
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly note: string;
  readonly session: string | null;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly error: ErrorRecord | null;
  readonly startedAt: number;
  /** When the present phase began, for estimates. */
  readonly phaseStartedAt: number;
}

/** What a job is called on a screen, by the call that started it. */
const titles: Readonly<Record<string, string>> = {
  'scan.start': 'Scanning',
  'demo.night': 'Simulated night',
  'demo.start': 'Demonstration',
  'sort.start': 'Sorting files',
  'undo.start': 'Taking back',
  'calibrate.start': 'Calibrating',
  'review.taste.start': 'Judging anew',
  'train.start': 'Training',
  'train-from-fits.start': 'Training',
  'evaluate.start': 'Evaluating',
  'predict.start': 'Predicting',
  'datasets.create': 'Making a data set',
  'datasets.verify': 'Verifying',
  'datasets.export': 'Exporting',
  'models.export': 'Exporting',
  'doctor.start': 'Checking the library',
};

export function jobTitle(method: string): string {
  return titles[method] ?? method;
}

export class Jobs {
  list = $state.raw<readonly JobView[]>([]);
  running = $derived(this.list.filter((job) => job.state === 'running'));
  readonly #client: NightsiftClient;
  readonly #ended = new Map<string, (job: JobView) => void>();

  constructor(client: NightsiftClient) {
    this.#client = client;
  }

  /** Follows what runs already, started by another window or before a reload. */
  async attach(): Promise<void> {
    for (const row of await this.#client('jobs.list', {})) {
      if (row.state === 'running') void this.follow(row.job, row.method);
    }
  }

  find(id: string): JobView | undefined {
    return this.list.find((job) => job.id === id);
  }

  /** Resolves when the job has ended, however it did. */
  follow(id: string, method: string): Promise<JobView> {
    const known = this.find(id);
    if (known !== undefined && known.state !== 'running') return Promise.resolve(known);
    return new Promise((resolve) => {
      const before = this.#ended.get(id);
      this.#ended.set(id, (job) => {
        before?.(job);
        resolve(job);
      });
      if (known === undefined) void this.#watch(id, method);
    });
  }

  async cancel(id: string): Promise<void> {
    await this.#client('jobs.cancel', { job: id });
  }

  /** Takes an ended job off the list. */
  dismiss(id: string): void {
    this.list = this.list.filter((job) => job.id !== id);
  }

  async #watch(id: string, method: string): Promise<void> {
    const now = performance.now();
    const job: JobView = {
      id,
      method,
      phase: 'starting',
      done: 0,
      total: null,
      note: '',
      session: null,
      state: 'running',
      error: null,
      startedAt: now,
      phaseStartedAt: now,
    };
    this.list = [...this.list, job];
    try {
      for await (const event of this.#client('jobs.watch', { job: id, after: 0 })) this.#hear(id, event);
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      this.#change(id, { state: 'failed', error: { code: 'internal', message } });
    }
    const last = this.find(id);
    if (last === undefined) return;
    this.#ended.get(id)?.(last);
    this.#ended.delete(id);
    if (last.state === 'done') this.dismiss(id);
  }

  #hear(id: string, event: JobEvent): void {
    if (event.kind === 'progress') {
      const { phase, done, total, note = '', session } = event;
      const isNew = this.find(id)?.phase !== phase;
      this.#change(id, {
        phase,
        done,
        total,
        note,
        ...(session === undefined ? {} : { session }),
        ...(isNew ? { phaseStartedAt: performance.now() } : {}),
      });
    } else if (event.kind === 'message') this.#change(id, { note: event.text });
    else if (event.kind === 'ended') this.#change(id, { state: event.state, error: event.error });
  }

  #change(id: string, change: Partial<JobView>): void {
    this.list = this.list.map((job) => (job.id === id ? { ...job, ...change } : job));
  }
}

/** Seconds left by the pace of the present phase; null while that cannot be told. */
export function secondsLeft(job: JobView, now: number): number | null {
  if (job.total === null || job.done === 0 || job.done >= job.total) return null;
  const perItem = (now - job.phaseStartedAt) / job.done;
  return now - job.phaseStartedAt < 1500 ? null : (perItem * (job.total - job.done)) / 1000;
}
