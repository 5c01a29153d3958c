/**
 * The judge on simulated nights, each figure beside its target:
 * `node test/bench/judge-night.ts [--kind standard,hard|all] [--seeds 1,2|1-8] [--frames 120] [--workers 1] [--misses]`
 * `--foreign` takes nights of another simulator (test/bench/foreign-night, Python) than the one the judge grew up with;
 * `--stale` keeps to records of older measuring code where there are some; `--keep` keeps the simulated files;
 * `--trails` looks only at frames of our own simulator that trails cross and half as many clean ones.
 * Records are kept in a temp folder by the hash of the code that made them, so judging alone is re-run in seconds.
 */
import { parseArgs } from 'node:util';
import { defaultThresholds, labelForScore } from '../../contract/words.ts';
import { judgeSession } from '../../main/families/frames/judge-session.ts';
import { type NightKind, nightKinds } from '../../main/families/frames/simulate/index.ts';
import {
  type Bar,
  defectBars,
  generalBars,
  holds,
  isFound,
  isMarginal,
  type JudgedFrame,
  labelBars,
  measurementBars,
  trailBars,
} from './judge-bars.ts';
import {
  type ForeignRecipe,
  foreignKinds,
  type MeasuredFrame,
  measuredForeignNight,
  measuredNight,
} from './judge-records.ts';

type BenchKind = NightKind | ForeignRecipe['kind'];

/** Clean kept, contaminated caught, in review. */
export const finalBars: Record<BenchKind, number[]> = {
  sparse: [0.98, 0.95, 0.05],
  taper: [0.98, 0.95, 0.08],
  standard: [0.98, 0.98, 0.03],
  hard: [0.98, 0.92, 0.08],
  streaks: [0.98, 0.92, 0.08],
  clean: [0.98, 0.98, 0.03],
  special: [0.98, 0.95, 0.08],
};

/** Judges a measured night as one session. */
export function judgeNight(frames: readonly MeasuredFrame[], kind: BenchKind, night: string): JudgedFrame[] {
  const records = frames.map(({ record }) => record).filter((record) => record !== null);
  const judgements = judgeSession(records, { policy: 'strict' });
  const byFile = new Map(records.map((record, i) => [record.file, judgements[i] ?? null]));
  return frames.map((frame) => {
    const judgement = frame.record === null ? null : (byFile.get(frame.record.file) ?? null);
    const label = labelForScore(judgement?.score ?? 0, defaultThresholds);
    return { ...frame, night, kind, judgement, label };
  });
}

export function allBars(frames: readonly JudgedFrame[], labels: Record<string, number[]>): Bar[] {
  return [
    ...generalBars(frames),
    ...labelBars(frames, labels),
    ...measurementBars(frames),
    ...trailBars(frames),
    ...defectBars(frames),
  ].filter(({ count }) => count > 0);
}

function printBar(bar: Bar): void {
  const { atLeast, atMost } = bar.target ?? {};
  const target = [
    atLeast === undefined ? '' : `>= ${atLeast}`,
    atMost === undefined ? '' : `<= ${atMost}`,
  ].join(' ');
  const mark = bar.target === null ? ' ' : holds(bar) ? '+' : 'X';
  const value = Number.isNaN(bar.value) ? 'none' : bar.value.toFixed(4);
  console.log(`${mark} ${bar.name.padEnd(62)} ${value.padStart(10)}  ${target.padEnd(16)} n=${bar.count}`);
}

function describe(frame: JudgedFrame): string {
  const { truth, judgement } = frame;
  const findings = (judgement?.findings ?? []).map(
    ({ code, confidence }) => `${code}:${confidence.toFixed(2)}`,
  );
  const score = (judgement?.score ?? 0).toFixed(3);
  const trails = truth.trails.map(
    (trail) => `${trail.snrPerPixel.toFixed(2)}sigma${isFound(frame, trail) ? '' : ' missed'}`,
  );
  const strength = truth.strength.toPrecision(3);
  return `${frame.night} #${truth.index} ${truth.encoding} ${truth.kinds.join('+') || 'clean'} ${strength} [${trails.join(', ')}] -> ${frame.label} ${score} ${findings.join(' ')}`;
}

function printMisses(frames: readonly JudgedFrame[]): void {
  const wrong = frames.filter(({ truth, label }) =>
    truth.kind === 'clean' ? label !== 'clean' : label !== 'contaminated' && !isMarginal(truth),
  );
  const missed = frames.filter((frame) => frame.truth.trails.some((trail) => !isFound(frame, trail)));
  console.log('\nlabelled wrong or sent to review:');
  for (const frame of wrong) console.log(`  ${describe(frame)}`);
  console.log('\ntrails missed:');
  for (const frame of missed) console.log(`  ${describe(frame)}`);
  for (const frame of frames)
    if (frame.error !== null)
      console.log(`failed: ${frame.night} #${frame.truth.index} ${frame.truth.encoding}: ${frame.error}`);
}

function seedsFrom(words: string): number[] {
  return words.split(',').flatMap((word) => {
    const [first, last = first] = word.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  });
}

function kindsFrom<T extends string>(words: string, known: readonly T[]): readonly T[] {
  if (words === 'all') return known;
  return words.split(',').map((name) => {
    const kind = known.find((each) => each === name);
    if (kind === undefined) throw new Error(`no night kind ${name}; there are ${known.join(', ')}`);
    return kind;
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string', default: 'standard' },
      seeds: { type: 'string', default: '1' },
      frames: { type: 'string', default: '120' },
      workers: { type: 'string', default: '1' },
      width: { type: 'string', default: '1280' },
      height: { type: 'string', default: '960' },
      foreign: { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false },
      stale: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      trails: { type: 'boolean', default: false },
    },
  });
  const { foreign } = values;
  const frameCount = Number(values.frames);
  const size = { width: Number(values.width), height: Number(values.height) };
  const how = {
    workers: Number(values.workers),
    stale: values.stale,
    keep: values.keep,
    trails: values.trails,
  };
  const judged: JudgedFrame[] = [];
  const take = (frames: readonly MeasuredFrame[], kind: BenchKind, seed: number): void => {
    const start = performance.now();
    const night = `${foreign ? 'foreign ' : ''}${kind}-${seed}`;
    judged.push(...judgeNight(frames, kind, night));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.error(`${night}: ${frames.length} frames, judged in ${seconds} s`);
  };
  for (const seed of seedsFrom(values.seeds)) {
    if (foreign)
      for (const kind of kindsFrom(values.kind, foreignKinds))
        take(await measuredForeignNight({ kind, seed, frameCount, ...size }, how), kind, seed);
    else
      for (const kind of kindsFrom(values.kind, nightKinds))
        take(await measuredNight({ kind, seed, frameCount, ...size }, how), kind, seed);
  }
  for (const bar of allBars(judged, finalBars)) printBar(bar);
  if (values.misses) printMisses(judged);
}

if (process.argv[1]?.endsWith('judge-night.ts')) await main();
