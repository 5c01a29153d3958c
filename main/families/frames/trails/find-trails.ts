/** Straight trails of satellites, aircraft and meteors in one frame. */
import type { FaintLine, SuspectedLines, TrailCandidate } from '../record.ts';
import { fitCross } from './cross-fit.ts';
import { evenLight } from './faint-line.ts';
import { type HiddenMap, hideLine, hideSpikes } from './hide.ts';
import { addOverlooked } from './overlooked.ts';
import { type Picture, pictureOfFrame, pictureOfMap } from './picture.ts';
import { angleOf, enlarge, type Raster, reduce, type Segment, segmentLength } from './raster.ts';
import type { TrailSearchInput } from './search-input.ts';
import { partOfLine, type SearchLevel, spendPiece, strongestPieces, weighPiece } from './search-level.ts';
import { binAgain, binningFor, binResidual, flatten, subtractSurroundings } from './sky-map.ts';
import { spikeDirections } from './spike-directions.ts';
import { alongAny, fadesFromOutside, isBleeding, isRowOfSpikes, spikeStars, starOfSpike } from './spikes.ts';
import { blockBadLines, blockStars, type MaskedStar, starsToMask } from './star-mask.ts';
import { noSuspects, type SuspectedLine, suspectCount, suspectedLines } from './suspected-lines.ts';
import { followLine, significanceOf, type TracedLine, traceLine } from './trace-line.ts';
import { isHopeless, judgeLine, type Verdict, widestLine } from './verify.ts';

export type { TrailSearchInput };

/** Integrated signal to noise in the binned map below which a line is not looked at in full resolution. */
const leastBinned = 5;
const mostRounds = 6;
/**
 * In one map, strongest first. Of a 26-megapixel sky without trails some 300 chance rows are lit enough to be followed:
 * all of them make the search half as dear again, and found no faint trail that the first ones had missed.
 */
const mostTraces = 120;
const smallestSide = 48;
const smallestWideSide = 16;
/** A line with less light than this along it, within this angle (radians) of the spikes, may be their faint ends in a row. */
const brokenFill = 0.9;
const brokenTolerance = 0.1;
/** Columns that the reused strip buffer has room for on the longest line; wider strips get room of their own. */
const stripColumns = 61;
/** Pixels looked at on either side of a line at most. */
const mostHalf = 120;
/** Cells of the second, coarser map in units of the first: for lines too wide to stand out in the fine one. */
const coarser = 4;
/** Least length, in shorter sides of the frame, of a faint line that is remembered: chance rows of stars are short. */
const leastFaint = 0.5;
/** Least strength of a line that is shown to networks, and how near (px) two of them are one. */
const leastSuspected = 3;
const sameLine = 8;
/** Widest line looked for in a map, cells. */
const widestCells = 5;

interface Search {
  readonly input: TrailSearchInput;
  /** The frame itself, only found lines and bad columns blocked. */
  readonly full: Picture;
  readonly fine: SearchLevel;
  /** Null for frames too small to have one. */
  readonly wide: SearchLevel | null;
  readonly hidden: readonly [HiddenMap, ...HiddenMap[]];
  readonly strip: Float32Array;
  readonly stars: readonly MaskedStar[];
  readonly spikeStars: readonly MaskedStar[];
  readonly spikeAngles: number[];
  readonly found: TracedLine[];
  faintest: FaintLine | null;
  readonly suspected: SuspectedLine[];
}

export interface FoundLines {
  /** Most significant first. */
  readonly trails: TrailCandidate[];
  /** The strongest long straight light that is not certain enough to be a trail. */
  readonly faintLine: FaintLine | null;
  /** What was suspected and not told. */
  readonly suspected: SuspectedLines;
}

/** Finds each straight trail once, however long or broken, most significant first. */
export function findTrails(input: TrailSearchInput): TrailCandidate[] {
  return findLines(input).trails;
}

/** Trails, and what may be one. Pure: the same input gives the same answer; nothing is modified. */
export function findLines(input: TrailSearchInput): FoundLines {
  if (Math.min(input.width, input.height) < smallestSide) return { ...noLines };
  const search = prepare(input);
  exhaust(search, search.fine);
  if (search.wide !== null) exhaust(search, search.wide);
  const trails = search.found
    .filter((line) => !isSpike(search, line))
    .map(toCandidate)
    .sort((a, b) => b.significance - a.significance);
  const source = { picture: search.full, stars: search.stars, starFwhm: input.fwhm, buffer: search.strip };
  return {
    trails,
    faintLine: search.faintest,
    suspected: suspectedLines(source, strongest(search.suspected)),
  };
}

/** Where nothing is looked for. */
export const noLines: FoundLines = { trails: [], faintLine: null, suspected: noSuspects() };

/** Strongest first, each line once. */
function strongest(suspected: readonly SuspectedLine[]): SuspectedLine[] {
  const kept: SuspectedLine[] = [];
  for (const line of [...suspected].sort((a, b) => b.strength - a.strength)) {
    if (kept.length === suspectCount) break;
    if (!kept.some((other) => partOfLine(line.segment, other.segment, sameLine))) kept.push(line);
  }
  return kept;
}

function suspect(
  search: Search,
  level: SearchLevel,
  piece: Segment,
  line: TracedLine | null,
  verdict: Verdict,
): void {
  if (level !== search.fine) return;
  const onMap = line === null ? piece : reduce(line.segment, level.cell);
  const strength = evenLight(level.raster, onMap);
  if (!(strength > leastSuspected)) return;
  const spike = line !== null && isSpike(search, line);
  search.suspected.push({ segment: enlarge(onMap, level.cell), strength, traced: line, verdict, spike });
}

function rememberFaint(search: Search, level: SearchLevel, piece: Segment): void {
  if (level !== search.fine) return;
  const { width, height } = level.raster;
  if (segmentLength(piece) < leastFaint * Math.min(width, height)) return;
  const strength = evenLight(level.raster, piece);
  if (strength <= (search.faintest?.strength ?? 0)) return;
  const { x1, y1, x2, y2 } = enlarge(piece, level.cell);
  search.faintest = { x1, y1, x2, y2, strength };
}

/** Looks again at what was found before the directions of the spikes were known. */
function isSpike(search: Search, line: TracedLine): boolean {
  const { input, spikeAngles } = search;
  return (
    (line.fill < brokenFill &&
      alongAny(line.segment, spikeAngles, brokenTolerance) &&
      isRowOfSpikes(line, search.spikeStars, input.fwhm)) ||
    starOfSpike(line, search.spikeStars, input, spikeAngles) !== null ||
    fadesFromOutside(line, input, spikeAngles)
  );
}

/** Searches one map, hides what was found and searches again until nothing is left. */
function exhaust(search: Search, level: SearchLevel): void {
  const dismissed: Segment[] = [];
  let traces = 0;
  for (let round = 0; round < mostRounds; round++) {
    let changed = false;
    for (const piece of strongestPieces(level)) {
      if (traces >= mostTraces) return;
      if (dismissed.some((other) => partOfLine(piece, other, 4)) || weighPiece(level, piece) !== 'lit')
        continue;
      traces++;
      const line = trace(search, level, piece);
      const verdict = line === null ? 'faint' : judgeLine(line, search.input, level.raster, level.cell);
      if (verdict !== 'trail') suspect(search, level, piece, line, verdict);
      if (line === null || verdict === 'faint') {
        rememberFaint(search, level, piece);
        dismissed.push(piece);
        spendPiece(level, piece);
        continue;
      }
      changed = true;
      const maps = search.hidden;
      const star = starOfSpike(line, search.spikeStars, search.input, search.spikeAngles);
      if (star !== null) {
        noteDirection(search, line);
        hideSpikes(maps, line, star, search.spikeStars);
        continue;
      }
      hideLine(maps, line);
      if (fadesFromOutside(line, search.input, search.spikeAngles)) {
        noteDirection(search, line);
        continue;
      }
      if (verdict === 'trail' && !isBleeding(line, search.input)) search.found.push(line);
    }
    if (!changed) return;
  }
}

/** Remembers the direction of a spike; wide light shows none. */
function noteDirection({ input, spikeAngles }: Search, line: TracedLine): void {
  if (line.fwhm < 2.5 * input.fwhm) spikeAngles.push(angleOf(line.segment));
}

function prepare(input: TrailSearchInput): Search {
  const cell = binningFor(input.width, input.height);
  const binned = binResidual(input, cell);
  blockBadLines(binned, input, cell);
  const understood: Raster = { ...binned, blocked: binned.blocked.slice() };
  const stars = starsToMask(input, binned, cell);
  blockStars(binned, stars, cell);
  addOverlooked(input, binned, cell, stars);
  flatten(binned);
  const wide = wideMap(binned, cell, input.fwhm);
  subtractSurroundings(binned);
  const bright = spikeStars(stars);
  const fine = { raster: binned, spent: binned.blocked.slice(), cell };
  return {
    input,
    full: pictureOfFrame(input.pixels, understood, cell),
    fine,
    wide,
    hidden: [{ raster: understood, cell }, fine, ...(wide === null ? [] : [wide])],
    strip: new Float32Array(stripColumns * (Math.ceil(Math.hypot(input.width, input.height)) + 4)),
    stars,
    spikeStars: bright,
    spikeAngles: spikeDirections(input, bright),
    found: [],
    faintest: null,
    suspected: [],
  };
}

function wideMap(binned: Raster, cell: number, starFwhm: number): SearchLevel | null {
  // Lines as wide as these cells are none, however bright.
  if (1.2 * coarser * cell > widestLine(starFwhm)) return null;
  const raster = binAgain(binned, coarser);
  if (Math.min(raster.width, raster.height) < smallestWideSide) return null;
  flatten(raster);
  return { raster, spent: raster.blocked.slice(), cell: cell * coarser };
}

function trace(search: Search, level: SearchLevel, piece: Segment): TracedLine | null {
  const rough = followLine(pictureOfMap(level.raster), piece, {
    half: 12,
    rounds: 3,
    likeliest: 2,
    brightness: 0,
    narrowest: 1.2,
    widest: widestCells,
    reach: 3,
    starFwhm: search.input.fwhm / level.cell,
    stars: [],
    buffer: search.strip,
  });
  if (rough === null || significanceOf(rough) < leastBinned) return null;
  const { fwhm, amplitude } = rough.fit;
  // A cell holds the light of all its pixels over the root of their number.
  if (isHopeless(fwhm * level.cell, amplitude / level.cell, search.input.fwhm)) return null;
  const width = fwhm * level.cell * (fwhm > 0.9 * widestCells ? 2 : 1);
  return traceLine(search.full, enlarge(rough.segment, level.cell), {
    half: Math.max(20, Math.min(Math.ceil(4 * width), mostHalf)),
    rounds: 9,
    likeliest: 0.7 * width,
    brightness: (1.5 * rough.fit.amplitude * level.cell) / width,
    narrowest: Math.max(1, 0.25 * width),
    widest: Math.max(4, 1.5 * width),
    reach: Math.min(8, level.cell + 1),
    starFwhm: search.input.fwhm,
    stars: search.stars,
    buffer: search.strip,
  });
}

function toCandidate(line: TracedLine): TrailCandidate {
  const fit = fitCross(line.profile, line.fwhm, line.significance);
  return {
    ...line.segment,
    width: fit?.width ?? line.fwhm,
    snr: fit?.peak ?? line.amplitude,
    significance: line.significance,
    fill: line.fill,
  };
}
