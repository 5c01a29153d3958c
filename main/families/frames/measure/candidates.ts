/** Where stars may be: local maxima of the residual after smoothing with a separable Gaussian. */
import type { ResidualFrame } from './residual-frame.ts';
import { fwhmPerSigma } from './templates.ts';

export interface Candidate {
  readonly x: number;
  readonly y: number;
  /** Smoothed value over the noise of the smoothed residual. */
  readonly strength: number;
}

/** Symmetric kernel of unit energy along one axis, so that unit noise stays unit noise after both passes. */
export function gaussianKernel(sigmaPixels: number): Float32Array {
  const reach = Math.max(1, Math.ceil(2.6 * sigmaPixels));
  const kernel = new Float32Array(2 * reach + 1);
  let energy = 0;
  for (let k = -reach; k <= reach; k++) {
    kernel[k + reach] = Math.exp((-0.5 * k * k) / (sigmaPixels * sigmaPixels));
    energy += kernel[k + reach] ** 2;
  }
  return kernel.map((value) => value / Math.sqrt(energy));
}

/** Smoothed strength from which a place is looked at; the Gaussian filter loses some of a star's strength. */
const candidateStrength = 6;
/**
 * Larger stars (FWHM, px) are looked for in blocks of 2 x 2 px, which is a quarter of the work. A star between the middles
 * of blocks loses up to a quarter of its strength.
 */
const blockFwhm = 3.2;
const blockStrength = 4.6;
/** Width of the detection kernel over that of the stars: a little narrow, so that close stars stay apart. */
const kernelWidth = 0.7;

/** Variance of the light within a block of 2 px along one axis, px^2. */
const blockVariance = 1 / 3;
/** Rows read by one call: kernels are compiled anew, and faster, between calls. */
const bandRows = 64;

/** One axis of the Gaussian that stars of this FWHM, px, stand out with. */
export function detectionKernel(fwhm: number): Float32Array {
  return gaussianKernel(Math.max(0.5, (kernelWidth * fwhm) / fwhmPerSigma));
}

/**
 * Where stars of this FWHM may be: local maxima (3 x 3) of the smoothed frame, strongest first. On the same pass the frame
 * is binned to cells of `cell` px (0: not).
 */
export function findCandidates(residuals: ResidualFrame, fwhm: number, cell: number): Candidate[] {
  if (fwhm < blockFwhm) return findMaxima(residuals, detectionKernel(fwhm), 1, candidateStrength, cell);
  const variance = ((kernelWidth * fwhm) / fwhmPerSigma) ** 2 - blockVariance;
  return findMaxima(residuals, gaussianKernel(Math.sqrt(variance) / 2), 2, blockStrength, cell);
}

/** Local maxima above `threshold` of the frame, in blocks of `block` px, smoothed with `kernel` along both axes. */
export function findMaxima(
  residuals: ResidualFrame,
  kernel: Float32Array,
  block: 1 | 2,
  threshold: number,
  cell: number,
): Candidate[] {
  const { space } = residuals;
  const cells = cell > 0 ? residuals.reserveCells(cell) : 0;
  return space.borrow(() => {
    const reach = kernel.length >> 1;
    const weights = space.allocate(4 * (reach + 1));
    const buffers = space.allocate(space.run.detectionBytes(reach));
    const room = Math.ceil((bandRows * residuals.width) / 4) + 16;
    const out = space.allocate(12 * room);
    space.floats(weights, reach + 1).set(kernel.subarray(reach));
    space.run.beginDetection(block, residuals.rows, weights, reach, threshold, buffers, cell, cells);
    const found = space.floats(out, 3 * room);
    const candidates: Candidate[] = [];
    const offset = (block - 1) / 2;
    for (let until = bandRows; until < residuals.rows + reach + 1 + bandRows; until += bandRows) {
      const count = space.run.detectRows(until, out, room);
      for (let k = 0; k < 3 * Math.min(room, count); k += 3)
        candidates.push({
          x: block * found[k] + offset,
          y: block * found[k + 1] + offset,
          strength: found[k + 2],
        });
    }
    return candidates.sort((a, b) => b.strength - a.strength);
  });
}
