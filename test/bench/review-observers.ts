/** Observers for the bench of reviews: what each rejects, by what is true of a frame. */
import type { ReviewFrame } from './review-nights.ts';

export interface Observer {
  readonly name: string;
  /** For each frame of a camera: rejected or not. */
  rejects(frames: readonly ReviewFrame[]): boolean[];
}

const spoiled = ({ kind }: ReviewFrame): boolean => kind !== 'clean';

function keeping(name: string, keeps: (frame: ReviewFrame) => boolean): Observer {
  return { name, rejects: (frames) => frames.map((frame) => spoiled(frame) && !keeps(frame)) };
}

/** Widest fifth of the unspoiled frames of all nights. */
const wide = 0.8;

export const observers: readonly Observer[] = [
  keeping('the plain truth', () => false),
  keeping('keeps trails below 1 sigma', ({ kind, strength }) => kind === 'satellite' && strength < 1),
  keeping('keeps ellipticity up to .2', ({ kind, strength }) => kind === 'elongation' && strength < 0.2),
  keeping('keeps moonlight and dawn', ({ kind }) => kind === 'moonlight' || kind === 'dawn'),
  keeping('keeps clouds below 12 %', ({ kind, strength }) => kind === 'cloud' && strength < 0.12),
  keeping(
    'keeps blur below 25 %',
    ({ kind, strength }) => (kind === 'defocus' || kind === 'dew') && strength < 1.25,
  ),
  {
    name: 'rejects the widest fifth',
    rejects(frames) {
      const widths = frames.filter((frame) => !spoiled(frame)).map(({ fwhm }) => fwhm ?? 0);
      const limit =
        widths.sort((a, b) => a - b)[Math.floor(wide * widths.length)] ?? Number.POSITIVE_INFINITY;
      return frames.map((frame) => spoiled(frame) || (frame.fwhm ?? 0) > limit);
    },
  },
];
