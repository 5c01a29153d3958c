/** Every detector, one line each. */
import { blankFrame } from './blank.ts';
import { blur } from './blur.ts';
import { brightSky } from './bright-sky.ts';
import { cloud } from './cloud.ts';
import type { FrameDetector } from './detector.ts';
import { doubleStars } from './double-stars.ts';
import { elongation } from './elongation.ts';
import { fewStars } from './few-stars.ts';
import { cosmicRays, hotPixels } from './hits.ts';
import { occlusion } from './occlusion.ts';
import { saturation } from './saturation.ts';
import { skyPatch } from './sky-patch.ts';
import { trail } from './trail.ts';
import { truncated } from './truncated.ts';
import { veil } from './veil.ts';

export const frameDetectors: readonly FrameDetector[] = [
  truncated,
  blankFrame,
  trail,
  cloud,
  veil,
  occlusion,
  blur,
  elongation,
  doubleStars,
  brightSky,
  skyPatch,
  saturation,
  hotPixels,
  cosmicRays,
  fewStars,
];
