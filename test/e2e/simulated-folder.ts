/** A small simulated night on disk, for the screens to look at. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeFrame, planNight, renderFrame } from '../../main/families/frames/simulate/index.ts';

export interface SimulatedFolder {
  readonly frames: number;
  readonly seed: number;
  readonly width?: number;
  readonly height?: number;
}

/** The folder of the frames. The caller may remove its parent. */
export function simulatedFolder({ frames, seed, width = 640, height = 480 }: SimulatedFolder): string {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'nightsift-night-')), `night-${seed}`);
  mkdirSync(folder);
  const night = planNight({ seed, kind: 'standard', frameCount: frames, width, height });
  for (const plan of night.frames) {
    writeFileSync(path.join(folder, plan.file), encodeFrame(renderFrame(night, plan.index)));
  }
  return folder;
}
