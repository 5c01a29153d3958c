/**
 * Whether networks or a forest on what is measured of frames beat the judge on cameras they have not met:
 * `node test/bench/frame-figures.ts [--seeds 1001-1008,1201-1204] [--frames 40] [--repeats 3] [--stale]`. Hard nights of both simulators, each
 * of a camera of its own (those of the judge's bench, taken from its temp folder where they are there; with `--stale` those of older measuring
 * code too); in four folds of nights, each judged by models that learned from the others. The shipped body of `faint-lines` learns from none.
 * Learning takes five seeds at least; `--repeats 0` tells what needs none.
 */
import { parseArgs } from 'node:util';
import { evaluateWithIntervals } from '../../main/learning/metrics/index.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { openEstimatorPool } from '../../main/workflows/training/estimator-pool.ts';
import {
  classes,
  type FiguredFrame,
  folds,
  forest,
  type Learner,
  network,
  shippedLines,
} from './figure-learners.ts';
import { judgeNight, seedsFrom } from './judge-night.ts';
import { measuredForeignNight, measuredNight } from './judge-records.ts';
import { nightDifference } from './night-difference.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1001-1008,1201-1204' },
    frames: { type: 'string', default: '40' },
    repeats: { type: 'string', default: '3' },
    stale: { type: 'boolean', default: false },
  },
});

/** Nights of our own simulator have even numbers, those of the other one odd ones. */
async function figuredFrames(): Promise<FiguredFrame[]> {
  const frames: FiguredFrame[] = [];
  let nights = 0;
  for (const seed of seedsFrom(values.seeds)) {
    const recipe = {
      kind: 'hard',
      seed,
      frameCount: Number(values.frames),
      width: 960,
      height: 704,
    } as const;
    const how = { workers: 1, stale: values.stale };
    for (const night of [await measuredNight(recipe, how), await measuredForeignNight(recipe, how)]) {
      for (const { truth, judgement, record } of judgeNight(night, 'hard', `hard-${seed}`)) {
        if (judgement === null || record === null) continue;
        frames.push({
          night: nights,
          label: truth.kind === 'clean' ? 0 : 1,
          opinion: 1 - judgement.score,
          features: judgement.features,
          lines: record.lines.figures,
          crossed: truth.trails.length > 0,
        });
      }
      nights++;
    }
  }
  return frames;
}

/** Each fold's nights judged by what learned from the other folds. */
async function judgedInFolds(
  frames: readonly FiguredFrame[],
  learner: Learner,
  seed: number,
): Promise<number[]> {
  const found = new Array<number>(frames.length);
  const foldOf = ({ night }: FiguredFrame): number => Math.floor(night / 2) % folds;
  for (let fold = 0; fold < folds; fold++) {
    const places = Array.from(frames.keys()).filter((item) => foldOf(frames[item]!) === fold);
    const teaching = frames.filter((frame) => foldOf(frame) !== fold);
    const asked = places.map((item) => frames[item]!);
    const answers = await learner(teaching, asked, seed);
    places.forEach((item, place) => {
      found[item] = answers[place]!;
    });
  }
  return found;
}

const groups = [
  ['both', () => true],
  ['own simulator', ({ night }: FiguredFrame) => night % 2 === 0],
  ['other simulator', ({ night }: FiguredFrame) => night % 2 === 1],
] as const;

/** A row for each group of nights. */
function tell(name: string, frames: readonly FiguredFrame[], found: readonly number[]): void {
  for (const [group, holds] of groups) {
    const places = Array.from(frames.keys()).filter((item) => holds(frames[item]!));
    const some = places.map((item) => frames[item]!);
    const chances = places.map((item) => found[item]!);
    const pairs = Float32Array.from(chances.flatMap((chance) => [1 - chance, chance]));
    const truth = some.map(({ label }) => label);
    const { balancedAccuracy, calibrationError } = evaluateWithIntervals(pairs, truth, classes);
    const opinions = some.map(({ opinion }) => opinion);
    const { difference, low, high } = nightDifference(chances, opinions, some);
    const missed = some.filter(({ label }, item) => label === 1 && chances[item]! < 0.5);
    const rejected = some.filter(({ label }, item) => label === 0 && chances[item]! >= 0.5);
    console.log(
      `${name.padEnd(24)} ${group.padEnd(16)} ${balancedAccuracy.toFixed(4)}  ${difference.toFixed(4).padStart(7)} ` +
        `(${low.toFixed(4)} to ${high.toFixed(4)})  ECE ${calibrationError.toFixed(4)}  missed ${missed.length} ` +
        `(${missed.filter(({ crossed }) => crossed).length} crossed by a trail)  clean rejected ${rejected.length}`,
    );
  }
}

const runtime = onnxRuntime({ threads: 2 });
const parallel = openEstimatorPool(2);
const frames = await figuredFrames();
const spoiled = frames.filter(({ label }) => label === 1);
console.log(
  `${frames.length} frames of ${new Set(frames.map(({ night }) => night)).size} nights, ${spoiled.length} contaminated ` +
    `(${spoiled.filter(({ crossed }) => crossed).length} crossed by a trail)\n` +
    'judge, nights, balanced accuracy, over the prefilter (95 %, nights drawn anew), calibration error',
);
tell(
  'prefilter alone',
  frames,
  frames.map(({ opinion }) => opinion),
);
tell('faint-lines as shipped', frames, await shippedLines(runtime, frames));
for (const [name, learner] of [
  ['mlp', network(runtime, 'mlp', ['features'])],
  ['faint-lines', network(runtime, 'faint-lines', ['lines', 'features'])],
  ['random-forest', forest(parallel)],
] as const)
  for (let seed = 1; seed <= Number(values.repeats); seed++)
    tell(`${name}, seed ${seed}`, frames, await judgedInFolds(frames, learner, seed));
await parallel.close();
