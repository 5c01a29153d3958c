/**
 * The pipeline that changes training items at random, step by step in the order below. What it draws depends on seed,
 * input, epoch and item alone, so a resumed run sees the same pictures. A setting of 0 (or false) leaves its step out.
 *
 * Images: place (mirror, quarter turns, shift, zoom, angle; a zoom with a shift is a crop), then light (gain and
 * offset), noise, cutout. Signals: place (shift, stretch), light, counting noise, noise, cutout.
 */
import type { Random } from '../random.ts';
import type { Parameters } from '../recipes/recipe.ts';

export interface Augmentation {
  readonly flips: boolean;
  /** Quarter turns; half turns where the image is not square. */
  readonly rotations: boolean;
  /** Largest shift as a share of the side. */
  readonly shift: number;
  /** Largest change of scale, as a share. */
  readonly zoom: number;
  /** Largest turn beside the quarters, degrees. */
  readonly angle: number;
  /** Standard deviation of offset and relative gain. */
  readonly brightness: number;
  /** Standard deviation of independent noise on every value. */
  readonly noise: number;
  /** Largest side of a square (part of a signal) that is blotted out, as a share. */
  readonly cutout: number;
  /** Signals: largest stretch along their axis (a gain that drifts), as a share. */
  readonly stretch: number;
  /** Signals: noise in proportion to the square root of the value, as counting has. */
  readonly counting: number;
}

/** Steps that a recipe does not know stay out. */
export function augmentationOf(parameters: Parameters): Augmentation {
  const share = (name: string): number => {
    const value = parameters[name];
    return typeof value === 'number' ? value : 0;
  };
  return {
    flips: parameters.flips === true,
    rotations: parameters.rotations === true,
    shift: share('shift'),
    zoom: share('zoom'),
    angle: share('angle'),
    brightness: share('brightness'),
    noise: share('noise'),
    cutout: share('cutout'),
    stretch: share('stretch'),
    counting: share('counting'),
  };
}

/** Where an output pixel comes from. */
interface Placement {
  readonly mirrored: boolean;
  readonly quarters: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly scale: number;
  /** Radians. */
  readonly angle: number;
}

function within(random: Random, limit: number): number {
  return (random.uniform() * 2 - 1) * limit;
}

function drawPlacement(random: Random, height: number, width: number, options: Augmentation): Placement {
  const mirrored = options.flips && random.uniform() < 0.5;
  // quarter turns need a square image; half turns do not
  const turns = height === width ? random.integer(4) : 2 * random.integer(2);
  const quarters = options.rotations ? turns : 0;
  const shiftX = Math.round(within(random, options.shift) * width);
  const shiftY = Math.round(within(random, options.shift) * height);
  const scale = options.zoom > 0 ? 1 + within(random, options.zoom) : 1;
  const angle = options.angle > 0 ? (within(random, options.angle) * Math.PI) / 180 : 0;
  return { mirrored, quarters, shiftX, shiftY, scale, angle };
}

function clamp(value: number, limit: number): number {
  return value < 0 ? 0 : value >= limit ? limit - 1 : value;
}

/**
 * @param source [channels, height, width]; the result goes to `target` from `offset` on. The edge is repeated where
 * something from outside comes in; zoom and angle interpolate between four pixels.
 */
export function augmentImage(
  source: Float32Array,
  shape: readonly number[],
  random: Random,
  options: Augmentation,
  target: Float32Array,
  offset: number,
): void {
  const [channels, height, width] = shape as readonly [number, number, number];
  const placement = drawPlacement(random, height, width, options);
  const gain = 1 + random.normal() * options.brightness;
  const lift = random.normal() * options.brightness;
  const sources = sourcePixels(height, width, placement);
  const resampled = placement.scale !== 1 || placement.angle !== 0;
  const bent = resampled ? resample(source, channels, height, width, placement) : source;
  const pixels = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * pixels;
    for (let index = 0; index < pixels; index++) {
      target[offset + from + index] = bent[from + sources[index]!]! * gain + lift;
    }
  }
  const whole = target.subarray(offset, offset + channels * pixels);
  addNoise(whole, random, options.noise);
  if (options.cutout > 0) blotOut(whole, channels, height, width, random, options.cutout);
}

/** Where each pixel comes from. Shifts, mirrors and quarters treat rows and columns apart: a place is a sum of two. */
function sourcePixels(
  height: number,
  width: number,
  { mirrored, quarters, shiftX, shiftY }: Placement,
): Int32Array {
  const sourceOf = (row: number, column: number): number => {
    let x = clamp(column + shiftX, width);
    let y = clamp(row + shiftY, height);
    if (mirrored) x = width - 1 - x;
    for (let turn = 0; turn < quarters; turn++) [x, y] = [turn % 2 === 0 ? height - 1 - y : width - 1 - y, x];
    return y * width + x;
  };
  const first = sourceOf(0, 0);
  const columns = Int32Array.from({ length: width }, (_, column) => sourceOf(0, column) - first);
  const sources = new Int32Array(height * width);
  for (let row = 0; row < height; row++) {
    const start = sourceOf(row, 0);
    for (let column = 0; column < width; column++) sources[row * width + column] = start + columns[column]!;
  }
  return sources;
}

/** Scaled and turned about the middle, bilinear. */
function resample(
  source: Float32Array,
  channels: number,
  height: number,
  width: number,
  { scale, angle }: Placement,
): Float32Array {
  const result = new Float32Array(source.length);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const [cosine, sine] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const pixels = height * width;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [dx, dy] = [column - middleX, row - middleY];
      const x = Math.min(width - 1, Math.max(0, middleX + cosine * dx - sine * dy));
      const y = Math.min(height - 1, Math.max(0, middleY + sine * dx + cosine * dy));
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const right = Math.min(width - 1, left + 1);
      const bottom = Math.min(height - 1, top + 1);
      const [shareX, shareY] = [x - left, y - top];
      for (let channel = 0; channel < channels; channel++) {
        const from = channel * pixels;
        const upper =
          source[from + top * width + left]! * (1 - shareX) + source[from + top * width + right]! * shareX;
        const lower =
          source[from + bottom * width + left]! * (1 - shareX) +
          source[from + bottom * width + right]! * shareX;
        result[from + row * width + column] = upper * (1 - shareY) + lower * shareY;
      }
    }
  }
  return result;
}

function addNoise(values: Float32Array, random: Random, deviation: number): void {
  if (deviation <= 0) return;
  for (let index = 0; index < values.length; index++) values[index]! += random.normal() * deviation;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One square of up to the given side takes the image's mean (DeVries and Taylor 2017). */
function blotOut(
  values: Float32Array,
  channels: number,
  height: number,
  width: number,
  random: Random,
  share: number,
): void {
  const side = Math.round(random.uniform() * share * Math.min(height, width));
  const left = random.integer(width - side + 1);
  const top = random.integer(height - side + 1);
  const filling = mean(values);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = top; row < top + side; row++) {
      const start = (channel * height + row) * width + left;
      values.fill(filling, start, start + side);
    }
  }
}

/**
 * Never mirrored: spectra and time have a direction.
 * @param source [channels, length]; the result goes to `target` from `offset` on
 */
export function augmentSignal(
  source: Float32Array,
  shape: readonly number[],
  random: Random,
  options: Augmentation,
  target: Float32Array,
  offset: number,
): void {
  const [channels, length] = shape as readonly [number, number];
  const shift = Math.round(within(random, options.shift) * length);
  const gain = 1 + random.normal() * options.brightness;
  const lift = random.normal() * options.brightness;
  const stretch = options.stretch > 0 ? 1 + within(random, options.stretch) : 1;
  for (let channel = 0; channel < channels; channel++) {
    for (let place = 0; place < length; place++) {
      const from = Math.min(length - 1, Math.max(0, (place + shift) / stretch));
      const low = Math.floor(from);
      const high = Math.min(length - 1, low + 1);
      const value =
        source[channel * length + low]! * (1 - (from - low)) +
        source[channel * length + high]! * (from - low);
      const counted =
        options.counting > 0
          ? value + random.normal() * options.counting * Math.sqrt(Math.max(0, value))
          : value;
      target[offset + channel * length + place] = counted * gain + lift;
    }
  }
  const whole = target.subarray(offset, offset + channels * length);
  addNoise(whole, random, options.noise);
  if (options.cutout > 0) blotOutSpan(whole, channels, length, random, options.cutout);
}

function blotOutSpan(
  values: Float32Array,
  channels: number,
  length: number,
  random: Random,
  share: number,
): void {
  const span = Math.round(random.uniform() * share * length);
  const start = random.integer(length - span + 1);
  for (let channel = 0; channel < channels; channel++) {
    const own = values.subarray(channel * length, (channel + 1) * length);
    own.fill(mean(own), start, start + span);
  }
}
