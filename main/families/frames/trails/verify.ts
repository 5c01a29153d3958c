/** What a straight light must show to be a trail and not something else that is long. */
import { isBanding } from './banding.ts';
import { isGalaxy } from './galaxies.ts';
import { scatterOfParallels } from './parallels.ts';
import { type Raster, segmentLength } from './raster.ts';
import type { TrailSearchInput } from './search-input.ts';
import { followsDetector } from './spikes.ts';
import type { TracedLine } from './trace-line.ts';

/** Least integrated signal to noise; see docs/guide/trails.md for the false-alarm rate behind it. */
export const leastSignificance = 8;

/**
 * Lines shorter than this must be stronger: a few faint stars in a row make short ones. In px, and in widths of the stars,
 * for what clumps along a line (stars too faint to be masked, their wings) is as large as a star.
 */
const shortLength = 400;
const shortWidths = 160;
/** A line this far beyond the scatter of its parallels is none of them, however uneven the sky. */
const beyondParallels = 12;
/** Lines wider than this many widths of the stars are out of focus, hence bright; up to it they may be faint where they are long and the same all along. */
const wideWidths = 2.7;
const surelySteady = 0.9;
const surelySignificant = 15;
const leastContrast = 0.55;
/** A line between two dark places is none: its sides may be below the sky by this share of its brightness. */
const leastHeight = 0.4;
/** Share of the parts that must show the same line. */
const leastSteady = 0.72;
/** Least width over that of the stars: light that came through the telescope is not sharper. Cosmic rays are. */
const shortNarrowest = 0.75;
const longNarrowest = 0.5;
/** Unrolled FWHM (px) of lines up to this length (px) that particles can have made. */
const narrowTrack = 1.5;
const longestTrack = 150;

export type Verdict =
  | 'trail'
  | 'faint'
  | 'narrow'
  | 'stubby'
  | 'diffuse'
  | 'gap'
  | 'edge'
  | 'unsteady'
  | 'broken'
  | 'galaxy'
  | 'banding'
  | 'uneven';

/** `map` is the binned map that it was found in, whose cells have `cell` pixels. */
export function judgeLine(line: TracedLine, input: TrailSearchInput, map: Raster, cell: number): Verdict {
  if (line.significance < leastSignificance) return 'faint';
  const length = segmentLength(line.segment);
  // What hides behind stars may be dark: a line is as short as what is seen of it.
  const evidence = Math.max(1, Math.min(length, line.seen));
  const short = Math.max(shortLength, shortWidths * input.fwhm) / evidence;
  if (line.significance < leastSignificance * Math.sqrt(Math.max(1, short))) return 'faint';
  const wholeFrame = Math.min(input.width, input.height) / 3;
  if (isNarrow(line, length, wholeFrame, input.fwhm)) return 'narrow';
  if (length < Math.max(25, (line.amplitude > 5 ? 8 : 14) * line.fwhm)) return 'stubby';
  if (isDiffuse(line, input.fwhm, wholeFrame)) return 'diffuse';
  if (line.level < -leastHeight * line.amplitude) return 'gap';
  if (line.contrast < leastContrast) return 'edge';
  if (line.significance > 9 && line.steady < leastSteady) return 'unsteady';
  if (line.fill < 0.8 && !isDashed(line, input.fwhm, wholeFrame)) return 'broken';
  if (isGalaxy(line)) return 'galaxy';
  if (isBanding(line, map, cell)) return 'banding';
  const parallels = scatterOfParallels(line, map, cell);
  if (line.significance < leastSignificance * 0.8 * parallels && line.plain < beyondParallels * parallels)
    return 'banding';
  if (!isEven(line)) return 'uneven';
  return 'trail';
}

/** FWHM (px) of the widest lines that count as trails. */
export function widestLine(starFwhm: number): number {
  return Math.max(25, 4 * starFwhm);
}

/** Of a first estimate: widths beyond that of a sharp line, and peaks, below which it is not followed any further. */
const hopelessPeaks: readonly (readonly [number, number])[] = [
  [1, 0.15],
  [1.3, 1],
];

/** True when a first estimate of a line (FWHM in px, peak in sigmas) is so wide or faint that it can only be diffuse. */
export function isHopeless(fwhm: number, amplitude: number, starFwhm: number): boolean {
  const sharp = Math.max(12, wideWidths * starFwhm);
  return (
    fwhm > 1.5 * widestLine(starFwhm) ||
    hopelessPeaks.some(([widths, peak]) => fwhm > widths * sharp && amplitude < peak)
  );
}

/** Tracks of particles are about a pixel wide, and no longer than a few hundred pixels. */
function isNarrow(line: TracedLine, length: number, wholeFrame: number, starFwhm: number): boolean {
  const long = length >= wholeFrame && !followsDetector(line.segment);
  const least = length < longestTrack ? narrowTrack : 1.1;
  // Where a clear line crosses the frame it is the stars' width that is in doubt.
  if (long && line.amplitude > 3) return line.fwhm < 1.1;
  return line.fwhm < Math.max(least, (long ? longNarrowest : shortNarrowest) * starFwhm);
}

/**
 * Lines much wider than stars are near and out of focus, hence bright and even; faint, very wide or patchy ones are
 * nebulae, uneven sky and the rims of clouds and obstacles. None of those is the same all across a frame, free on both
 * sides: what is may be faint for its width, as the two rows of an aircraft's lights are that run into one.
 */
function isDiffuse(line: TracedLine, starFwhm: number, wholeFrame: number): boolean {
  if (line.fwhm > widestLine(starFwhm)) return true;
  if (line.fwhm > Math.max(14, wideWidths * starFwhm) && line.fill < 0.9) return true;
  if (line.fwhm > 8 && line.amplitude < 0.25) return true;
  const even = line.steady >= surelySteady && line.fill > surelySteady && line.seen > wholeFrame;
  if (line.fwhm > 2.1 * starFwhm && line.amplitude < 0.5)
    return !(even && line.significance > surelySignificant && line.fwhm < wideWidths * starFwhm);
  if (even && line.significance > 2 * surelySignificant && line.contrast > surelySteady) return false;
  if (line.fwhm > Math.max(12, wideWidths * starFwhm)) {
    return line.amplitude < 3 || (line.fill < 0.85 && !isDashed(line, starFwhm, 0));
  }
  return line.fwhm > Math.max(9, wideWidths * starFwhm) && line.amplitude < 1;
}

/** Dashes come in numbers over a long way, each longer than a star or a hit; a line broken in a few long pieces may be one too. */
function isDashed(line: TracedLine, starFwhm: number, leastLength: number): boolean {
  const long = line.runs.filter((run) => run.to - run.from > 2.5 * starFwhm).length;
  const length = line.to - line.from;
  if (long < 0.6 * line.runs.length) return false;
  return (
    (long >= 5 && length > Math.max(150, leastLength)) ||
    (line.fill > 0.5 && length > 250 && line.fill * length > 12 * starFwhm * line.runs.length)
  );
}

/**
 * True when the light is spread over the length: of equal parts, each long enough to show about 2.5 sigma were the line
 * uniform, most must, and the line must stay significant when no part may count for more than twice its share.
 */
function isEven(line: TracedLine): boolean {
  const parts = Math.max(4, Math.min(10, Math.floor((line.significance / 2.5) ** 2)));
  const sums = new Float64Array(parts);
  const weights = new Float64Array(parts);
  let cursor = 0;
  let lit = 0;
  for (const run of line.runs) lit += run.to - run.from;
  for (const run of line.runs) {
    for (let t = run.from; t < run.to; t++, cursor++) {
      const part = Math.min(parts - 1, Math.floor((cursor * parts) / lit));
      sums[part] += line.amplitudes.weight[t] * line.amplitudes.value[t];
      weights[part] += line.amplitudes.weight[t];
    }
  }
  let present = 0;
  let counted = 0;
  let capped = 0;
  let total = 0;
  for (let part = 0; part < parts; part++) {
    if (!(weights[part] > 0)) continue;
    counted++;
    const amplitude = sums[part] / weights[part];
    if (amplitude > 0.3 * line.amplitude) present++;
    capped += Math.min(sums[part], 1.6 * line.amplitude * weights[part]);
    total += weights[part];
  }
  return counted >= 3 && present >= 0.7 * counted && capped / Math.sqrt(total) > 0.75 * line.significance;
}
