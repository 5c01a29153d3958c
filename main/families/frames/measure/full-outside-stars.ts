/** Which full pixels are no star's. */
import { type FullGroup, fullGroups } from './saturated-stars.ts';

/** Full pixels this many FWHM from a full star are its core's. */
const coreReach = 4;
/** Cores that are broader than this many FWHM are a lamp's or a flash's. */
const broadestCore = 12;

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * How many of the full pixels (`indices`, in reading order) belong to no star. A full star's own are those near its
 * centre, and all that touch its core, however far it bleeds along its column; a star whose centre may lie beyond the
 * border needs none in the list.
 *
 * @param cores centres of the full stars, px
 * @param fwhm of the frame's stars, px
 */
export function fullOutsideStars(
  indices: Int32Array,
  frame: { readonly width: number; readonly height: number },
  cores: readonly Place[],
  fwhm: number,
): number {
  const reach = coreReach * fwhm;
  const explained = fullGroups(indices, frame).filter(
    (group) =>
      group.breadth <= broadestCore * fwhm &&
      (cores.some((core) => isWithin(core, group, reach)) ||
        (group.breadth >= fwhm && atBorder(group, frame, reach))),
  );
  const near = (x: number, y: number): boolean =>
    cores.some((core) => Math.abs(core.x - x) < reach && Math.abs(core.y - y) < reach);
  let outside = 0;
  for (const index of indices) {
    const x = index % frame.width;
    const y = Math.floor(index / frame.width);
    if (!near(x, y) && !explained.some((group) => isWithin({ x, y }, group, 0))) outside++;
  }
  return outside;
}

function isWithin({ x, y }: Place, { left, right, top, bottom }: FullGroup, reach: number): boolean {
  return x >= left - reach && x <= right + reach && y >= top - reach && y <= bottom + reach;
}

function atBorder(
  { x, y }: FullGroup,
  { width, height }: { readonly width: number; readonly height: number },
  reach: number,
): boolean {
  return x < reach || y < reach || x > width - 1 - reach || y > height - 1 - reach;
}
