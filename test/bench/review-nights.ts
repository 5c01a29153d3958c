/**
 * Hard nights of single cameras of both simulators, to learn from reviews of some and be judged on the others.
 * `node test/bench/review-nights.ts --cameras own-1,foreign-1 --nights 14 --frames 170` measures them into the temp folder and
 * shows what the judge makes of each; interrupted, it goes on where it was.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FrameMeasurements } from '../../contract/words.ts';
import { framesFamily } from '../../main/workflows/frames.ts';
import type { JudgedFrame } from './judge-bars.ts';
import { judgeNight } from './judge-night.ts';
import { measuredForeignNight, measuredNight } from './judge-records.ts';

/** `own-3`, `foreign-1`: the simulator, and the number of a camera in it. */
export type CameraName = `${'own' | 'foreign'}-${number}`;

/** A frame as learning from reviews needs it. */
export interface ReviewFrame {
  readonly kind: string;
  readonly strength: number;
  /** True width of its stars, px; null where it has none. */
  readonly fwhm: number | null;
  /** P(contaminated) of the judge. */
  readonly opinion: number;
  /** In the order of the family's `reviewing.figureNames`; NaN where something was not measured. */
  readonly figures: readonly number[];
}

/** What is kept of a frame: `figures` follow from it, by today's code. */
interface KeptFrame extends Omit<ReviewFrame, 'figures'> {
  readonly features: readonly number[];
  readonly measurements: Pick<FrameMeasurements, 'fwhm' | 'ellipticity' | 'weight'>;
}

const folder = join(tmpdir(), 'nightsift-review-nights');
const pixels = { width: 768, height: 576 };

/**
 * One night of a camera, counted from 0. Records are kept by recipe and code (those of older measuring code serve as well), what the
 * judge says of them by its version.
 * @param onlyKept null instead of simulating a night that is not kept
 */
export async function nightOf(
  camera: CameraName,
  night: number,
  frameCount: number,
  onlyKept = false,
): Promise<readonly ReviewFrame[] | null> {
  mkdirSync(folder, { recursive: true });
  const [simulator, digits] = camera.split('-');
  const number = Number(digits);
  const seed = 91_001 + 100 * number + night;
  const file = join(folder, `${camera}-${seed}-${frameCount}-${framesFamily.judgementVersion}-features.json`);
  if (!existsSync(file)) {
    if (onlyKept) return null;
    const how = { workers: 1, stale: true };
    const recipe = { kind: 'hard', seed, frameCount } as const;
    // records are found by the recipe as it is written
    const frames =
      simulator === 'own'
        ? await measuredNight({ ...recipe, encodings: 'plain', cameraSeed: 800 + number, ...pixels }, how)
        : await measuredForeignNight({ ...recipe, camera: 800 + number, ...pixels }, how);
    const judged = judgeNight(frames, 'hard', `${camera} night ${night + 1}`);
    writeFileSync(`${file}.part`, JSON.stringify(judged.flatMap(keptFrame)));
    renameSync(`${file}.part`, file);
  }
  return (JSON.parse(readFileSync(file, 'utf8')) as KeptFrame[]).map(reviewFrame);
}

/** None where the frame was refused. */
function keptFrame({ truth, judgement }: JudgedFrame): KeptFrame[] {
  if (judgement === null) return [];
  const { kind, strength } = truth;
  const { fwhm, ellipticity, weight } = judgement.measurements;
  const measurements = { fwhm, ellipticity, weight };
  const features = Array.from(judgement.features);
  return [{ kind, strength, fwhm: truth.fwhm, opinion: 1 - judgement.score, features, measurements }];
}

function reviewFrame({ features, measurements, ...frame }: KeptFrame): ReviewFrame {
  const policy = { policy: 'strict', policyChanges: {} } as const;
  const known = measurements as FrameMeasurements;
  return {
    ...frame,
    figures: Array.from(framesFamily.reviewing.figures(Float32Array.from(features), known, policy)),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cameras: { type: 'string', default: 'own-1,foreign-1' },
      nights: { type: 'string', default: '14' },
      frames: { type: 'string', default: '170' },
    },
  });
  for (const camera of values.cameras.split(',') as CameraName[]) {
    for (let night = 0; night < Number(values.nights); night++) {
      const frames = (await nightOf(camera, night, Number(values.frames))) ?? [];
      const spoiled = frames.filter(({ kind }) => kind !== 'clean');
      const caught = spoiled.filter(({ opinion }) => opinion >= 0.5).length / spoiled.length;
      const clean = frames.filter(({ kind }) => kind === 'clean');
      const kept = clean.filter(({ opinion }) => opinion < 0.5).length / clean.length;
      console.log(`${camera} night ${night + 1}: kept ${kept.toFixed(3)}, caught ${caught.toFixed(3)}`);
    }
  }
}

if (process.argv[1]?.endsWith('review-nights.ts')) await main();
