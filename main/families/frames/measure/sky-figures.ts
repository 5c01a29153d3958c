/** Sky level and noise of the whole frame, sources masked. */
import type { BackgroundMesh, FrameImage } from '../record.ts';
import { fillMesh, measureMesh, smoothMesh } from './mesh.ts';
import { representativeMesh, type Sky } from './residual.ts';
import { medianOf } from './robust.ts';

export interface SkyFigures {
  readonly mesh: BackgroundMesh;
  readonly background: number | null;
  readonly noise: number | null;
}

/**
 * Corrects the first mesh by what the masked residual still shows: its level in every cell, and its scatter, free
 * of the sky's slope within a cell. Background and noise are the medians over the cells that hold sky.
 */
export function skyFigures(
  image: FrameImage,
  sky: Sky,
  residual: Float32Array,
  mask: Uint8Array,
): SkyFigures {
  const first = representativeMesh(sky);
  const spread = smoothMesh(fillMesh(first));
  const corrections = sky.lattices.measured.map((index) =>
    measureMesh({
      width: image.width,
      height: image.height,
      pixels: residual,
      mask,
      lattice: sky.lattices.lattices[index],
      cellPixels: first.cellPixels,
      quantum: 0,
      rowStride: 1,
    }),
  );
  const level = new Float32Array(first.level.length);
  const sigma = new Float32Array(first.level.length);
  for (let i = 0; i < level.length; i++) {
    const shift = mean(corrections.map((mesh) => mesh.level[i]));
    const ratio = mean(corrections.map((mesh) => mesh.sigma[i]));
    level[i] = Number.isNaN(shift) ? Number.NaN : spread.level[i] + shift * spread.sigma[i];
    sigma[i] = spread.sigma[i] * ratio;
  }
  const hasSky = level.some((value) => !Number.isNaN(value));
  const mesh = fillMesh(hasSky ? { ...first, level, sigma } : first);
  return {
    mesh,
    background: finite(medianOf(hasSky ? level : first.level)),
    noise: finite(medianOf(hasSky ? sigma : first.sigma)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
