/**
 * What few frames leave open. A reference drawn from n frames, some of them spoiled, is off by its own error, and so is the
 * scatter seen around it: the difference of one more frame is wider than that scatter, and what a night does by itself
 * (drifting sky and seeing, clouds in the frames that make the reference) cannot be told from a fault. All of it fades with the
 * cube of n, and is nothing on nights of some dozen frames.
 */

/** The scatter of n frames is larger by this over n: a curve lies close to the few frames that it was laid through. */
export const smallNight = 3;

/** Frames of which the cube of the share counts: at fewer than five a curve tells nothing of how the night changes. */
const cubeOfFrames = 100;

/**
 * Sigmas of one more frame's difference, in sigmas of the scatter seen in `frames` others: the 99.9 % point of Student's
 * distribution with n - 1 degrees of freedom over the Gaussian one, to 4 % from 4 frames on.
 */
export function predictiveStretch(frames: number): number {
  return 1 + smallNight / frames + cubeOfFrames / frames ** 3;
}

/** Share, 0..1, of what nights do by themselves that a reference of so many frames has not taken out. */
export function openShare(frames: number): number {
  return Math.min(1, cubeOfFrames / frames ** 3);
}

/** Errors of stars against a reference that so few frames make, some of them crossed, blurred or dimmed, in those of the stars alone. */
export function referenceStretch(frames: number): number {
  return 1 + (2 * cubeOfFrames) / frames ** 3;
}
