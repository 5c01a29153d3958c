/**
 * Figures of the pixels along a suspected line: what a matched filter across it gives in the middle and beside it, and how
 * evenly the light is spread along it. Means over the strip would lose a faint line, single pixels do not show it.
 */
import { gaussianWeights } from './cross-profile.ts';
import { medianOf, type Strip } from './strip.ts';

/** Parts along a line and columns across it. */
export const stripAlong = 16;
export const stripAcross = 32;
export const stripFigureCount = 13;

/** Columns are single pixels up to about this width of the stars, px; then as many pixels as keep a star this wide. */
const columnsPerStar = 3;
/** Of the line in the strip, columns: the stars' width and what the unrolling adds. */
const lineColumns = 3.2;
const middle = stripAcross / 2;
/** Columns beside the line that are looked at: from, to. */
const beside = [
  [4, 11],
  [22, 29],
] as const;
/** A part shows the line from this many sigmas on. */
const leastLit = 0.3;

const pixelsPerColumn = (starFwhm: number): number => Math.max(1, Math.round(starFwhm / columnsPerStar));

/** Pixels on either side of a line that its strip needs. */
export function stripReach(starFwhm: number): number {
  return (pixelsPerColumn(starFwhm) * stripAcross) / 2;
}

/**
 * Sums of the parts of an unrolled line over the root of their pixels, `stripAlong` rows of `stripAcross`; 0 where all is hidden.
 * The line lies in column `stripAcross / 2`.
 */
export function stripOf({ values, length, half }: Strip, starFwhm: number): Float32Array {
  const sums = new Float32Array(stripAlong * stripAcross);
  const numbers = new Float32Array(sums.length);
  const span = 2 * half + 1;
  const pixels = pixelsPerColumn(starFwhm);
  for (let t = 0; t < length; t++) {
    const row = Math.floor((t * stripAlong) / length) * stripAcross;
    for (let u = 0; u < pixels * stripAcross; u++) {
      const value = values[t * span + u]!;
      if (Number.isNaN(value)) continue;
      const at = row + Math.floor(u / pixels);
      sums[at]! += value;
      numbers[at]!++;
    }
  }
  for (let at = 0; at < sums.length; at++) if (numbers[at]! > 0) sums[at]! /= Math.sqrt(numbers[at]!);
  return sums;
}

/** @param strip as `stripOf` gives it. Most within -3..3. */
export function stripFigures(strip: Float32Array): number[] {
  const rows = Array.from({ length: stripAlong }, (_, part) =>
    strip.subarray(part * stripAcross, (part + 1) * stripAcross),
  );
  const whole = Array.from(
    { length: stripAcross },
    (_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / Math.sqrt(stripAlong),
  );
  const matched = matchedAcross(whole, medianOf(whole));
  const own = Math.max(...matched.slice(middle - 2, middle + 3));
  const sides = beside.flatMap(([from, to]) => matched.slice(from, to));
  const highest = Math.max(...sides);
  const spread = deviationOf(sides);
  const level = medianOf([...strip]);
  const parts = rows.map((row) => matchedAcross([...row], level)[middle]!).sort((a, b) => a - b);
  const allButTwo = parts.slice(0, -2).reduce((sum, value) => sum + value, 0) / Math.sqrt(stripAlong - 2);
  const quarter = stripAcross / 4;
  return [
    own / 8,
    highest / 8,
    spread,
    own / Math.max(1, spread) / 4,
    (own - highest) / 8,
    Math.sqrt(strip.reduce((sum, value) => sum + value * value, 0) / strip.length) - 1,
    parts.filter((value) => value > leastLit).length / stripAlong,
    allButTwo / 8,
    parts[stripAlong - 1]! / 5,
    parts[quarter / 2]! / 3,
    parts[quarter]! / 3,
    (meanOf(whole.slice(0, quarter)) - meanOf(whole.slice(-quarter))) / 3,
    strip.reduce((most, value) => Math.max(most, value), 0) / 10,
  ];
}

/** Matched signal to noise of a line of `lineColumns` at every column; columns outside count as the level. */
function matchedAcross(values: readonly number[], level: number): number[] {
  const weights = gaussianWeights(lineColumns);
  const reach = weights.length - 1;
  let norm = 0;
  for (let u = -reach; u <= reach; u++) norm += weights[Math.abs(u)]! ** 2;
  return values.map((_, column) => {
    let sum = 0;
    for (let u = -reach; u <= reach; u++) {
      const value = values[column + u];
      if (value !== undefined) sum += weights[Math.abs(u)]! * (value - level);
    }
    return sum / Math.sqrt(norm);
  });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}
