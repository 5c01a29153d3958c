/**
 * Hard nights of single cameras of both simulators, to learn from reviews of some and be judged on the others.
 * `node test/bench/review-nights.ts --cameras own-1,foreign-1 --nights 14 --frames 170` measures them into the temp folder and
 * shows what the judge makes of each; interrupted, it goes on where it was.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { framesFamily } from '../../main/workflows/frames.ts';
import type { JudgedFrame } from './judge-bars.ts';
import { judgeNight } from './judge-night.ts';
import { measuredForeignNight, measuredNight } from './judge-records.ts';

/** `own-3`, `foreign-1`: the simulator, and the number of a camera in it. */
export type CameraName = `${'own' | 'foreign'}-${number}`;

export interface CameraNights {
  readonly nights: number;
  /** Of each night. */
  readonly frames: number;
}

/** A frame as learning from reviews needs it. */
export interface ReviewFrame {
  readonly kind: string;
  readonly strength: number;
  /** True width of its stars, px; null where it has none. */
  readonly fwhm: number | null;
  /** P(contaminated) of the judge. */
  readonly opinion: number;
  readonly figures: readonly (number | null)[];
}

const folder = join(tmpdir(), 'nightsift-review-nights');

/** Night by night; records are kept by recipe and code (those of older measuring code serve as well), what the judge says of them by its version. */
export async function* nightsOf(
  camera: CameraName,
  { nights, frames: frameCount }: CameraNights,
): AsyncGenerator<readonly ReviewFrame[]> {
  mkdirSync(folder, { recursive: true });
  const size = { width: 768, height: 576 };
  const [simulator, digits] = camera.split('-');
  const number = Number(digits);
  for (let night = 0; night < nights; night++) {
    const seed = 91_001 + 100 * number + night;
    const file = join(folder, `${camera}-${seed}-${frameCount}-${framesFamily.judgementVersion}.json`);
    if (!existsSync(file)) {
      const how = { workers: 1, stale: true };
      const frames =
        simulator === 'own'
          ? await measuredNight(
              { kind: 'hard', seed, frameCount, encodings: 'plain', cameraSeed: 800 + number, ...size },
              how,
            )
          : await measuredForeignNight(
              { kind: 'hard', seed, frameCount, camera: 800 + number, ...size },
              how,
            );
      const judged = judgeNight(frames, 'hard', `${camera} night ${night + 1}`);
      writeFileSync(`${file}.part`, JSON.stringify(judged.flatMap(reviewFrame)));
      renameSync(`${file}.part`, file);
    }
    yield JSON.parse(readFileSync(file, 'utf8')) as ReviewFrame[];
  }
}

/** None where the frame was refused. */
function reviewFrame({ truth, judgement }: JudgedFrame): ReviewFrame[] {
  if (judgement === null) return [];
  const policy = { policy: 'strict', policyChanges: {} } as const;
  const figures = framesFamily.reviewing.figures(judgement.features, judgement.measurements, policy);
  const { kind, strength, fwhm } = truth;
  return [{ kind, strength, fwhm, opinion: 1 - judgement.score, figures: Array.from(figures) }];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cameras: { type: 'string', default: 'own-1,foreign-1' },
      nights: { type: 'string', default: '14' },
      frames: { type: 'string', default: '170' },
    },
  });
  const size = { nights: Number(values.nights), frames: Number(values.frames) };
  for (const camera of values.cameras.split(',') as CameraName[]) {
    let night = 0;
    for await (const frames of nightsOf(camera, size)) {
      const spoiled = frames.filter(({ kind }) => kind !== 'clean');
      const caught = spoiled.filter(({ opinion }) => opinion >= 0.5).length / spoiled.length;
      const clean = frames.filter(({ kind }) => kind === 'clean');
      const kept = clean.filter(({ opinion }) => opinion < 0.5).length / clean.length;
      console.log(`${camera} night ${++night}: kept ${kept.toFixed(3)}, caught ${caught.toFixed(3)}`);
    }
  }
}

if (process.argv[1]?.endsWith('review-nights.ts')) await main();
