/**
 * Makes the prior that reviews of frames start from: judges simulated nights of many cameras, fits the head on the
 * features that the judge makes no use of, and keeps what it is sure of beyond the judge's opinion. Writes assets/frame-review-prior.json with the record of the run:
 * `node scripts/train-review-prior.ts [--nights 10] [--folder DIR]`
 * Measured nights stay in the folder (`--only-measured` takes those that are there and measures none).
 */
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { frameFeatureNames, frameFeatureVersion } from '../main/families/frames/features.ts';
import { judgeSession } from '../main/families/frames/judge-session.ts';
import { fitHead, learnedWeights } from '../main/learning/review/head.ts';
import { opinionOf } from '../main/workflows/review-learning.ts';
import { priorFile, priorSchema } from '../main/workflows/training/shipped-prior.ts';
import { measuredNight, nightName, teachingNights } from './backbone/nights.ts';

/** The judge uses all others by itself; fitted on more nights than there are cameras to learn from, they added nothing. */
const beyondTheJudge = ['faintLine.excess'];
const columns = beyondTheJudge.map((name) => frameFeatureNames.indexOf(name));

/** Nothing is known beforehand, but no weight is a hundred: log-odds for each unit. */
const broad = {
  means: new Float64Array(columns.length),
  deviations: new Float64Array(columns.length).fill(3),
};
/** A weight is kept from this many of its own deviations on. */
const surely = 2;
/** Cameras differ: a weight is never held to be known better than to this share of itself. */
const leastDoubt = 0.25;

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '10' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-backbone') },
    'only-measured': { type: 'boolean', default: false },
  },
});

const rows: number[] = [];
const opinions: number[] = [];
const labels: number[] = [];
const nights: string[] = [];
for (const recipe of teachingNights(Number(values.nights))) {
  const name = nightName(recipe);
  if (values['only-measured'] && !existsSync(join(values.folder, `${name}.night`))) continue;
  const frames = await measuredNight(values.folder, recipe, { trails: true });
  const readable = frames.filter(({ record }) => record !== null);
  const judgements = judgeSession(
    readable.map(({ record }) => record!),
    { policy: 'strict' },
  );
  judgements.forEach(({ features, score }, item) => {
    rows.push(...columns.map((column) => features[column]!));
    opinions.push(opinionOf(score));
    labels.push(readable[item]!.truth.kind === 'clean' ? 0 : 1);
  });
  nights.push(name);
  console.error(`${name}: ${readable.length} frames`);
}

const items = {
  rows: Float32Array.from(rows),
  width: columns.length,
  opinions: Float32Array.from(opinions),
};
const { means, deviations } = learnedWeights(fitHead(items, labels, broad));
const kept = beyondTheJudge.flatMap((name, column) => {
  const [mean, deviation] = [means[column]!, deviations[column]!];
  if (!(Math.abs(mean) > surely * deviation)) return [];
  const doubt = Math.max(deviation, leastDoubt * Math.abs(mean));
  return [[name, { mean: Number(mean.toFixed(4)), deviation: Number(doubt.toFixed(4)) }] as const];
});
const record = {
  schema: priorSchema,
  command: `node scripts/train-review-prior.ts --nights ${values.nights}`,
  featureVersion: frameFeatureVersion,
  nights,
  frames: labels.length,
  dataHash: createHash('sha256').update(items.rows).update(Int32Array.from(labels)).digest('hex'),
  weights: Object.fromEntries(kept),
};
const target = fileURLToPath(new URL(`../assets/${priorFile}`, import.meta.url));
writeFileSync(target, `${JSON.stringify(record, null, 2)}\n`);
console.log(`${labels.length} frames of ${nights.length} nights:`, record.weights);
