/**
 * What reviews of one camera are worth on its other nights, for observers who see as the truth has it and for others with a taste
 * of their own: `node test/bench/review-learning.ts [--cameras own-1,foreign-1] [--nights 13] [--frames 170] [--rotations 6]`
 * Hard simulated nights of cameras of both simulators. In turn one night is reviewed, the others are judged, each as the program
 * would: a session of its own, taught by the reviews of the other. Then the curve of accuracy over reviews in the proposed
 * order beside a random one, and the time of a refit. Measured nights stay in the temp folder.
 */
import { parseArgs } from 'node:util';
import { evaluate, pairedDifference } from '../../main/learning/metrics/index.ts';
import { randomFor, shuffled } from '../../main/learning/random.ts';
import { reviewLesson } from '../../main/learning/review/lesson.ts';
import { framesFamily } from '../../main/workflows/frames.ts';
import { inColumns } from '../../main/workflows/review-learning.ts';
import { type CameraName, nightsOf, type ReviewFrame } from './review-nights.ts';
import { observers } from './review-observers.ts';

const classes = ['clean', 'contaminated'];
const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: 'own-1,foreign-1' },
    nights: { type: 'string', default: '13' },
    frames: { type: 'string', default: '170' },
    reviews: { type: 'string', default: '100' },
    rotations: { type: 'string', default: '6' },
    'no-curves': { type: 'boolean', default: false },
  },
});
const reviews = Number(values.reviews);
const steps = [...[0, 10, 20, 30, 40, 50, 60, 80, 100].filter((count) => count < reviews), reviews];
const { figureNames, questions: named } = framesFamily.reviewing;
const questions = named.map((question) => inColumns(question, figureNames));

/** A frame with what the observer says of it. */
interface SeenFrame extends ReviewFrame {
  readonly rejected: boolean;
}
type Night = readonly SeenFrame[];

function lessonOf(frames: readonly SeenFrame[], reviewed: ReadonlySet<SeenFrame>, count: number) {
  return reviewLesson({
    items: {
      rows: Float32Array.from(frames.flatMap(({ figures }) => figures.map((value) => value ?? Number.NaN))),
      width: figureNames.length,
      opinions: Float32Array.from(frames, ({ opinion }) => opinion),
    },
    questions,
    labels: Int8Array.from(frames, (frame) => (reviewed.has(frame) ? (frame.rejected ? 1 : 0) : -1)),
    // nothing is proposed where only the answers are wanted
    asked: count === 0 ? new Int32Array(0) : Int32Array.from(frames.keys()),
    count,
  });
}

/** P(contaminated) of each frame of the unseen nights, as pairs. */
function taught(unseen: readonly Night[], reviewed: ReadonlySet<SeenFrame>): Float32Array {
  return pairs(
    unseen.flatMap((night) =>
      Array.from(lessonOf([...night, ...reviewed], reviewed, 0).probabilities.subarray(0, night.length)),
    ),
  );
}

function pairs(probabilities: readonly number[]): Float32Array {
  return Float32Array.from(probabilities.flatMap((value) => [1 - value, value]));
}

/** Reviews of a night after each step. */
function reviewSteps(night: Night, order: 'proposed' | 'random', seed: number): ReadonlySet<SeenFrame>[] {
  const random = shuffled(night.length, randomFor(seed, 'reviews'));
  const reviewed = new Set<SeenFrame>();
  return steps.map((count) => {
    const next =
      order === 'random'
        ? random.subarray(reviewed.size, count)
        : count === reviewed.size
          ? []
          : lessonOf(night, reviewed, count - reviewed.size).proposals.map(({ item }) => item);
    for (const item of next) reviewed.add(night[item]!);
    return new Set(reviewed);
  });
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const shown = (value: number): string => value.toFixed(4);

interface Outcome {
  readonly alone: number;
  /** Balanced accuracy after each step. */
  readonly random: number[];
  readonly proposed: number[];
}

function observe(name: string, nights: readonly Night[]): Outcome {
  const turns = nights.slice(0, Number(values.rotations)).map((night, turn) => {
    const unseen = nights.filter((other) => other !== night);
    const truth = unseen.flatMap((other) => other.map(({ rejected }) => (rejected ? 1 : 0)));
    const alone = pairs(unseen.flatMap((other) => other.map(({ opinion }) => opinion)));
    const judge = (reviewed: ReadonlySet<SeenFrame>) =>
      evaluate(taught(unseen, reviewed), truth, classes).balancedAccuracy;
    const random = reviewSteps(night, 'random', turn);
    const proposed = reviewSteps(night, 'proposed', turn);
    const after = taught(unseen, random.at(-1)!);
    const asProposed = taught(unseen, proposed.at(-1)!);
    const curve = (sets: ReadonlySet<SeenFrame>[]): number[] => (values['no-curves'] ? [] : sets.map(judge));
    return {
      alone: evaluate(alone, truth, classes),
      after: evaluate(after, truth, classes),
      gain: pairedDifference(after, alone, truth, classes),
      asProposed: evaluate(asProposed, truth, classes),
      gainProposed: pairedDifference(asProposed, alone, truth, classes),
      enoughAt: proposed.findIndex((set) => lessonOf(night, set, 1).outlook.enough),
      frames: truth.length,
      random: curve(random),
      proposed: curve(proposed),
    };
  });
  const [first] = turns;
  const over = (pick: (turn: (typeof turns)[number]) => number): string => shown(mean(turns.map(pick)));
  const lowest = Math.min(
    ...turns.map(({ gain, gainProposed }) => Math.min(gain.difference, gainProposed.difference)),
  );
  console.log(
    `${name.padEnd(27)} alone ${over(({ alone }) => alone.balancedAccuracy)} ` +
      `random: ${over(({ gain }) => gain.difference)}, first ${shown(first!.gain.difference)} ` +
      `(${shown(first!.gain.low)} to ${shown(first!.gain.high)}), ECE ${over(({ after }) => after.calibrationError)}; ` +
      `proposed: ${over(({ gainProposed }) => gainProposed.difference)}, first ${shown(first!.gainProposed.difference)} ` +
      `(${shown(first!.gainProposed.low)} to ${shown(first!.gainProposed.high)}), ECE ${over(({ asProposed }) => asProposed.calibrationError)}; ` +
      `lowest ${shown(lowest)}; ECE alone ${over(({ alone }) => alone.calibrationError)}; ` +
      `${first!.frames} frames`,
  );
  const stopped = turns.filter(({ enoughAt }) => enoughAt >= 0);
  console.log(
    `${''.padEnd(27)} told to stop after ${stopped.map(({ enoughAt }) => steps[enoughAt]).join(', ')} proposed reviews` +
      (values['no-curves'] || stopped.length === 0
        ? ''
        : `; the rest brought ${shown(mean(stopped.map(({ proposed, enoughAt }) => proposed.at(-1)! - proposed[enoughAt]!)))}`),
  );
  const curveOf = (order: 'random' | 'proposed'): number[] =>
    values['no-curves'] ? [] : steps.map((_, step) => mean(turns.map((turn) => turn[order][step]!)));
  return {
    alone: mean(turns.map(({ alone }) => alone.balancedAccuracy)),
    random: curveOf('random'),
    proposed: curveOf('proposed'),
  };
}

/** Reviews after which a curve has come as high as a level, between two steps in proportion. */
function reviewsFor(curve: readonly number[], level: number): number {
  const reached = curve.findIndex((value) => value >= level);
  if (reached <= 0) return reached === 0 ? 0 : Number.NaN;
  const [before, after] = [curve[reached - 1]!, curve[reached]!];
  return (
    steps[reached - 1]! + ((level - before) / (after - before)) * (steps[reached]! - steps[reached - 1]!)
  );
}

function tellCurves(outcomes: readonly Outcome[]): void {
  const curves = (['random', 'proposed'] as const).map((order) => {
    const curve = steps.map((_, step) => mean(outcomes.map((outcome) => outcome[order][step]!)));
    console.log(
      `${order.padEnd(9)}`,
      steps.map((count, step) => `${count}: ${shown(curve[step]!)}`).join('  '),
    );
    return curve;
  });
  const [random, proposed] = curves as [number[], number[]];
  for (const count of [50, 80, 100].filter((each) => each <= reviews)) {
    const level = random[steps.indexOf(count)]!;
    console.log(
      `as good as ${count} random reviews: ${reviewsFor(proposed, level).toFixed(0)} proposed ones`,
    );
  }
}

function tellTime(night: Night): void {
  const many = Array.from({ length: 2000 }, (_, item) => ({ ...night[item % night.length]! }));
  const begun = performance.now();
  const before = process.cpuUsage();
  lessonOf(many, new Set(many), 20);
  const { user, system } = process.cpuUsage(before);
  console.log(
    `refit with 2000 labelled frames of ${figureNames.length} figures: ` +
      `${((performance.now() - begun) / 1000).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of CPU`,
  );
}

const everything: Outcome[] = [];
for (const camera of values.cameras.split(',') as CameraName[]) {
  const nights: ReviewFrame[][] = [];
  const size = { nights: Number(values.nights), frames: Number(values.frames) };
  for await (const night of nightsOf(camera, size)) nights.push([...night]);
  console.log(`\n${camera}: ${nights.length} nights, ${reviews} reviews of one night in turn`);
  const outcomes = observers.map(({ name, rejects }) => {
    const rejected = rejects(nights.flat());
    let place = 0;
    const seen = nights.map((night) => night.map((frame) => ({ ...frame, rejected: rejected[place++]! })));
    if (name === observers[0]!.name && everything.length === 0) tellTime(seen[0]!);
    return observe(name, seen);
  });
  if (!values['no-curves']) tellCurves(outcomes);
  everything.push(...outcomes);
}
if (!values['no-curves']) {
  console.log('\nall cameras and observers');
  tellCurves(everything);
}
