/** Hides what has been understood, so that the next search sees what is left. */
import { type Raster, segmentLength } from './raster.ts';
import { blockAround } from './search-level.ts';
import { reachOf, spikeAt } from './spikes.ts';
import type { MaskedStar } from './star-mask.ts';
import type { TracedLine } from './trace-line.ts';

/** Share by which the hidden part of a spike is longer than what was seen of it. */
const spikeMargin = 1.4;
/** Share of the frame that is given up at most for spikes that nobody has seen. */
const mostUnseen = 0.2;

/** A map of the frame in which found lines are blocked. */
export interface HiddenMap {
  readonly raster: Raster;
  readonly cell: number;
}

export function hideLine(maps: readonly HiddenMap[], line: TracedLine): void {
  const reach = hiddenHalfWidth(line);
  for (const map of maps) blockAround(map.raster, map.cell, line.segment, reach);
}

/**
 * Hides a spike, its star's others and those that the other bright stars must have, in the same and the crossing direction:
 * the brightest stars' first, until the most that one spike may make go unseen is hidden (a crowded field would be all spikes).
 */
export function hideSpikes(
  maps: readonly [HiddenMap, ...HiddenMap[]],
  line: TracedLine,
  star: MaskedStar,
  stars: readonly MaskedStar[],
): void {
  hideLine(maps, line);
  const seen = reachOf(line, star) * spikeMargin;
  const angle = Math.atan2(line.segment.y2 - line.segment.y1, line.segment.x2 - line.segment.x1);
  const halfWidth = Math.max(3, Math.min(8, 1.2 * line.fwhm));
  const [{ raster, cell }] = maps;
  let left = mostUnseen * raster.width * raster.height * cell * cell;
  for (const other of [star, ...stars.filter((each) => each !== star)]) {
    if (left <= 0) return;
    const reach = seen * Math.sqrt(Math.min(1.5, other.flux / star.flux));
    if (!(reach > 6 * line.fwhm)) continue;
    left -= 8 * reach * halfWidth;
    for (const turn of [0, Math.PI / 2]) {
      const spike = spikeAt(other, angle + turn, reach);
      for (const map of maps) blockAround(map.raster, map.cell, spike, halfWidth);
    }
  }
}

/** Distance (px) at which the cross profile has faded into its own noise or begins to rise again. */
function hiddenHalfWidth(line: TracedLine): number {
  const { profile } = line;
  let farthest = 1.2 * line.fwhm;
  for (const side of [-1, 1]) {
    for (let u = Math.ceil(1.2 * line.fwhm); u <= profile.half; u++) {
      const at = profile.half + side * u;
      if (!(profile.mean[at] - line.level > 2 * profile.noise[at])) {
        farthest = Math.max(farthest, u);
        break;
      }
    }
  }
  return Math.min(farthest, Math.max(6, 3 * line.fwhm), segmentLength(line.segment));
}
