/** A frame as an 8-bit grey picture for people: binned to a handy size and autostretched. */
import type { FrameImage } from '../record.ts';
import { autostretch, type Stretch, shown } from './autostretch.ts';

export interface FramePicture {
  readonly width: number;
  readonly height: number;
  /** Pixels of the frame along one side of a picture pixel. */
  readonly binning: number;
  /** Grey, row by row; row 0 is the frame's first row. Undefined areas are black. */
  readonly data: Uint8Array;
}

/** Pixels whose median and deviation set the stretch; more change the third digit only. */
const sampledPixels = 250_000;
/** The picture's curve, from a table of so many steps. */
const curveSteps = 65_536;

/**
 * @param longestSide of the picture, px; smaller frames keep their size
 * @returns means of binning x binning blocks, through the autostretch of the frame's own pixels
 */
export function framePicture(image: FrameImage, longestSide: number): FramePicture {
  const wanted = Math.max(1, Math.ceil(Math.max(image.width, image.height) / longestSide));
  // an even block holds every colour of a mosaic equally
  const binning = image.mosaic !== null && wanted % 2 === 1 && wanted > 1 ? wanted + 1 : wanted;
  const width = Math.max(1, Math.floor(image.width / binning));
  const height = Math.max(1, Math.floor(image.height / binning));
  const { full, stretch } = stretchOf(image);
  const curve = Uint8Array.from({ length: curveSteps }, (_, step) =>
    Math.round(255 * shown(step / (curveSteps - 1), stretch)),
  );
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const mean = blockMean(image, x * binning, y * binning, binning);
      const share = Math.min(1, Math.max(0, mean / full));
      data[y * width + x] = Number.isNaN(share) ? 0 : curve[Math.round(share * (curveSteps - 1))];
    }
  return { width, height, binning, data };
}

function blockMean({ pixels, width, height }: FrameImage, left: number, top: number, side: number): number {
  let sum = 0;
  let count = 0;
  const right = Math.min(width, left + side);
  const bottom = Math.min(height, top + side);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const value = pixels[y * width + x];
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
  return count > 0 ? sum / count : Number.NaN;
}

/** The value that counts as white, and the stretch of what lies below. */
function stretchOf(image: FrameImage): { readonly full: number; readonly stretch: Stretch } {
  const { pixels } = image;
  const step = Math.max(1, Math.floor(pixels.length / sampledPixels)) | 1;
  const sample = new Float32Array(Math.ceil(pixels.length / step));
  let count = 0;
  for (let i = 0; i < pixels.length; i += step) if (!Number.isNaN(pixels[i])) sample[count++] = pixels[i];
  const values = sample.subarray(0, count).sort();
  if (count === 0) return { full: 1, stretch: autostretch(0, 0) };
  const full = image.saturationLevel ?? Math.max(1, values[count - 1]);
  const median = values[count >> 1];
  const deviations = values.map((value) => Math.abs(value - median)).sort();
  return { full, stretch: autostretch(median / full, deviations[count >> 1] / full) };
}
