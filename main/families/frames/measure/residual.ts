/** The frame with its sky taken off, in units of the local noise; and the mesh that made it. */
import type { BackgroundMesh, FrameImage } from '../record.ts';
import { chooseCellPixels, fillMesh, measureMesh, smoothMesh, spreadRow } from './mesh.ts';
import { type FrameLattices, latticesOf } from './mosaic.ts';

export interface Sky {
  readonly lattices: FrameLattices;
  /** One mesh for each lattice, filled and smoothed. */
  readonly meshes: readonly BackgroundMesh[];
}

export interface SkyOptions {
  readonly quantum: number;
}

export function measureSky(image: FrameImage, options: SkyOptions): Sky {
  const lattices = latticesOf(image);
  const cellPixels = chooseCellPixels(image.width, image.height);
  const meshes = lattices.lattices.map((lattice) =>
    measureMesh({
      width: image.width,
      height: image.height,
      pixels: image.pixels,
      lattice,
      cellPixels,
      quantum: options.quantum,
    }),
  );
  return { lattices, meshes };
}

/** The mesh that stands for the frame: that of mono, the mean of the two greens of a mosaic. */
export function representativeMesh(sky: Sky): BackgroundMesh {
  const chosen = sky.lattices.measured.map((index) => sky.meshes[index]);
  if (chosen.length === 1) return chosen[0];
  const mean = (pick: (mesh: BackgroundMesh) => Float32Array) =>
    pick(chosen[0]).map((value, i) => (value + pick(chosen[1])[i]) / 2);
  return { ...chosen[0], level: mean((mesh) => mesh.level), sigma: mean((mesh) => mesh.sigma) };
}

/** Pixels this many sigmas above the sky are few, and all that spikes and bright stars are looked for among. */
const brightSigmas = 6;

export interface Residual {
  readonly values: Float32Array;
  /** Indices of the pixels above 6 sigma in reading order. */
  readonly bright: readonly number[];
}

/**
 * (pixel - sky) / sigma for every pixel; NaN where the pixel or the sky is undefined. A frame without noise
 * (sigma 0) counts in units of one ADU step so that nothing divides by zero.
 */
export function residualOf(image: FrameImage, sky: Sky, floorSigma: number): Residual {
  const { width, height, pixels } = image;
  const out = new Float32Array(width * height);
  const bright: number[] = [];
  const meshes = sky.meshes.map((mesh) => smoothMesh(fillMesh(mesh)));
  const step = sky.lattices.lattices[0].step;
  const levels = meshes.map(() => new Float32Array(width));
  const sigmas = meshes.map(() => new Float32Array(width));
  for (let y = 0; y < height; y++) {
    const firstMesh = step === 1 ? 0 : (y & 1) * 2;
    for (let k = firstMesh; k < firstMesh + step; k++) {
      spreadRow(meshes[k], meshes[k].level, image, y, levels[k]);
      spreadRow(meshes[k], meshes[k].sigma, image, y, sigmas[k]);
    }
    for (let k = firstMesh; k < firstMesh + step; k++) invert(sigmas[k], floorSigma);
    const base = y * width;
    if (step === 1) subtractRow(pixels, levels[0], sigmas[0], base, out, bright);
    else
      for (let x = 0; x < width; x++) {
        const k = firstMesh + (x & 1);
        const value = (pixels[base + x] - levels[k][x]) * sigmas[k][x];
        out[base + x] = value;
        if (value > brightSigmas) bright.push(base + x);
      }
  }
  return { values: out, bright };
}

function invert(sigma: Float32Array, floorSigma: number): void {
  for (let x = 0; x < sigma.length; x++) sigma[x] = 1 / Math.max(sigma[x], floorSigma);
}

function subtractRow(
  pixels: Float32Array,
  level: Float32Array,
  inverse: Float32Array,
  base: number,
  out: Float32Array,
  bright: number[],
): void {
  const { length } = level;
  for (let x = 0; x < length; x++) {
    const value = (pixels[base + x] - level[x]) * inverse[x];
    out[base + x] = value;
    if (value > brightSigmas) bright.push(base + x);
  }
}
