/** In which directions the bright stars of a frame have spikes. */
import { squareAround } from './light.ts';
import type { TrailSearchInput } from './search-input.ts';
import type { MaskedStar } from './star-mask.ts';
import { medianOf } from './strip.ts';

/** Directions looked at in half a turn, and distances from the star in FWHM. */
const directions = 180;
const distances: readonly number[] = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13.5, 15, 17, 19, 22, 25];
const mostStars = 16;
const leastStars = 3;
/** Light of a single place is cut at this many sigmas: neighbour stars and trails must not decide. */
const clip = 6;
/** Sigmas (of all directions) that a direction must stand out by. */
const leastProminence = 5;
/** Directions nearer to one another than this (degrees) are one. */
const nearest = 8;

/** Angles (radians, 0 to pi) that stand out in the light round the brightest stars; none when there are few stars. */
export function spikeDirections(input: TrailSearchInput, stars: readonly MaskedStar[]): number[] {
  const inside = stars.filter((star) => isInside(input, star)).slice(0, mostStars);
  if (inside.length < leastStars) return [];
  const sums = new Float64Array(directions);
  for (const star of inside) {
    const own = lightByDirection(input, star);
    const middle = medianOf(own);
    // Spikes are as bright as their star, the noise is not.
    const weight = star.flux / inside[0].flux;
    for (let k = 0; k < directions; k++) sums[k] += weight * Math.max(-clip, Math.min(clip, own[k] - middle));
  }
  return peaksOf(smooth(sums)).map((k) => (k * Math.PI) / directions);
}

function isInside({ width, height, fwhm }: TrailSearchInput, { x, y }: MaskedStar): boolean {
  const margin = distances[0] * fwhm;
  return x > margin && y > margin && x < width - 1 - margin && y < height - 1 - margin;
}

/** Mean light over both ways of each direction, the halo (the median on each circle) taken off. */
function lightByDirection(input: TrailSearchInput, star: MaskedStar): number[] {
  const scale = Math.max(input.fwhm, 0.7 * star.fwhm);
  const reach = Math.ceil(distances[distances.length - 1] * scale) + 1;
  const left = Math.round(star.x) - reach;
  const top = Math.round(star.y) - reach;
  const side = 2 * reach + 1;
  const square = squareAround(input, left + reach, top + reach, reach);
  const lightAt = (x: number, y: number): number => {
    const at = Math.floor(y - top) * side + Math.floor(x - left);
    const mean = 0.25 * (square[at] + square[at + 1] + square[at + side] + square[at + side + 1]);
    return Number.isNaN(mean) ? 0 : mean;
  };
  const result = new Array<number>(directions).fill(0);
  const circle = new Array<number>(directions).fill(0);
  for (const distance of distances) {
    const radius = distance * scale;
    for (let k = 0; k < directions; k++) {
      const dx = Math.cos((k * Math.PI) / directions) * radius - 0.5;
      const dy = Math.sin((k * Math.PI) / directions) * radius - 0.5;
      const one = lightAt(star.x + dx, star.y + dy);
      const other = lightAt(star.x - 1 - dx, star.y - 1 - dy);
      // A neighbour or a trail lies on one side only.
      circle[k] = 0.5 * (one + other) < clip ? 0.5 * (one + other) : Math.min(one, other);
    }
    const halo = medianOf(circle);
    for (let k = 0; k < directions; k++)
      result[k] += Math.max(-clip, Math.min(clip, circle[k] - halo)) / distances.length;
  }
  return result;
}

/** Half the direction itself, half its neighbours: spikes are a few degrees wide so near to the star. */
function smooth(values: Float64Array): Float64Array {
  const { length } = values;
  return values.map(
    (value, k) => 0.5 * value + 0.25 * (values[(k + 1) % length] + values[(k + length - 1) % length]),
  );
}

/** Places of the highest values that stand out, no two close to one another. */
function peaksOf(values: Float64Array): number[] {
  const list = [...values];
  const middle = medianOf(list);
  const spread = 1.4826 * medianOf(list.map((value) => Math.abs(value - middle)));
  const order = list.map((_, k) => k).sort((a, b) => list[b] - list[a]);
  const peaks: number[] = [];
  for (const k of order) {
    if (!(list[k] - middle > leastProminence * spread)) break;
    const apart = (other: number) => Math.min(Math.abs(other - k), directions - Math.abs(other - k));
    if (peaks.every((other) => apart(other) > nearest)) peaks.push(k);
    if (peaks.length === 6) break;
  }
  return peaks;
}
