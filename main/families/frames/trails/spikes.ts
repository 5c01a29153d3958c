/** Diffraction spikes: straight too, but they pass through a bright star and fade with the distance from it. */
import { meanOfFour } from './light.ts';
import { angleOf, type Segment, segmentLength } from './raster.ts';
import type { TrailSearchInput } from './search-input.ts';
import { faintRim, type MaskedStar, maskRadius } from './star-mask.ts';
import { medianOf } from './strip.ts';
import type { TracedLine } from './trace-line.ts';

/** Stars with this peak (sigmas) and more can show spikes. */
const leastPeak = 60;
/** A spike's brightness beside its star's core is below this share of the star's peak. */
const mostShare = 0.2;
/** Exponents of the fading with distance that are tried; spikes of straight vanes fall with 1 to 2. */
const exponents: readonly number[] = [0.75, 1, 1.5, 2, 2.5, 3];
/** Below this advantage of fading (log) the line is even: a trail that happens to pass the star. */
const clearlyConstant = -15;
/** How much likelier (log) fading must be than a constant line. */
const leastAdvantage = 2;

/** Stars that can show spikes, brightest first. */
export function spikeStars(stars: readonly MaskedStar[]): MaskedStar[] {
  return stars
    .filter((star) => star.peak >= leastPeak)
    .sort((a, b) => b.flux - a.flux)
    .slice(0, 300);
}

/**
 * The star whose spike this line is, or null. `angles` (radians) are the directions of spikes seen before: a line along
 * one of them through a bright star needs no further proof.
 */
export function starOfSpike(
  line: TracedLine,
  stars: readonly MaskedStar[],
  input: TrailSearchInput,
  angles: readonly number[],
): MaskedStar | null {
  const { fwhm } = input;
  const { segment } = line;
  const length = segmentLength(segment);
  const dx = (segment.x2 - segment.x1) / length;
  const dy = (segment.y2 - segment.y1) / length;
  const known = alongAny(segment, angles, toleranceOf(line));
  for (const star of stars) {
    if (line.amplitude > mostShare * star.peak) continue;
    const along = (star.x - segment.x1) * dx + (star.y - segment.y1) * dy;
    const across = Math.abs((star.x - segment.x1) * dy - (star.y - segment.y1) * dx);
    const outside = Math.max(0, -along, along - length);
    // The middle of a full star is only known to a share of its size, the line's direction to a hundredth.
    const blur = 1.2 * fwhm + (star.fwhm > 1.5 * fwhm ? 0.35 * star.fwhm : 0);
    if (across > blur + 0.01 * (outside + length / 2)) continue;
    // Beyond the star's own light a spike is seen without a gap, unless it comes and goes in a known direction.
    const gap = Math.max(12 * fwhm, 1.5 * star.fwhm, 2 * maskRadius(star.peak, star.fwhm, faintRim));
    if (outside > Math.max(gap, known ? 0.6 * length : 0)) continue;
    const advantage = fadingAdvantage(line, along, 1.5 * fwhm);
    if (advantage < clearlyConstant) continue;
    if (known || advantage > leastAdvantage || brightensTowards(line, star, input)) return star;
  }
  return null;
}

/** A spike is this many times brighter near its star than where the line was traced. */
const leastBrightening = 2.5;

/**
 * True when the line, followed inwards to the star, outshines the rest of the circles round the star far more than it
 * does where it was found. Comparing on circles cancels the star's own halo.
 */
function brightensTowards(line: TracedLine, star: MaskedStar, input: TrailSearchInput): boolean {
  const angle = angleOf(line.segment);
  for (const [inner, outer] of [
    [4, 8],
    [8, 16],
    [16, 24],
  ] as const) {
    const values: number[] = [];
    for (let radius = inner * input.fwhm; radius < outer * input.fwhm; radius += 1) {
      for (const way of [angle, angle + Math.PI]) values.push(aboveCircle(input, star, radius, way));
    }
    const near = medianOf(values.filter((value) => !Number.isNaN(value)));
    if (near > leastBrightening * line.amplitude + 1) return true;
  }
  return false;
}

/** Light at a place seen from a star, over that 2.5 and 5 widths to either side on the same circle. */
function aboveCircle(input: TrailSearchInput, star: MaskedStar, radius: number, angle: number): number {
  const at = (turn: number) =>
    meanOfFour(
      input,
      star.x + radius * Math.cos(angle + turn) - 0.5,
      star.y + radius * Math.sin(angle + turn) - 0.5,
    );
  const turn = (2.5 * input.fwhm) / radius;
  const x = star.x + radius * Math.cos(angle);
  const y = star.y + radius * Math.sin(angle);
  if (x < 1 || y < 1 || x > input.width - 2 || y > input.height - 2) return Number.NaN;
  return at(0) - Math.max(at(turn), at(-turn));
}

/** How far (share of the distance) a spike may stray from a line that was laid through several. */
const brokenSlant = 0.1;
/** Share of a line's light that stars beside it must reach for the line to be a row of their spikes. */
const leastReached = 0.5;

/**
 * True where most of a broken line's light lies within reach of bright stars on it: a spike has a share of its star's peak at the
 * core and falls with the distance, so that a line too bright for any star near it is none.
 */
export function isRowOfSpikes(line: TracedLine, stars: readonly MaskedStar[], starFwhm: number): boolean {
  const { segment } = line;
  const length = segmentLength(segment);
  const dx = (segment.x2 - segment.x1) / length;
  const dy = (segment.y2 - segment.y1) / length;
  const reached = new Uint8Array(line.to);
  for (const star of stars) {
    const along = (star.x - segment.x1) * dx + (star.y - segment.y1) * dy;
    const across = Math.abs((star.x - segment.x1) * dy - (star.y - segment.y1) * dx);
    const reach = (1.5 * starFwhm * mostShare * star.peak) / line.amplitude;
    if (across > Math.max(2 * starFwhm, brokenSlant * reach)) continue;
    const centre = line.from + along;
    reached.fill(1, Math.max(0, Math.floor(centre - reach)), Math.max(0, Math.ceil(centre + reach)));
  }
  let lit = 0;
  let near = 0;
  for (const { from, to } of line.runs) {
    for (let t = from; t < to; t++) near += reached[t];
    lit += to - from;
  }
  return near >= leastReached * lit;
}

/** Stretches of a line among which the one that even light fits best is looked for. */
const stretches = 24;

/**
 * How much likelier (log) it is that the light falls with a power of the distance from `centre` (px along the line) than
 * that it is even over some part of the line and missing elsewhere.
 */
function fadingAdvantage(line: TracedLine, centre: number, closest: number): number {
  const { amplitudes, from, to } = line;
  const light = new Float64Array(stretches + 1);
  const weights = new Float64Array(stretches + 1);
  const tops = new Float64Array(exponents.length);
  const bottoms = new Float64Array(exponents.length);
  for (let t = from; t < to; t++) {
    const distance = Math.max(closest, Math.abs(t - from - centre));
    const weight = amplitudes.weight[t];
    const value = amplitudes.value[t];
    const stretch = 1 + Math.floor(((t - from) * stretches) / (to - from));
    light[stretch] += weight * value;
    weights[stretch] += weight;
    const base = Math.log(distance / closest);
    for (let k = 0; k < exponents.length; k++) {
      const shape = Math.exp(-exponents[k] * base);
      tops[k] += weight * value * shape;
      bottoms[k] += weight * shape * shape;
    }
  }
  let best = 0;
  for (let k = 0; k < exponents.length; k++) {
    if (tops[k] > 0 && bottoms[k] > 0) best = Math.max(best, tops[k] ** 2 / bottoms[k]);
  }
  return 0.5 * (best - evenGain(light, weights));
}

/** Twice the log likelihood gained over darkness by even light over the best run of stretches (1 on, sums of each). */
function evenGain(light: Float64Array, weights: Float64Array): number {
  for (let k = 1; k < light.length; k++) {
    light[k] += light[k - 1];
    weights[k] += weights[k - 1];
  }
  let best = 0;
  for (let a = 0; a < light.length; a++) {
    for (let b = a + leastRun; b < light.length; b++) {
      const sum = light[b] - light[a];
      const weight = weights[b] - weights[a];
      if (sum > 0 && weight > 0) best = Math.max(best, sum ** 2 / weight);
    }
  }
  return best;
}

/** Stretches that even light goes over at least: a spike is brightest over a few. */
const leastRun = 10;

/** A line that strays less than this (px) from one column or row follows the detector, not the sky. */
const detectorStray = 1.5;

export function followsDetector(segment: Segment, stray = detectorStray): boolean {
  return Math.min(Math.abs(segment.x2 - segment.x1), Math.abs(segment.y2 - segment.y1)) < stray;
}

/** Brightness (sigmas) from which a line along a column may be spilled charge. */
const leastBleeding = 20;
/** And from which nothing else is as bright along exactly one column. */
const surelyBleeding = 200;

/**
 * True for charge that spilled along the column (or row) of a full star: somewhere on the line both its sides are lit
 * by that star's wings, far above the line's own.
 */
export function isBleeding(line: TracedLine, input: TrailSearchInput): boolean {
  const { segment } = line;
  if (line.amplitude > surelyBleeding && followsDetector(segment, Math.max(detectorStray, 1.2 * line.fwhm)))
    return true;
  if (!followsDetector(segment) || line.amplitude < leastBleeding) return false;
  const length = segmentLength(segment);
  const dx = (segment.x2 - segment.x1) / length;
  const dy = (segment.y2 - segment.y1) / length;
  const aside = 2 * Math.max(line.fwhm, input.fwhm);
  const sides: number[] = [];
  for (let along = -input.fwhm; along <= length + input.fwhm; along += Math.max(1, input.fwhm / 2)) {
    const x = segment.x1 + dx * along;
    const y = segment.y1 + dy * along;
    sides.push(
      Math.min(
        meanOfFour(input, x - dy * aside, y + dx * aside),
        meanOfFour(input, x + dy * aside, y - dx * aside),
      ),
    );
  }
  const brightest = Math.max(...sides);
  return brightest > leastBleeding + 5 * Math.max(0, medianOf(sides));
}

/** Distances (px) beyond the border at which a star outside the frame is assumed. */
const distancesOutside: readonly number[] = [4, 12, 30, 70];
/** How much likelier (log) fading from outside must be than a constant line. */
const leastOutsideAdvantage = 5;
/** The same along directions in which spikes were seen. */
const leastKnownAdvantage = 0.5;

/**
 * True for a line that enters over the border and fades inwards as the spike of a star outside the frame does. Where
 * spikes were seen (`angles`, radians), its direction must be one of theirs or cross them at right angles.
 */
export function fadesFromOutside(
  line: TracedLine,
  input: TrailSearchInput,
  angles: readonly number[],
): boolean {
  const { segment } = line;
  const length = segmentLength(segment);
  if (length > 0.5 * Math.max(input.width, input.height)) return false;
  const enters1 = nearBorder(segment.x1, segment.y1, input);
  const enters2 = nearBorder(segment.x2, segment.y2, input);
  const known = alongAny(segment, angles, toleranceOf(line));
  if (angles.length > 0 && !known) return false;
  const advantage = known ? leastKnownAdvantage : leastOutsideAdvantage;
  return distancesOutside.some(
    (distance) =>
      (enters1 && fadingAdvantage(line, -distance, 3) > advantage) ||
      (enters2 && fadingAdvantage(line, length + distance, 3) > advantage),
  );
}

/** Tolerance (radians) for the direction of a line: that of a short wide one is less certain. */
function toleranceOf(line: TracedLine): number {
  return knownTolerance + (0.7 * line.fwhm) / segmentLength(line.segment);
}

/** True when the segment runs in one of these directions or crosses one at right angles. */
export function alongAny(segment: Segment, angles: readonly number[], tolerance: number): boolean {
  const angle = angleOf(segment);
  return angles.some((other) => crossesRight(angle, other, tolerance));
}

/** Radians. */
const knownTolerance = (2 * Math.PI) / 180;

/** Px from the border within which a line counts as entering over it. */
const enteringMargin = 16;

function nearBorder(x: number, y: number, input: TrailSearchInput): boolean {
  return (
    x < enteringMargin ||
    y < enteringMargin ||
    x > input.width - 1 - enteringMargin ||
    y > input.height - 1 - enteringMargin
  );
}

/** True when two directions agree within the tolerance, or differ by a right angle. */
function crossesRight(a: number, b: number, tolerance: number): boolean {
  const quarter = Math.PI / 2;
  const turn = (((a - b) % quarter) + quarter) % quarter;
  return Math.min(turn, quarter - turn) < tolerance;
}

/** The stretch of the spike line to hide for a star, from the reach seen at another: light falls about as 1/d^2. */
export function spikeAt(star: MaskedStar, angle: number, reach: number): Segment {
  const dx = Math.cos(angle) * reach;
  const dy = Math.sin(angle) * reach;
  return { x1: star.x - dx, y1: star.y - dy, x2: star.x + dx, y2: star.y + dy };
}

/** Farthest distance (px) from the star at which this spike was seen. */
export function reachOf(line: TracedLine, star: MaskedStar): number {
  const { x1, y1, x2, y2 } = line.segment;
  return Math.max(Math.hypot(x1 - star.x, y1 - star.y), Math.hypot(x2 - star.x, y2 - star.y));
}
