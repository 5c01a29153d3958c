/** Where stars may be: local maxima of the residual after smoothing with a separable Gaussian. */
import type { ResidualFrame } from './residual-frame.ts';

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
/** Rows read by one call: kernels are compiled anew, and faster, between calls. */
const bandRows = 64;

/**
 * Local maxima (3 x 3) above 6 sigma of the frame smoothed with `kernel` along both axes, strongest first. On the same
 * pass the frame is binned to cells of `cell` px (0: not).
 */
export function findCandidates(residuals: ResidualFrame, kernel: Float32Array, cell: number): Candidate[] {
  const { space } = residuals;
  const cells = cell > 0 ? residuals.reserveCells(cell) : 0;
  return space.borrow(() => {
    const reach = kernel.length >> 1;
    const weights = space.allocate(4 * (reach + 1));
    const buffers = space.allocate(space.run.detectionBytes(reach));
    const room = Math.ceil((bandRows * residuals.width) / 4) + 16;
    const out = space.allocate(12 * room);
    space.floats(weights, reach + 1).set(kernel.subarray(reach));
    space.run.beginDetection(1, residuals.rows, weights, reach, candidateStrength, buffers, cell, cells);
    const found = space.floats(out, 3 * room);
    const candidates: Candidate[] = [];
    for (let until = bandRows; until < residuals.rows + reach + 1 + bandRows; until += bandRows) {
      const count = space.run.detectRows(until, out, room);
      for (let k = 0; k < 3 * Math.min(room, count); k += 3)
        candidates.push({ x: found[k], y: found[k + 1], strength: found[k + 2] });
    }
    return candidates.sort((a, b) => b.strength - a.strength);
  });
}
