/** The small square picture of a frame that networks and thumbnails use. */
import type { BackgroundMesh, FrameImage, FrameView } from './record.ts';

export const viewSide = 224;

/** Range of the stretch in units of the frame's noise, and its softness: asinh shows faint haze and bright stars alike. */
const blackSigmas = -4;
const whiteSigmas = 400;
const softSigmas = 3;
/** Pixels along one side of what goes into a view pixel; larger blocks are thinned out evenly. */
const sampledSide = 8;

/**
 * Mean of the pixels under each view pixel, median of the sky taken off, divided by the frame's noise, through
 * asinh to 0..255. Gradients, vignetting and clouds stay in; only the frame's median level goes. Undefined areas are 0.
 * Pixels of a mosaic are brought to the level of the green first.
 */
export function frameView(image: FrameImage, mesh: BackgroundMesh): FrameView {
  const data = new Uint8Array(viewSide * viewSide);
  const level = medianOfGrid(mesh.level);
  const sigma = medianOfGrid(mesh.sigma);
  const scale = image.mosaic === null ? null : mosaicScale(image, level);
  const columns = edges(image.width);
  const rows = edges(image.height);
  for (let row = 0; row < viewSide; row++)
    for (let column = 0; column < viewSide; column++) {
      const mean = blockMean(image, columns, column, rows, row, scale);
      data[row * viewSide + column] = tone(mean, level, sigma);
    }
  return { width: viewSide, height: viewSide, data };
}

interface Edges {
  readonly start: Uint32Array;
  readonly end: Uint32Array;
}

/** Pixels under each view pixel along one axis; frames smaller than the view repeat theirs. */
function edges(length: number): Edges {
  const start = Uint32Array.from({ length: viewSide }, (_, k) => Math.floor((k * length) / viewSide));
  const end = start.map((first, k) => Math.max(first + 1, Math.floor(((k + 1) * length) / viewSide)));
  return { start, end };
}

function blockMean(
  image: FrameImage,
  columns: Edges,
  column: number,
  rows: Edges,
  row: number,
  scale: readonly number[] | null,
): number {
  const { pixels, width } = image;
  const left = columns.start[column];
  const right = columns.end[column];
  const bottom = rows.end[row];
  const strideX = stride(right - left);
  const strideY = stride(bottom - rows.start[row]);
  let sum = 0;
  let count = 0;
  for (let y = rows.start[row]; y < bottom; y += strideY)
    for (let x = left; x < right; x += strideX) {
      const value = pixels[y * width + x];
      if (Number.isNaN(value)) continue;
      sum += scale === null ? value : value * scale[(y & 1) * 2 + (x & 1)];
      count++;
    }
  return count > 0 ? sum / count : Number.NaN;
}

/** Odd, so that every colour of a mosaic takes part. */
function stride(length: number): number {
  const thinning = Math.max(1, Math.floor(length / sampledSide));
  return thinning % 2 === 0 ? thinning - 1 : thinning;
}

/** Factors that bring the medians of the four places of a mosaic to the level of the green. */
export function mosaicScale(image: FrameImage, level: number): readonly number[] {
  const thinning = Math.max(1, Math.floor(Math.sqrt(image.pixels.length / 40_000))) | 1;
  const places: number[][] = [[], [], [], []];
  for (let y = 0; y < image.height; y += thinning)
    for (let x = 0; x < image.width; x += thinning) {
      const value = image.pixels[y * image.width + x];
      if (!Number.isNaN(value)) places[(y & 1) * 2 + (x & 1)].push(value);
    }
  return places.map((values) => {
    const median = medianOfGrid(Float32Array.from(values));
    return median > 0 && level > 0 ? level / median : 1;
  });
}

function tone(value: number, level: number, sigma: number): number {
  if (!Number.isFinite(value) || !Number.isFinite(level)) return 0;
  const scaled = (value - level) / (sigma > 0 ? sigma : 1);
  const low = Math.asinh(blackSigmas / softSigmas);
  const high = Math.asinh(whiteSigmas / softSigmas);
  const share = (Math.asinh(scaled / softSigmas) - low) / (high - low);
  return Math.max(0, Math.min(255, Math.round(255 * share)));
}

export function medianOfGrid(grid: Float32Array): number {
  const values = grid.filter((value) => !Number.isNaN(value)).sort();
  return values.length > 0 ? values[values.length >> 1] : Number.NaN;
}
