/** All that a detector may look at: one frame, and how it stands within its night. */
import type { FrameRecord } from '../record.ts';
import type { Companions } from './companions.ts';
import type { LightStructure } from './light-structure.ts';
import type { MissingRegion } from './missing-stars.ts';
import type { SkyPattern } from './sky-pattern.ts';
import type { FramePhotometry } from './star-photometry.ts';

/** One figure against the night's reference at the frame's time. */
export interface Comparison {
  readonly value: number;
  readonly reference: number;
  /** `value - reference` in the direction in which faults lie. */
  readonly excess: number;
  /** One sigma of `excess` for a frame without fault. */
  readonly sigma: number;
  /** The same by what the frames compared show themselves; less where they are too few to show all. */
  readonly seenSigma: number;
  /** Frames that carry the reference. */
  readonly comparedWith: number;
}

/** Medians over the comparable frames, natural logs. */
export interface MiddleFrame {
  readonly logFwhm: number;
  readonly logNoise: number;
  /** Of `photometry.loss`; 0 where no frame has one. */
  readonly loss: number;
  /** Most stars that any frame of the group shows. */
  readonly mostStars: number;
}

export interface FrameContext {
  readonly record: FrameRecord;
  /** Hours since the first comparable frame. */
  readonly hours: number;
  /** Comparable frames, this one included. */
  readonly peers: number;
  /** Null with fewer than three comparable frames. */
  readonly middle: MiddleFrame | null;
  /** Natural log of the minor axis of the half-maximum region, px. */
  readonly focus: Comparison | null;
  /** Natural log of FWHM, px. */
  readonly fwhm: Comparison | null;
  readonly ellipticity: Comparison | null;
  /** Share of stars that show twice: what measuring or the star table says, the greater. */
  readonly doubleShare: Comparison | null;
  readonly companions: Companions | null;
  /** Natural log of flux / (peak FWHM^2); the excess is light missing outside the core (see star-profile.ts). */
  readonly profile: Comparison | null;
  /** Natural log of the background. */
  readonly sky: Comparison | null;
  /** Natural log of the light lost against the best frames, airmass trend taken out. */
  readonly loss: Comparison | null;
  /** Natural log of star count + 1; the excess counts stars that are missing. */
  readonly starCount: Comparison | null;
  /** Natural log of new hot pixels + 10. */
  readonly hotPixels: Comparison | null;
  /** Natural log of cosmic-ray hits + 10. */
  readonly cosmicRays: Comparison | null;
  /** Share of saturated pixels. */
  readonly saturated: Comparison | null;
  /** Natural log of noise. */
  readonly noise: Comparison | null;
  /** Peak of the brightest patch of sky, relative to the sky. */
  readonly patch: Comparison | null;
  /** Share of the field that is darker than the sky's usual shape, from the border inwards. */
  readonly shade: Comparison | null;
  /** Strength of the strongest line that is no certain trail. */
  readonly faintLine: Comparison | null;
  readonly skyPattern: SkyPattern | null;
  readonly photometry: FramePhotometry | null;
  readonly structure: LightStructure | null;
  /** Variance of each shape term on the night's ordinary frames, beyond the stars' errors. */
  readonly usualShapeVariance: Float64Array;
  readonly missing: MissingRegion | null;
  /** For each trail candidate, the other frames that show the same line. */
  readonly trailRepeats: readonly number[];
  /** Other frames that show the same faint line. */
  readonly faintLineRepeats: number;
}
