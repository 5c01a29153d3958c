import type { Random } from '../random.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';

export interface ImageAugmentation {
  readonly flips: boolean;
  readonly rotations: boolean;
  /** Largest shift as a share of the side. */
  readonly shift: number;
  /** Standard deviation of offset and relative gain. */
  readonly brightness: number;
}

export function imageAugmentation(parameters: Parameters): ImageAugmentation {
  return {
    flips: parameters.flips === true,
    rotations: parameters.rotations === true,
    shift: numberOf(parameters, 'shift'),
    brightness: numberOf(parameters, 'brightness'),
  };
}

/** Where an output pixel comes from: source = origin + column * stepX + row * stepY, then shifted and clamped. */
interface Placement {
  readonly mirrored: boolean;
  readonly quarters: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

function drawPlacement(random: Random, height: number, width: number, options: ImageAugmentation): Placement {
  const mirrored = options.flips && random.uniform() < 0.5;
  // quarter turns need a square image; half turns do not
  const turns = height === width ? random.integer(4) : 2 * random.integer(2);
  const quarters = options.rotations ? turns : 0;
  const within = (side: number): number => Math.round((random.uniform() * 2 - 1) * options.shift * side);
  return { mirrored, quarters, shiftX: within(width), shiftY: within(height) };
}

function clamp(value: number, limit: number): number {
  return value < 0 ? 0 : value >= limit ? limit - 1 : value;
}

/**
 * Mirrors, turns by quarters, shifts (the edge is repeated) and changes the brightness of one image.
 * @param source [channels, height, width]; the result goes to `target` from `offset` on
 */
export function augmentImage(
  source: Float32Array,
  shape: readonly number[],
  random: Random,
  options: ImageAugmentation,
  target: Float32Array,
  offset: number,
): void {
  const [channels, height, width] = shape as readonly [number, number, number];
  const placement = drawPlacement(random, height, width, options);
  const gain = 1 + random.normal() * options.brightness;
  const lift = random.normal() * options.brightness;
  const sources = sourcePixels(height, width, placement);
  const pixels = height * width;
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * pixels;
    for (let index = 0; index < pixels; index++) {
      target[offset + from + index] = source[from + sources[index]!]! * gain + lift;
    }
  }
}

function sourcePixels(
  height: number,
  width: number,
  { mirrored, quarters, shiftX, shiftY }: Placement,
): Int32Array {
  const sources = new Int32Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let x = clamp(column + shiftX, width);
      let y = clamp(row + shiftY, height);
      if (mirrored) x = width - 1 - x;
      for (let turn = 0; turn < quarters; turn++)
        [x, y] = [turn % 2 === 0 ? height - 1 - y : width - 1 - y, x];
      sources[row * width + column] = y * width + x;
    }
  }
  return sources;
}

/**
 * Shifts a signal along its length (the ends are repeated) and changes its gain and offset; never mirrors it, since
 * spectra and time have a direction.
 * @param source [channels, length]; the result goes to `target` from `offset` on
 */
export function augmentSignal(
  source: Float32Array,
  shape: readonly number[],
  random: Random,
  options: ImageAugmentation,
  target: Float32Array,
  offset: number,
): void {
  const [channels, length] = shape as readonly [number, number];
  const shift = Math.round((random.uniform() * 2 - 1) * options.shift * length);
  const gain = 1 + random.normal() * options.brightness;
  const lift = random.normal() * options.brightness;
  for (let channel = 0; channel < channels; channel++) {
    for (let place = 0; place < length; place++) {
      const from = clamp(place + shift, length);
      target[offset + channel * length + place] = source[channel * length + from]! * gain + lift;
    }
  }
}
