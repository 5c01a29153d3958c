/**
 * The judge on simulated nights, each figure beside its target:
 * `node test/bench/judge-night.ts [--kind standard,hard|all] [--seeds 1,2|1-8] [--frames 120] [--workers 1] [--misses]`
 * `--foreign` takes nights of another simulator (test/bench/foreign-night, Python) than the one the judge grew up with,
 * `--both` nights of both, at the same time, in one table, pooled and apart. Interrupted, the same command goes on where it was;
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
  generalBars,
  holds,
  isMarginal,
  type JudgedFrame,
  labelBars,
  measurementBars,
} from './judge-bars.ts';
import { defectBars } from './judge-defect-bars.ts';
import {
  type ForeignRecipe,
  foreignKinds,
  type MeasuredFrame,
  measuredForeignNight,
  measuredNight,
} from './judge-records.ts';
import { isFound, trailBars } from './judge-trail-bars.ts';

export type BenchKind = NightKind | ForeignRecipe['kind'];

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

function targetOf({ target }: Bar): string {
  const { atLeast, atMost } = target ?? {};
  return [
    ...(atLeast === undefined ? [] : [`>= ${atLeast}`]),
    ...(atMost === undefined ? [] : [`<= ${atMost}`]),
  ].join(' ');
}

const shown = (bar: Bar | undefined): string =>
  bar === undefined || Number.isNaN(bar.value) ? '-' : bar.value.toFixed(4);

/** One row for each figure: pooled, then for each simulator alone, its target, and whether the pooled one meets it. */
function printTable(judged: readonly JudgedFrame[]): void {
  const parts = new Map<string, Bar[]>();
  for (const simulator of new Set(judged.map(simulatorOf))) {
    const some = judged.filter((frame) => simulatorOf(frame) === simulator);
    parts.set(simulator, allBars(some, finalBars));
  }
  if (parts.size > 1) for (const name of ['pooled', ...parts.keys()]) process.stdout.write(name.padStart(10));
  if (parts.size > 1) console.log('   wanted');
  let missed = 0;
  for (const bar of allBars(judged, finalBars)) {
    const beside =
      parts.size < 2 ? [] : [...parts.values()].map((bars) => bars.find(({ name }) => name === bar.name));
    const values = [bar, ...beside].map((each) => shown(each).padStart(10)).join('');
    const verdict = bar.target === null ? '' : holds(bar) ? 'met' : 'MISSED';
    if (verdict === 'MISSED') missed++;
    console.log(`${values}   ${targetOf(bar).padEnd(16)} ${verdict.padEnd(7)} ${bar.name} (${bar.count})`);
  }
  console.log(`${judged.length} frames, ${missed} figures missed`);
}

const simulatorOf = ({ night }: JudgedFrame): string => (night.startsWith('foreign') ? 'foreign' : 'own');

export function describeFrame(frame: JudgedFrame): string {
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
  for (const frame of wrong) console.log(`  ${describeFrame(frame)}`);
  console.log('\ntrails missed:');
  for (const frame of missed) console.log(`  ${describeFrame(frame)}`);
  for (const frame of frames)
    if (frame.error !== null)
      console.log(`failed: ${frame.night} #${frame.truth.index} ${frame.truth.encoding}: ${frame.error}`);
}

export function seedsFrom(words: string): number[] {
  return words.split(',').flatMap((word) => {
    const [first, last = first] = word.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  });
}

export function kindsFrom<T extends string>(words: string, known: readonly T[]): readonly T[] {
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
      both: { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false },
      stale: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      trails: { type: 'boolean', default: false },
    },
  });
  const frameCount = Number(values.frames);
  const size = { width: Number(values.width), height: Number(values.height) };
  const how = {
    workers: Number(values.workers),
    stale: values.stale,
    keep: values.keep,
    trails: values.trails,
  };
  const nightOf = (frames: readonly MeasuredFrame[], kind: BenchKind, night: string): JudgedFrame[] => {
    const start = performance.now();
    const judged = judgeNight(frames, kind, night);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.error(`${night}: ${frames.length} frames, judged in ${seconds} s`);
    return judged;
  };
  const seeds = seedsFrom(values.seeds);
  const own = async (): Promise<JudgedFrame[]> => {
    const judged: JudgedFrame[] = [];
    for (const seed of seeds)
      for (const kind of kindsFrom(values.kind, nightKinds)) {
        const frames = await measuredNight({ kind, seed, frameCount, ...size }, how);
        judged.push(...nightOf(frames, kind, `${kind}-${seed}`));
      }
    return judged;
  };
  const foreign = async (): Promise<JudgedFrame[]> => {
    const judged: JudgedFrame[] = [];
    for (const seed of seeds)
      for (const kind of kindsFrom(values.kind, foreignKinds)) {
        const frames = await measuredForeignNight({ kind, seed, frameCount, ...size }, how);
        judged.push(...nightOf(frames, kind, `foreign ${kind}-${seed}`));
      }
    return judged;
  };
  const simulators = values.both ? [own, foreign] : values.foreign ? [foreign] : [own];
  const judged = (await Promise.all(simulators.map((simulate) => simulate()))).flat();
  printTable(judged);
  if (values.misses) printMisses(judged);
}

if (process.argv[1]?.endsWith('judge-night.ts')) await main();
