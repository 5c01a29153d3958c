/** Tells the person that a long job ended while they were looking elsewhere. */
import type { JobEvent } from '../../../contract/calls/jobs.ts';
import type { Transport } from '../../../contract/client.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
}

export interface JobNoticeOptions {
  readonly milliseconds: () => number;
  /** True while the person looks at the window. */
  isWatched(): boolean;
  notify(notice: Notice): void;
}

// Who waits less does not walk away.
const longMilliseconds = 10_000;

const names: Readonly<Record<string, string>> = {
  'scan.start': 'Scan',
  'train.start': 'Training',
  'train-from-fits.start': 'Training',
  'evaluate.start': 'Evaluation',
  'sort.start': 'Sorting',
  'demo.start': 'Demonstration',
  'demo.night': 'Simulated night',
};

/** The same transport; every job that is started through it is followed to its end. */
export function withJobNotices(far: Transport, options: JobNoticeOptions): Transport {
  async function follow(method: string, job: string): Promise<void> {
    const name = names[method];
    if (name === undefined) return;
    const started = options.milliseconds();
    for await (const event of far.stream('jobs.watch', { job }, {}) as AsyncIterable<JobEvent>) {
      if (event.kind !== 'ended' || event.state === 'cancelled') continue;
      if (options.isWatched() || options.milliseconds() - started < longMilliseconds) return;
      const failed = event.error?.message;
      options.notify(
        failed === undefined
          ? { title: `${name} finished`, body: 'The results are in the workbench.' }
          : { title: `${name} failed`, body: failed },
      );
    }
  }
  return {
    ...far,
    async ask(method, input, callOptions) {
      const answer = await far.ask(method, input, callOptions);
      const job = (answer as { job?: unknown } | null)?.job;
      // A crash of the engine ends the watch; the crash is told by itself.
      if (typeof job === 'string') void follow(method, job).catch(() => undefined);
      return answer;
    },
  };
}
