/**
 * What 100 reviews of one night of a camera are worth on its other nights, for observers who see as the truth has it and for others
 * with a taste of their own: `node test/bench/review-learning.ts [--cameras foreign-1,own-1] [--nights 13] [--frames 170]
 * [--minutes 3] [--turns 1] [--ceiling]`. Hard simulated nights of cameras of both simulators. One night is reviewed, in the proposed
 * order and at random, the others are judged by the taste that came of it. Nights are simulated for that many minutes and stay in the
 * temp folder, so that the next run goes on; cameras with fewer than two nights are left out. `--ceiling` asks what all labels
 * of the other nights could teach.
 */
import { parseArgs } from 'node:util';
import { ceilingOf, missesOf } from './review-ceiling.ts';
import { type CameraName, nightOf, type ReviewFrame } from './review-nights.ts';
import { type Observer, observers } from './review-observers.ts';
import { figuresOf, lessonOf, type SeenFrame, steps, type Turn, turnOf } from './review-turns.ts';

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: 'foreign-1,own-1' },
    nights: { type: 'string', default: '13' },
    frames: { type: 'string', default: '170' },
    minutes: { type: 'string', default: '3' },
    turns: { type: 'string', default: '1' },
    ceiling: { type: 'boolean', default: false },
  },
});
const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const shown = (value: number): string => value.toFixed(4);

type Camera = readonly [string, readonly (readonly ReviewFrame[])[]];

/** What is kept already, then night by night for each camera in turn while there is time. */
async function camerasInTime(): Promise<Camera[]> {
  const deadline = performance.now() + 60_000 * Number(values.minutes);
  const names = values.cameras.split(',') as CameraName[];
  const wanted = Array.from({ length: Number(values.nights) }, (_, night) => night);
  const byCamera = new Map(names.map((name) => [name, [] as (readonly ReviewFrame[])[]]));
  for (const night of wanted) {
    for (const name of names) {
      const isLate = performance.now() > deadline;
      const frames = await nightOf(name, night, Number(values.frames), isLate);
      if (frames !== null) byCamera.get(name)!.push(frames);
    }
  }
  for (const [name, nights] of byCamera) {
    const more = nights.length < wanted.length ? `; another run goes on to ${wanted.length}` : '';
    console.log(`${name}: ${nights.length} nights${more}`);
  }
  return [...byCamera].filter(([, nights]) => nights.length > 1);
}

function seenBy(observer: Observer, nights: Camera[1]): SeenFrame[][] {
  const rejected = observer.rejects(nights.flat());
  let place = 0;
  return nights.map((night) => night.map((frame) => ({ ...frame, rejected: rejected[place++]! })));
}

interface Outcome {
  readonly proposed: readonly Turn[];
  readonly random: readonly Turn[];
}

function observe(observer: Observer, cameras: readonly Camera[]): Outcome {
  const turns = cameras.flatMap(([, nights]) => {
    const seen = seenBy(observer, nights);
    return seen.slice(0, Number(values.turns)).map((night, seed) => {
      const unseen = seen.filter((other) => other !== night).flat();
      return (['proposed', 'random'] as const).map((order) => turnOf(night, unseen, order, seed));
    });
  });
  return { proposed: turns.map(([turn]) => turn!), random: turns.map(([, turn]) => turn!) };
}

/** Frames of several turns of one camera are drawn as if each were one of its own: with one turn the intervals are exact. */
function tell(name: string, { proposed, random }: Outcome): void {
  const { alone, aloneError, taughtError, gain, frames } = figuresOf(proposed);
  const stops = proposed.filter(({ enoughAt }) => enoughAt >= 0);
  const rest = stops.map(({ curve, enoughAt }) => curve.at(-1)! - curve[enoughAt]!);
  const worst = Math.max(...proposed.map((turn) => figuresOf([turn]).taughtError));
  console.log(
    `${name.padEnd(27)} alone ${shown(alone)}; gain ${shown(gain.difference)} (${shown(gain.low)} to ${shown(gain.high)}), ` +
      `at random ${shown(figuresOf(random).gain.difference)}; calibration error alone ${aloneError.toFixed(3)}, ` +
      `after ${taughtError.toFixed(3)} (worst camera ${worst.toFixed(3)}); ` +
      `told to stop after ${stops.map(({ enoughAt }) => steps[enoughAt]).join(', ')}` +
      (stops.length === 0 ? '' : `, the rest brought ${shown(mean(rest))}`) +
      `; ${frames} frames`,
  );
}

/** Reviews after which a curve has come as high as a level, between two steps in proportion. */
function reviewsFor(curve: readonly number[], level: number): number {
  const reached = curve.findIndex((value) => value >= level);
  if (reached <= 0) return reached === 0 ? 0 : Number.NaN;
  const [before, after] = [curve[reached - 1]!, curve[reached]!];
  const share = (level - before) / (after - before);
  return steps[reached - 1]! + share * (steps[reached]! - steps[reached - 1]!);
}

function tellCurves(outcomes: readonly Outcome[]): void {
  const curveOf = (order: keyof Outcome): number[] =>
    steps.map((_, step) =>
      mean(outcomes.flatMap((outcome) => outcome[order].map(({ curve }) => curve[step]!))),
    );
  const [proposed, random] = [curveOf('proposed'), curveOf('random')];
  for (const [order, curve] of Object.entries({ proposed, random }))
    console.log(order.padEnd(9), steps.map((count, step) => `${count}: ${shown(curve[step]!)}`).join('  '));
  console.log(
    `as good as 100 random reviews: ${reviewsFor(proposed, random.at(-1)!).toFixed(0)} proposed ones`,
  );
}

async function tellCeiling(cameras: readonly Camera[]): Promise<void> {
  for (const [name, nights] of cameras) {
    console.log(`\n${name}, the plain truth, every label of the other nights:`);
    for (const line of missesOf(nights.flat())) console.log(`  ${line}`);
    const { alone, taught, gain, frames } = figuresOf(await ceilingOf(seenBy(observers[0]!, nights)));
    console.log(
      `  prefilter ${shown(alone)}, forest ${shown(taught)}: ${shown(gain.difference)} ` +
        `(${shown(gain.low)} to ${shown(gain.high)}); ${frames} frames`,
    );
  }
}

function tellTime(night: readonly SeenFrame[]): void {
  const many = Array.from({ length: 2000 }, (_, item) => ({ ...night[item % night.length]! }));
  const begun = performance.now();
  const before = process.cpuUsage();
  lessonOf(many, new Set(many), 20);
  const { user, system } = process.cpuUsage(before);
  console.log(
    `refit with 2000 labelled frames: ${((performance.now() - begun) / 1000).toFixed(2)} s, ` +
      `${((user + system) / 1e6).toFixed(2)} s of CPU`,
  );
}

const cameras = await camerasInTime();
if (cameras.length > 0) {
  const outcomes = observers.map((observer) => {
    const outcome = observe(observer, cameras);
    tell(observer.name, outcome);
    return outcome;
  });
  tellCurves(outcomes);
  tellTime(seenBy(observers[1]!, cameras[0]![1])[0]!);
  if (values.ceiling) await tellCeiling(cameras);
}
