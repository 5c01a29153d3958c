/**
 * The judge on simulated nights, each figure beside its target:
 * `node test/bench/judge-night.ts [--kind standard,hard] [--seeds 1,2] [--frames 120] [--workers 1] [--misses]`
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
  type JudgedFrame,
  labelBars,
  measurementBars,
  trailBars,
} from './judge-bars.ts';
import { type MeasuredFrame, measuredNight } from './judge-records.ts';

/** Clean kept, contaminated caught, in review. */
export const firstBars: Record<NightKind, number[]> = {
  standard: [0.9, 0.97, 0.15],
  hard: [0.9, 0.9, 0.15],
  streaks: [0.9, 0.9, 0.15],
  clean: [0.9, 0.97, 0.15],
  special: [0.9, 0.9, 0.15],
};
export const finalBars: Record<NightKind, number[]> = {
  standard: [0.98, 0.98, 0.03],
  hard: [0.98, 0.92, 0.08],
  streaks: [0.98, 0.92, 0.08],
  clean: [0.98, 0.98, 0.03],
  special: [0.98, 0.95, 0.08],
};

/** Judges a measured night as one session. */
export function judgeNight(frames: readonly MeasuredFrame[], kind: NightKind, night: string): JudgedFrame[] {
  const records = frames.map(({ record }) => record).filter((record) => record !== null);
  const judgements = judgeSession(records, { policy: 'strict' });
  const byFile = new Map(records.map((record, i) => [record.file, judgements[i] ?? null]));
  return frames.map((frame) => {
    const judgement = frame.record === null ? null : (byFile.get(frame.record.file) ?? null);
    const label = labelForScore(judgement?.score ?? 0, defaultThresholds);
    return { ...frame, night, kind, judgement, label };
  });
}

export function allBars(frames: readonly JudgedFrame[], labels: Record<NightKind, number[]>): Bar[] {
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
    truth.kind === 'clean' ? label !== 'clean' : label !== 'contaminated',
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string', default: 'standard' },
      seeds: { type: 'string', default: '1' },
      frames: { type: 'string', default: '120' },
      workers: { type: 'string', default: '1' },
      width: { type: 'string', default: '1280' },
      height: { type: 'string', default: '960' },
      first: { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false },
    },
  });
  const kinds = values.kind.split(',').map((name) => {
    const kind = nightKinds.find((known) => known === name);
    if (kind === undefined) throw new Error(`no night kind ${name}; there are ${nightKinds.join(', ')}`);
    return kind;
  });
  const size = { width: Number(values.width), height: Number(values.height) };
  const judged: JudgedFrame[] = [];
  for (const kind of kinds)
    for (const seed of values.seeds.split(',').map(Number)) {
      const recipe = { kind, seed, frameCount: Number(values.frames), ...size };
      const frames = await measuredNight(recipe, Number(values.workers));
      const start = performance.now();
      judged.push(...judgeNight(frames, kind, `${kind}-${seed}`));
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.error(`${kind}-${seed}: ${frames.length} frames, judged in ${seconds} s`);
    }
  for (const bar of allBars(judged, values.first ? firstBars : finalBars)) printBar(bar);
  if (values.misses) printMisses(judged);
}

if (process.argv[1]?.endsWith('judge-night.ts')) await main();
