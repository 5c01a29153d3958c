/** Every benchmark in turn, ours beside the peers that are installed: `npm run bench`, or `npm run bench -- decode`. */
import { spawnSync } from 'node:child_process';

/** Small enough for one sitting on two cores; each script takes more from its own options. */
const benches: Readonly<Record<string, readonly string[]>> = {
  decode: ['test/bench/decode.ts'],
  measure: ['test/bench/measure.ts'],
  'judge-session': ['test/bench/judge-session.ts'],
  'trail-ends': ['test/bench/trail-ends.ts', '10'],
  'judge-night': ['test/bench/judge-night.ts', '--kind', 'standard', '--seeds', '1', '--frames', '40'],
  training: ['test/bench/training.ts'],
  'train-run': ['test/bench/train-run.ts'],
  'training-correctness': ['test/bench/training-correctness.ts'],
  'training-rounding': ['test/bench/training-rounding.ts'],
  prediction: ['test/bench/prediction.ts'],
  'training-screen': ['test/bench/training-screen.ts'],
  estimators: ['test/bench/estimators.ts'],
  columns: ['test/bench/columns.ts'],
  spectra: ['test/bench/spectra.ts'],
  'spectra-bars': ['test/bench/spectra-bars.ts'],
  tuning: ['test/bench/tuning.ts'],
  telemetry: ['test/bench/telemetry.ts'],
  'review-learning': ['test/bench/review-learning.ts', '--ceiling'],
  'frame-inputs': ['test/bench/frame-inputs.ts'],
  'int8-nights': ['test/bench/int8-nights.ts'],
  'frame-figures': ['test/bench/frame-figures.ts'],
  workbench: ['test/bench/workbench.ts'],
  'kill-review': ['test/bench/kill-review.ts'],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`No benchmark named ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
for (const [name, command] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
