/**
 * The inverse H-transform of HCOMPRESS_1, in doubles: they hold the 64-bit integers that 32-bit images need, and
 * floor() does what shifts and masks do for negative numbers.
 */
import { ceilLog2 } from './hcompress-bits.ts';
import { smoothLevel } from './hcompress-smooth.ts';

export interface TransformShape {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly smooth: boolean;
}

/** Interleaves the first half of a line with its second half: a0 b0 a1 b1 … */
function interleave(
  data: Float64Array,
  start: number,
  count: number,
  step: number,
  scratch: Float64Array,
): void {
  const half = (count + 1) >> 1;
  for (let i = half; i < count; i++) scratch[i - half] = data[start + i * step]!;
  for (let i = half - 1; i > 0; i--) data[start + 2 * i * step] = data[start + i * step]!;
  for (let i = half; i < count; i++) data[start + (2 * (i - half) + 1) * step] = scratch[i - half]!;
}

/** Rounds to a multiple of `unit`, halves away from where the encoder dropped them. */
function roundTo(value: number, unit: number, last: boolean): number {
  const half = Math.floor(unit / 2);
  const shift = value >= 0 ? half : last ? 0 : half - 1;
  return Math.floor((value + shift) / unit) * unit;
}

function isOdd(value: number): boolean {
  // Faster than a remainder, which doubles have no instruction for.
  return value - 2 * Math.floor(value / 2) !== 0;
}

/** One level: blocks of 2 x 2 from mean, two slopes and curvature. `unit` is the value of the lowest kept bit. */
function invertLevel(
  data: Float64Array,
  stride: number,
  height: number,
  width: number,
  unit: number,
  last: boolean,
): void {
  const divisor = last ? 4 : 2;
  const unit2 = unit * 2;
  for (let i = 0; i + 1 < height; i += 2) {
    let upper = i * stride;
    let lower = upper + stride;
    for (let j = 0; j + 1 < width; j += 2, upper += 2, lower += 2) {
      const hc = roundTo(data[lower + 1]!, unit, last);
      let hx = roundTo(data[lower]!, unit2, false);
      let hy = roundTo(data[upper + 1]!, unit2, false);
      const low0 = isOdd(hc / unit) ? unit : 0;
      hx += hx >= 0 ? -low0 : low0;
      hy += hy >= 0 ? -low0 : low0;
      const parity = Math.floor(hc / unit2) + Math.floor(hx / unit2) + Math.floor(hy / unit2);
      const low1 = isOdd(parity) ? unit2 : 0;
      let h0 = data[upper]!;
      if (h0 >= 0) h0 += low0 - low1;
      else h0 += low0 === 0 ? low1 : low0 - low1;
      data[lower + 1] = Math.floor((h0 + hx + hy + hc) / divisor);
      data[lower] = Math.floor((h0 + hx - hy - hc) / divisor);
      data[upper + 1] = Math.floor((h0 - hx + hy - hc) / divisor);
      data[upper] = Math.floor((h0 - hx - hy + hc) / divisor);
    }
    if (isOdd(width)) invertPair(data, upper, lower, unit2, divisor);
  }
  if (isOdd(height)) {
    let upper = (height - 1) * stride;
    for (let j = 0; j + 1 < width; j += 2, upper += 2) invertPair(data, upper, upper + 1, unit2, divisor);
    if (isOdd(width)) data[upper] = Math.floor(data[upper]! / divisor);
  }
}

/** The edge of an odd length: a mean and one slope. */
function invertPair(data: Float64Array, mean: number, slope: number, unit2: number, divisor: number): void {
  const h = roundTo(data[slope]!, unit2, false);
  const low1 = isOdd(h / unit2) ? unit2 : 0;
  const h0 = data[mean]! >= 0 ? data[mean]! - low1 : data[mean]! + low1;
  data[slope] = Math.floor((h0 + h) / divisor);
  data[mean] = Math.floor((h0 - h) / divisor);
}

/** Turns coefficients into pixels, in place. */
export function inverseTransform(data: Float64Array, shape: TransformShape): void {
  const { width, height } = shape;
  const levels = ceilLog2(Math.max(width, height));
  if (levels === 0) return;
  const scratch = new Float64Array((Math.max(width, height) + 1) >> 1);
  let unit = 2 ** (levels - 1);
  data[0] = roundTo(data[0]!, unit * 4, false);
  let [topHeight, topWidth] = [1, 1];
  let [restHeight, restWidth] = [height, width];
  let half = 2 ** levels;
  for (let level = levels - 1; level >= 0; level--) {
    half /= 2;
    topHeight *= 2;
    topWidth *= 2;
    if (restHeight <= half) topHeight--;
    else restHeight -= half;
    if (restWidth <= half) topWidth--;
    else restWidth -= half;
    for (let i = 0; i < topHeight; i++) interleave(data, i * width, topWidth, 1, scratch);
    for (let j = 0; j < topWidth; j++) interleave(data, j, topHeight, width, scratch);
    if (shape.smooth) smoothLevel(data, width, topHeight, topWidth, shape.scale);
    invertLevel(data, width, topHeight, topWidth, unit, level === 0);
    unit /= 2;
  }
}
