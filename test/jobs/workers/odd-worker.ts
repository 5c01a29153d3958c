/** A worker that does what it is told, also what no worker should. */
import { resourceLimits } from 'node:worker_threads';
import { NightsiftError } from '../../../contract/errors.ts';
import { serveTasks, Transferring } from '../../../main/jobs/worker-side.ts';

serveTasks({
  double: (input) => (input as number) * 2,
  sleep: (input) => new Promise((resolve) => setTimeout(() => resolve(input), input as number)),
  bytes: (input) => {
    const bytes = new Uint8Array(input as number).fill(7);
    return new Transferring(bytes, [bytes.buffer]);
  },
  steps: (input, context) => {
    for (let step = 1; step <= (input as number); step += 1) context.progress(step);
    return 'done';
  },
  refuse: () => {
    throw new NightsiftError('badHeader', 'NAXIS is missing.', { hint: 'h', details: { keyword: 'NAXIS' } });
  },
  crash: () => setImmediate(() => process.exit(3)) && new Promise(() => undefined),
  throwLater: () =>
    setImmediate(() => {
      throw new Error('late');
    }) && new Promise(() => undefined),
  hoard: () => {
    const hoard: string[][] = [];
    for (;;) hoard.push(Array.from({ length: 1000 }, (_, index) => `${index} of ${hoard.length}`));
  },
  young: () => resourceLimits.maxYoungGenerationSizeMb,
  hang: () => {
    for (;;);
  },
});
