/** Which catalogue stars each frame should show, and which of them it shows. */
import type { FrameRecord } from '../record.ts';
import type { Expected } from './missing-stars.ts';
import type { RegisteredField } from './register-frames.ts';
import { expectedPlaces, type StarCatalogue } from './star-catalogue.ts';
import type { FieldPhotometry } from './star-photometry.ts';

/** Expected stars fainter than this may be missed by chance. */
const surelySeenSnr = 18;
/** In fields with fewer such stars than this, fainter ones count as well: how often each is found tells what it is worth. */
const sparseStars = 30;
const sparseSnr = 12;
const borderPixels = 12;
/** Parts into which the night is cut: an obstacle that hides a corner for hours leaves some part free. */
const nightParts = 4;

interface Sighting {
  readonly star: Int32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly found: Uint8Array;
}

/** Null for frames whose stars could not be matched. */
export function expectedStars(
  records: readonly FrameRecord[],
  hours: Float64Array,
  field: RegisteredField,
  catalogue: StarCatalogue,
  light: FieldPhotometry,
): (Expected | null)[] {
  const sightings = records.map((record, k) => sightingsOf(record, k, field, catalogue, light));
  const usually = usuallyFound(sightings, hours, catalogue.count);
  return sightings.map((sighting) => {
    if (sighting === null) return null;
    const { star, x, y, found } = sighting;
    return { x, y, found, count: star.length, usuallyFound: Float64Array.from(star, (s) => usually[s]) };
  });
}

function sightingsOf(
  record: FrameRecord,
  k: number,
  field: RegisteredField,
  catalogue: StarCatalogue,
  light: FieldPhotometry,
): Sighting | null {
  const transform = field.transforms[k];
  const frame = light.frames[k];
  if (transform === null || frame === null) return null;
  const { x, y } = expectedPlaces(catalogue, transform);
  const seen = new Uint8Array(catalogue.count);
  for (const star of catalogue.starOf[k]) if (star >= 0) seen[star] = 1;
  const margin = borderPixels + field.tolerance;
  const lastRow = record.truncated?.validRows ?? record.height;
  const brighterThan = (snr: number): number[] => {
    const star: number[] = [];
    for (let s = 0; s < catalogue.count; s++) {
      const across = x[s] > margin && x[s] < record.width - margin;
      const up = y[s] > margin && y[s] < lastRow - margin;
      if (across && up && light.referenceLogSnr[s] - frame.snrLoss > Math.log(snr)) star.push(s);
    }
    return star;
  };
  const bright = brighterThan(surelySeenSnr);
  const star = bright.length < sparseStars ? brighterThan(sparseSnr) : bright;
  return {
    star: Int32Array.from(star),
    x: Float64Array.from(star, (s) => x[s]),
    y: Float64Array.from(star, (s) => y[s]),
    found: Uint8Array.from(star, (s) => seen[s]),
  };
}

/** For each star the share of frames that found it, in the part of the night that found it most often. */
function usuallyFound(
  sightings: readonly (Sighting | null)[],
  hours: Float64Array,
  stars: number,
): Float64Array {
  const order = Array.from(hours.keys()).sort((p, q) => hours[p] - hours[q]);
  const parts = Math.max(1, Math.min(nightParts, Math.floor(order.length / 8)));
  const best = new Float64Array(stars);
  for (let part = 0; part < parts; part++) {
    const expected = new Float64Array(stars);
    const found = new Float64Array(stars);
    const from = Math.floor((part * order.length) / parts);
    const to = Math.floor(((part + 1) * order.length) / parts);
    for (const k of order.slice(from, to)) {
      const sighting = sightings[k];
      sighting?.star.forEach((s, i) => {
        expected[s]++;
        found[s] += sighting.found[i];
      });
    }
    for (let s = 0; s < stars; s++) best[s] = Math.max(best[s], (found[s] + 0.5) / (expected[s] + 1));
  }
  return best;
}
