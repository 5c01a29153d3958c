/** Straight trails of satellites, aircraft and meteors in one frame. */
import type { TrailCandidate } from '../record.ts';
import { type HiddenMap, hideLine, hideSpikes } from './hide.ts';
import { addOverlooked } from './overlooked.ts';
import { type Picture, pictureOfFrame, pictureOfMap } from './picture.ts';
import { angleOf, enlarge, type Raster, type Segment } from './raster.ts';
import type { TrailSearchInput } from './search-input.ts';
import { partOfLine, type SearchLevel, searchLevel, stillLit, strongestPieces } from './search-level.ts';
import { binAgain, binningFor, binResidual, flatten } from './sky-map.ts';
import { alongAny, fadesFromOutside, isBleeding, spikeStars, starOfSpike } from './spikes.ts';
import { blockBadLines, blockStars, type MaskedStar, starsToMask } from './star-mask.ts';
import { type TracedLine, traceLine } from './trace-line.ts';
import { judgeLine } from './verify.ts';

export type { TrailSearchInput };

/** Integrated signal to noise in the binned map below which a line is not looked at in full resolution. */
const leastBinned = 5;
const mostRounds = 6;
const mostTraces = 120;
const smallestSide = 48;
/** A line with less light than this along it, within this angle (radians) of the spikes, is their faint ends in a row. */
const brokenFill = 0.9;
const brokenTolerance = 0.1;
/** Columns that the reused strip buffer has room for on the longest line; wider strips get room of their own. */
const stripColumns = 61;
/** Cells of the second, coarser map in units of the first: for lines too wide to stand out in the fine one. */
const coarser = 4;
/** Widest line looked for in a map, cells. */
const widestCells = 5;

interface Search {
  readonly input: TrailSearchInput;
  /** The frame itself, only found lines and bad columns blocked. */
  readonly full: Picture;
  readonly understood: HiddenMap;
  readonly fine: SearchLevel;
  readonly strip: Float32Array;
  readonly stars: readonly MaskedStar[];
  readonly spikeStars: readonly MaskedStar[];
  readonly spikeAngles: number[];
  readonly found: TracedLine[];
}

/**
 * Finds each straight trail once, however long or broken, most significant first. Pure: the same input gives the same
 * list; nothing is modified.
 */
export function findTrails(input: TrailSearchInput): TrailCandidate[] {
  if (Math.min(input.width, input.height) < smallestSide) return [];
  const search = prepare(input);
  exhaust(search, search.fine);
  const wide = binAgain(search.fine.raster, coarser);
  if (Math.min(wide.width, wide.height) >= 16) {
    flatten(wide);
    exhaust(search, searchLevel(wide, search.fine.cell * coarser));
  }
  return search.found
    .filter((line) => !isSpike(search, line))
    .map(toCandidate)
    .sort((a, b) => b.significance - a.significance);
}

/** Looks again at what was found before the directions of the spikes were known. */
function isSpike(search: Search, line: TracedLine): boolean {
  const { input, spikeAngles } = search;
  return (
    (line.fill < brokenFill && alongAny(line.segment, spikeAngles, brokenTolerance)) ||
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
      if (dismissed.some((other) => partOfLine(piece, other, 4)) || !stillLit(level.raster, piece)) continue;
      traces++;
      const line = trace(search, level, piece);
      const verdict =
        line === null ? 'faint' : judgeLine(line, search.input, search.fine.raster, search.fine.cell);
      if (line === null || verdict === 'faint') {
        dismissed.push(piece);
        continue;
      }
      changed = true;
      const maps = [search.understood, search.fine, ...(level === search.fine ? [] : [level])];
      const star = starOfSpike(line, search.spikeStars, search.input, search.spikeAngles);
      if (star !== null) {
        search.spikeAngles.push(angleOf(line.segment));
        hideSpikes(maps, line, star, search.spikeStars);
        continue;
      }
      hideLine(maps, line);
      if (fadesFromOutside(line, search.input, search.spikeAngles)) {
        search.spikeAngles.push(angleOf(line.segment));
        continue;
      }
      if (verdict === 'trail' && !isBleeding(line, search.input)) search.found.push(line);
    }
    if (!changed) return;
  }
}

function prepare(input: TrailSearchInput): Search {
  const cell = binningFor(input.width, input.height);
  const binned = binResidual(input, cell);
  blockBadLines(binned, input, cell);
  const understood: Raster = { ...binned, blocked: binned.blocked.slice() };
  const stars = starsToMask(input);
  blockStars(binned, stars, cell);
  addOverlooked(input, binned, cell, stars);
  flatten(binned);
  return {
    input,
    full: pictureOfFrame(input.pixels, understood, cell),
    understood: { raster: understood, cell },
    fine: searchLevel(binned, cell),
    strip: new Float32Array(stripColumns * (Math.ceil(Math.hypot(input.width, input.height)) + 4)),
    stars,
    spikeStars: spikeStars(stars),
    spikeAngles: [],
    found: [],
  };
}

function trace(search: Search, level: SearchLevel, piece: Segment): TracedLine | null {
  const rough = traceLine(pictureOfMap(level.raster), piece, {
    half: 4 * widestCells,
    narrowest: 1.2,
    widest: widestCells,
    reach: 3,
    starFwhm: search.input.fwhm / level.cell,
    stars: [],
    buffer: search.strip,
  });
  if (rough === null || rough.significance < leastBinned) return null;
  const width = rough.fwhm * level.cell * (rough.fwhm > 0.9 * widestCells ? 2 : 1);
  return traceLine(search.full, enlarge(rough.segment, level.cell), {
    half: Math.max(20, Math.ceil(4 * width)),
    narrowest: Math.max(1, 0.25 * width),
    widest: Math.max(4, 1.5 * width),
    reach: Math.min(8, level.cell + 1),
    starFwhm: search.input.fwhm,
    stars: search.stars,
    buffer: search.strip,
  });
}

/** FWHM that unrolling by nearest pixels adds in quadrature: uniform over one pixel, variance 1/12. */
const unrollingFwhmSquared = (8 * Math.LN2) / 12;

function toCandidate(line: TracedLine): TrailCandidate {
  const width = Math.sqrt(Math.max(1, line.fwhm ** 2 - unrollingFwhmSquared));
  return {
    ...line.segment,
    width,
    snr: line.amplitude * (line.fwhm / width),
    significance: line.significance,
    fill: line.fill,
  };
}
