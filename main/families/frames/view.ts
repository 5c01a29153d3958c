/** The small square picture of a frame that networks and thumbnails use. */
import type { BackgroundMesh, FrameView } from './record.ts';
import { type StoredFrame, valuesOf } from './stored-frame.ts';

export const viewSide = 224;

/** Range of the stretch in units of the frame's noise, and its softness: asinh shows faint haze and bright stars alike. */
const blackSigmas = -4;
const whiteSigmas = 400;
const softSigmas = 3;
const blackTone = Math.asinh(blackSigmas / softSigmas);
const whiteTone = Math.asinh(whiteSigmas / softSigmas);
/** Rows that go into a view pixel; larger blocks are thinned out evenly. */
const sampledRows = 8;

/**
 * Mean of the pixels under each view pixel, physical units, row by row; NaN where none is defined. Pixels of a mosaic are
 * brought to one level by `scale` (see `mosaicScale`). The frame must have been given to its kernels.
 */
export function viewMeans(frame: StoredFrame, scale: readonly number[] | null): Float64Array {
  const { space, width } = frame;
  const means = new Float64Array(viewSide * viewSide);
  const columns = edges(width);
  const rows = edges(frame.height);
  space.borrow(() => {
    const edgesAt = space.allocate(8 * viewSide);
    const lines = space.allocate(16 * (width + 8));
    const sumsAt = space.allocate(64 * viewSide);
    space.integers(edgesAt, 2 * viewSide).set(columns.flat());
    const sums = space.doubles(sumsAt, 8 * viewSide);
    rows.forEach(([top, bottom], row) => {
      const end = Math.min(frame.validRows, bottom);
      space.run.blockSums(top, end, stride(bottom - top), edgesAt, viewSide, lines, sumsAt);
      for (let column = 0; column < viewSide; column++)
        means[row * viewSide + column] = meanOf(sums, 8 * column, scale, frame);
    });
  });
  return means;
}

/** Sums of the four places of a mosaic and how many pixels each has, in stored units, to one mean. */
function meanOf(
  sums: Float64Array,
  first: number,
  scale: readonly number[] | null,
  frame: StoredFrame,
): number {
  let sum = 0;
  let count = 0;
  for (let place = 0; place < 4; place++) {
    const pixels = sums[first + 4 + place];
    const physical = sums[first + place] * frame.scale + pixels * frame.zero;
    sum += scale === null ? physical : physical * scale[place];
    count += pixels;
  }
  return count > 0 ? sum / count : Number.NaN;
}

/**
 * Those means with the median of the sky taken off, divided by the frame's noise, through asinh to 0..255. Gradients,
 * vignetting and clouds stay in; only the frame's median level goes. Undefined areas are 0.
 */
export function frameView(means: Float64Array, mesh: BackgroundMesh): FrameView {
  const level = medianOfGrid(mesh.level);
  const sigma = medianOfGrid(mesh.sigma);
  const data = new Uint8Array(means.length);
  for (let k = 0; k < data.length; k++) data[k] = tone(means[k], level, sigma);
  return { width: viewSide, height: viewSide, data };
}

/** First pixel and the one behind the last under each view pixel along one axis; small frames repeat theirs. */
function edges(length: number): [number, number][] {
  return Array.from({ length: viewSide }, (_, k) => {
    const start = Math.floor((k * length) / viewSide);
    return [start, Math.max(start + 1, Math.floor(((k + 1) * length) / viewSide))];
  });
}

/** Odd, so that every colour of a mosaic takes part. */
function stride(length: number): number {
  const thinning = Math.max(1, Math.floor(length / sampledRows));
  return thinning % 2 === 0 ? thinning - 1 : thinning;
}

/** Factors that bring the medians of the four places of a mosaic to the level of the green. */
export function mosaicScale(frame: StoredFrame, level: number): readonly number[] {
  const value = valuesOf(frame);
  const thinning = Math.max(1, Math.floor(Math.sqrt((frame.width * frame.height) / 40_000))) | 1;
  const places: number[][] = [[], [], [], []];
  for (let y = 0; y < frame.validRows; y += thinning)
    for (let x = 0; x < frame.width; x += thinning) {
      const here = value(y * frame.width + x);
      if (!Number.isNaN(here)) places[(y & 1) * 2 + (x & 1)].push(here);
    }
  return places.map((values) => {
    const median = medianOfGrid(Float32Array.from(values));
    return median > 0 && level > 0 ? level / median : 1;
  });
}

function tone(value: number, level: number, sigma: number): number {
  if (!Number.isFinite(value) || !Number.isFinite(level)) return 0;
  const scaled = (value - level) / (sigma > 0 ? sigma : 1);
  const share = (Math.asinh(scaled / softSigmas) - blackTone) / (whiteTone - blackTone);
  return Math.max(0, Math.min(255, Math.round(255 * share)));
}

export function medianOfGrid(grid: Float32Array): number {
  const values = grid.filter((value) => !Number.isNaN(value)).sort();
  return values.length > 0 ? values[values.length >> 1] : Number.NaN;
}
