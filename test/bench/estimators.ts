/**
 * Estimators beside scikit-learn, two threads each, one after the other in one run:
 * `npx node test/bench/estimators.ts [ROWS of the detectors] [ESTIMATOR [SETTING=NUMBER]]`. Ratios are ours over theirs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Parallel } from '../../main/learning/estimators/parallel.ts';
import { findEstimator } from '../../main/learning/estimators.ts';
import { rankArea } from '../../main/learning/metrics/index.ts';
import { randomFor } from '../../main/learning/random.ts';
import { completeParameters, type Parameters } from '../../main/learning/recipes.ts';
import { openEstimatorPool } from '../../main/workflows/training/estimator-pool.ts';

interface Work {
  readonly estimator: string;
  readonly rows: number;
  readonly columns: number;
  readonly parameters: Parameters;
  /** Ours over scikit-learn's, at most. */
  readonly bar: number;
}

interface Timing {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly area: number | null;
}

const startingRows = 200;
const detectorRows = Number(process.argv[2] ?? 20_000);
const chosen = process.argv[3];
const [setting, number] = process.argv[4]?.split('=') ?? [];
const asked: Parameters = setting === undefined ? {} : { [setting]: Number(number) };
const work: readonly Work[] = [
  { estimator: 'random-forest', rows: 7936, columns: 376, parameters: { trees: 200 }, bar: 0.5 },
  { estimator: 'isolation-forest', rows: detectorRows, columns: 18, parameters: {}, bar: 0.4 },
  { estimator: 'one-class-svm', rows: detectorRows, columns: 18, parameters: { scaling: 'none' }, bar: 0.3 },
  {
    estimator: 'local-outlier-factor',
    rows: detectorRows,
    columns: 18,
    parameters: { scaling: 'none' },
    bar: 0.3,
  },
];

interface Sample {
  readonly values: Float32Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** Nine classes by few of many columns that are mostly 0, as counts of letters are; or clouds with 5 % outliers. */
function sample({ rows, columns, estimator }: Work): Sample {
  const random = randomFor(1, 'bench', estimator);
  const values = new Float32Array(rows * columns);
  const labels = new Int32Array(rows);
  const sparse = estimator === 'random-forest';
  for (let row = 0; row < rows; row++) {
    const label = sparse ? random.integer(9) : random.uniform() < 0.05 ? 1 : 0;
    labels[row] = label;
    for (let column = 0; column < columns; column++) {
      const place = row * columns + column;
      if (!sparse) values[place] = random.normal() * (label === 1 ? 3 : 1) + (row % 3);
      else if (column < 26) values[place] = random.normal() + (column === label ? 1 : 0);
      else if (random.uniform() < 0.06 + (column % 9 === label ? 0.08 : 0))
        values[place] = 1 + random.integer(3);
    }
  }
  return { values, labels, classes: sparse ? 9 : 2 };
}

/** A fit to the first few rows. */
async function startThreads(job: Work, parallel: Parallel): Promise<void> {
  const few = { ...job, rows: startingRows };
  const { values, labels, classes } = sample(few);
  const estimator = findEstimator(job.estimator);
  const table = { rows: few.rows, columns: few.columns, values };
  const parameters = completeParameters(estimator, { ...job.parameters, ...asked });
  const fit = () => estimator.fit({ table, labels, classes }, parameters, { seed: 0, parallel });
  await Promise.all([fit(), fit()]);
}

async function timeOurs(job: Work, { values, labels, classes }: Sample): Promise<Timing> {
  const estimator = findEstimator(job.estimator);
  const parameters = completeParameters(estimator, { ...job.parameters, ...asked });
  const table = { rows: job.rows, columns: job.columns, values };
  const parallel = openEstimatorPool(2);
  // both sides begin with their programs loaded: scikit-learn's imports are not counted either
  await startThreads(job, parallel);
  const begun = performance.now();
  const used = process.cpuUsage();
  const input = estimator.task === 'classification' ? { table, labels, classes } : { table };
  const fitted = await estimator.fit(input, parameters, { seed: 0, parallel });
  const scores = estimator.task === 'anomaly' ? (fitted.trainingScores ?? fitted.predict(table)) : undefined;
  const { user, system } = process.cpuUsage(used);
  const wallSeconds = (performance.now() - begun) / 1000;
  await parallel.close();
  const area = scores
    ? rankArea(
        Array.from(scores),
        Array.from(labels, (label) => label === 1),
      )
    : null;
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, area };
}

const python = '/usr/bin/python3';
const peer = fileURLToPath(new URL('estimators-sklearn.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nightsift-bench-'));
try {
  for (const job of work.filter(({ estimator }) => (chosen ?? estimator) === estimator)) {
    const data = sample(job);
    const path = join(folder, job.estimator);
    writeFileSync(`${path}.f32`, data.values);
    writeFileSync(`${path}.i32`, data.labels);
    const ours = await timeOurs(job, data);
    const told = execFileSync(python, [peer, job.estimator, path, String(job.rows), String(job.columns)]);
    const theirs = JSON.parse(told.toString()) as Timing;
    const ratio = (mine: number, other: number): string => (mine / other).toFixed(2);
    const areas = ours.area === null ? '' : `; ROC ${ours.area.toFixed(4)} beside ${theirs.area?.toFixed(4)}`;
    console.log(
      `${job.estimator} ${job.rows} x ${job.columns}: wall ${ours.wallSeconds.toFixed(2)} s, ratio ` +
        `${ratio(ours.wallSeconds, theirs.wallSeconds)}; CPU ${ours.cpuSeconds.toFixed(2)} s, ratio ` +
        `${ratio(ours.cpuSeconds, theirs.cpuSeconds)} (bar ${job.bar})${areas}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
