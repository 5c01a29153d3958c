/** One training as it goes on: its figures, words and end, whichever window or command started it. */
import type { NightsiftClient } from '../../../contract/api.ts';
import type { JobEvent } from '../../../contract/calls/jobs.ts';
import type { EvaluationReport, RunDetail } from '../../../contract/calls/training.ts';
import { RunCurves } from '../../house/run-curves.svelte.ts';

export interface LogLine {
  readonly seq: number;
  readonly text: string;
}

const mostLines = 500;

export class LiveRun {
  readonly curves: RunCurves;
  /** The job that drives it in this host; null for a run that nobody drives now. */
  job = $state<string | null>(null);
  run = $state<string | null>(null);
  detail = $state.raw<RunDetail | null>(null);
  report = $state.raw<EvaluationReport | null>(null);
  /** Of the model that the report judges. */
  family = $state('frames');
  lines = $state.raw<readonly LogLine[]>([]);
  problem = $state.raw<unknown>(null);
  readonly #client: NightsiftClient;
  readonly #gone = new AbortController();

  constructor(client: NightsiftClient) {
    this.#client = client;
    this.curves = new RunCurves(client);
  }

  /** A run of the record, running or not. */
  async show(run: string): Promise<void> {
    this.run = run;
    await this.#guarded(async () => {
      await Promise.all([this.#readDetail(), this.curves.load([run])]);
    });
  }

  /** Follows the job to its end. */
  async follow(job: string): Promise<void> {
    this.job = job;
    await this.#guarded(async () => {
      const { signal } = this.#gone;
      for await (const event of this.#client('jobs.watch', { job }, { signal })) await this.#hear(event);
      await this.#readDetail();
    });
    this.job = null;
  }

  close(): void {
    this.#gone.abort();
  }

  async #hear(event: JobEvent): Promise<void> {
    if (event.kind === 'run') {
      this.run = event.run;
      // A resumed run has figures from before; a reopened page has missed some.
      void this.curves.load([event.run]).catch(() => undefined);
      await this.#readDetail();
    } else if (event.kind === 'points' && this.run !== null) {
      this.curves.add(this.run, event.points);
    } else if (event.kind === 'message') {
      this.lines = [...this.lines, { seq: event.seq, text: event.text }].slice(-mostLines);
    } else if (event.kind === 'metrics') {
      const text = `epoch ${event.step}: ${Object.entries(event.values)
        .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
        .join(', ')}`;
      this.lines = [...this.lines, { seq: event.seq, text }].slice(-mostLines);
    }
  }

  async #readDetail(): Promise<void> {
    if (this.run === null) return;
    const detail = await this.#client('runs.show', { run: this.run, points: 2 });
    this.detail = detail;
    const [model] = detail.models;
    const shown = model === undefined ? null : await this.#client('models.show', { model });
    this.family = shown?.model.family ?? this.family;
    this.report = shown?.report ?? null;
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!this.#gone.signal.aborted) this.problem = thrown;
    }
  }
}
