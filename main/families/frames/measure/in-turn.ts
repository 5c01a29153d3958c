/** An order of places that stays close by, so that the processor's caches serve, and still takes brighter ones first. */
import { StarPlaces } from './star-places.ts';

/** Bands that the frame is gone through in, px. */
const bandPixels = 48;
/** Longer chains of ever brighter neighbours are cut. */
const longestChain = 500;

interface Ranked<T> {
  readonly x: number;
  readonly y: number;
  readonly rank: number;
  readonly place: T;
}

/**
 * The places, brightest first as given, reordered band by band. None comes before a brighter one within `reach` px of it:
 * whatever depends on brighter neighbours that near comes out as in the order given.
 */
export function inTurn<T extends { readonly x: number; readonly y: number }>(
  places: readonly T[],
  width: number,
  reach: number,
): T[] {
  const ranked = places.map((place, rank): Ranked<T> => ({ x: place.x, y: place.y, rank, place }));
  const near = new StarPlaces<Ranked<T>>(width, Math.max(8, reach));
  for (const one of ranked) near.add(one);
  const done = new Uint8Array(places.length);
  const ordered: T[] = [];
  const chain: Ranked<T>[] = [];
  for (const first of inBands(ranked)) {
    if (done[first.rank] === 0) chain.push(first);
    while (chain.length > 0) {
      const one = chain[chain.length - 1];
      let brighter: Ranked<T> | null = null;
      if (done[one.rank] === 0 && chain.length < longestChain)
        near.visit(one.x, one.y, reach, (other) => {
          if (
            other.rank < one.rank &&
            done[other.rank] === 0 &&
            (brighter === null || other.rank < brighter.rank)
          )
            brighter = other;
        });
      if (brighter !== null) {
        chain.push(brighter);
        continue;
      }
      chain.pop();
      if (done[one.rank] !== 0) continue;
      done[one.rank] = 1;
      ordered.push(one.place);
    }
  }
  return ordered;
}

/** Along the rows of each band, there and back by turns. */
function inBands<T>(ranked: readonly Ranked<T>[]): Ranked<T>[] {
  const band = ({ y }: Ranked<T>) => Math.floor(y / bandPixels);
  return [...ranked].sort((a, b) => {
    const first = band(a);
    const second = band(b);
    if (first !== second) return first - second;
    return first % 2 === 0 ? a.x - b.x : b.x - a.x;
  });
}
