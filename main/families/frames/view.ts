/** The small square picture of a frame that networks and thumbnails use. */

import { fillMesh, spreadRow } from './measure/mesh.ts';
import type { BackgroundMesh, FrameImage, FrameView } from './record.ts';

export const viewSide = 224;

/** Range of the stretch in units of the frame's noise, and its softness: asinh shows faint haze and bright stars alike. */
const blackSigmas = -4;
const whiteSigmas = 400;
const softSigmas = 3;

/**
 * Mean of the pixels under each view pixel, median of the sky taken off, divided by the frame's noise, through
 * asinh to 0..255. Gradients, vignetting and clouds stay in; only the frame's median level goes. Undefined areas are 0.
 */
export function frameView(image: FrameImage, mesh: BackgroundMesh): FrameView {
  const data = new Uint8Array(viewSide * viewSide);
  const level = medianOfGrid(mesh.level);
  const sigma = medianOfGrid(mesh.sigma);
  const channel = mosaicScale(image, mesh);
  const sums = new Float64Array(viewSide);
  const counts = new Uint32Array(viewSide);
  let currentRow = 0;
  const flush = () => {
    for (let column = 0; column < viewSide; column++) {
      const value = counts[column] > 0 ? sums[column] / counts[column] : Number.NaN;
      data[currentRow * viewSide + column] = tone(value, level, sigma);
    }
    sums.fill(0);
    counts.fill(0);
  };
  for (let y = 0; y < Math.max(image.height, viewSide); y++) {
    // Frames smaller than the view repeat rows and columns.
    const sourceY = image.height >= viewSide ? y : Math.floor((y * image.height) / viewSide);
    const row = image.height >= viewSide ? Math.floor((y * viewSide) / image.height) : y;
    if (row !== currentRow) {
      flush();
      currentRow = row;
    }
    addRow(image, sourceY, sums, counts, channel);
  }
  flush();
  return { width: viewSide, height: viewSide, data };
}

function addRow(
  image: FrameImage,
  y: number,
  sums: Float64Array,
  counts: Uint32Array,
  channel: readonly number[],
): void {
  const { width, pixels } = image;
  for (let x = 0; x < Math.max(width, viewSide); x++) {
    const sourceX = width >= viewSide ? x : Math.floor((x * width) / viewSide);
    const value = pixels[y * width + sourceX];
    if (Number.isNaN(value)) continue;
    const column = width >= viewSide ? Math.floor((x * viewSide) / width) : x;
    sums[column] += value * channel[(y & 1) * 2 + (sourceX & 1)];
    counts[column]++;
  }
}

/** Factors that bring the four colours of a mosaic to the level of the green. */
function mosaicScale(image: FrameImage, mesh: BackgroundMesh): readonly number[] {
  if (image.mosaic === null) return [1, 1, 1, 1];
  const target = medianOfGrid(mesh.level);
  const sums = [0, 0, 0, 0];
  const counts = [0, 0, 0, 0];
  const stride = Math.max(1, Math.floor(Math.sqrt(image.pixels.length / 40_000))) | 1;
  const row = new Float32Array(image.width);
  const filled = fillMesh(mesh);
  for (let y = 0; y < image.height; y += stride) {
    spreadRow(filled, filled.level, image, y, row);
    for (let x = 0; x < image.width; x += stride) {
      const value = image.pixels[y * image.width + x];
      if (Number.isNaN(value) || value > 3 * row[x]) continue;
      sums[(y & 1) * 2 + (x & 1)] += value;
      counts[(y & 1) * 2 + (x & 1)]++;
    }
  }
  return sums.map((sum, k) => (counts[k] > 0 && sum > 0 && target > 0 ? target / (sum / counts[k]) : 1));
}

function tone(value: number, level: number, sigma: number): number {
  if (!Number.isFinite(value) || !Number.isFinite(level)) return 0;
  const scaled = (value - level) / (sigma > 0 ? sigma : 1);
  const low = Math.asinh(blackSigmas / softSigmas);
  const high = Math.asinh(whiteSigmas / softSigmas);
  const share = (Math.asinh(scaled / softSigmas) - low) / (high - low);
  return Math.max(0, Math.min(255, Math.round(255 * share)));
}

function medianOfGrid(grid: Float32Array): number {
  const values = grid.filter((value) => !Number.isNaN(value)).sort();
  return values.length > 0 ? values[values.length >> 1] : Number.NaN;
}
