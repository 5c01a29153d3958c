/**
 * The judge on nights of few frames, cut at random out of simulated ones whose truth is known:
 * `node test/bench/judge-few.ts [--kind standard|all] [--seeds 1-4] [--mixes 10] [--foreign] [--stale] [--misses]`
 * For each number of frames: clean frames rejected and in review, spoiled ones called clean and in review.
 * Records are kept as those of judge-night.ts.
 */
import { parseArgs } from 'node:util';
import { nightKinds } from '../../main/families/frames/simulate/index.ts';
import { Random } from '../../main/families/frames/simulate/random.ts';
import { isMarginal, type JudgedFrame } from './judge-bars.ts';
import { type BenchKind, describeFrame, judgeNight, kindsFrom, seedsFrom } from './judge-night.ts';
import { foreignKinds, type MeasuredFrame, measuredForeignNight, measuredNight } from './judge-records.ts';

const fewest = 3;
const most = 8;

/** Share of spoiled frames in every other mix; the rest are drawn as the night comes. */
const poorShare = 0.75;

/** Frames of a night drawn at random, in their order of time. */
function mixOf(
  frames: readonly MeasuredFrame[],
  size: number,
  poor: boolean,
  random: Random,
): MeasuredFrame[] {
  const left = [...frames];
  const drawn = Array.from({ length: Math.min(size, frames.length) }, () => {
    const spoiled = random.chance(poorShare);
    const some = left.filter(({ truth }) => !poor || (truth.kind === 'clean') !== spoiled);
    const from = some.length > 0 ? some : left;
    const one = from[Math.floor(random.between(0, from.length))];
    left.splice(left.indexOf(one), 1);
    return one;
  });
  return drawn.sort((p, q) => p.truth.index - q.truth.index);
}

function printRow(name: string, judged: readonly JudgedFrame[]): void {
  const clean = judged.filter(({ truth }) => truth.kind === 'clean');
  const spoiled = judged.filter(({ truth }) => truth.kind !== 'clean' && !isMarginal(truth));
  const share = (frames: readonly JudgedFrame[], label: string): string => {
    const count = frames.filter((frame) => frame.label === label).length;
    return `${((100 * count) / frames.length).toFixed(1)} %`.padStart(9);
  };
  console.log(
    `${name.padEnd(10)} clean: rejected ${share(clean, 'contaminated')}, review ${share(clean, 'review')} of ${clean.length};` +
      `  spoiled: called clean ${share(spoiled, 'clean')}, review ${share(spoiled, 'review')} of ${spoiled.length}`,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string', default: 'standard' },
      seeds: { type: 'string', default: '1' },
      frames: { type: 'string', default: '72' },
      mixes: { type: 'string', default: '10' },
      width: { type: 'string', default: '960' },
      height: { type: 'string', default: '704' },
      foreign: { type: 'boolean', default: false },
      stale: { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false },
    },
  });
  const size = {
    width: Number(values.width),
    height: Number(values.height),
    frameCount: Number(values.frames),
  };
  const how = { workers: 1, stale: values.stale };
  const judged = new Map<number, JudgedFrame[]>();
  const judgeMixes = (
    frames: readonly MeasuredFrame[],
    kind: BenchKind,
    night: string,
    seed: number,
  ): void => {
    for (let frameCount = fewest; frameCount <= most; frameCount++) {
      const random = new Random(seed, frameCount);
      for (let mix = 0; mix < Number(values.mixes); mix++) {
        const few = judgeNight(
          mixOf(frames, frameCount, mix % 2 === 1, random),
          kind,
          `${night} ${frameCount}/${mix}`,
        );
        judged.set(frameCount, [...(judged.get(frameCount) ?? []), ...few]);
      }
    }
  };
  for (const seed of seedsFrom(values.seeds)) {
    if (values.foreign)
      for (const kind of kindsFrom(values.kind, foreignKinds))
        judgeMixes(
          await measuredForeignNight({ kind, seed, ...size }, how),
          kind,
          `foreign ${kind}-${seed}`,
          seed,
        );
    else
      for (const kind of kindsFrom(values.kind, nightKinds))
        judgeMixes(await measuredNight({ kind, seed, ...size }, how), kind, `${kind}-${seed}`, seed);
  }
  for (const [frameCount, frames] of judged) printRow(`${frameCount} frames`, frames);
  const all = [...judged.values()].flat();
  printRow('all', all);
  if (!values.misses) return;
  for (const frame of all) {
    const clean = frame.truth.kind === 'clean';
    if (frame.label === (clean ? 'contaminated' : 'clean') && !isMarginal(frame.truth))
      console.log(describeFrame(frame));
  }
}

await main();
