/** Finds the dashes of an aircraft among the stars: long images in a row, all pointing along the row. */
import { peakAt, squareAround } from './light.ts';
import type { TrailSearchInput } from './search-input.ts';

/** Brightest stars looked at. */
const mostCandidates = 260;
const leastPeak = 5;
/** Long over short axis (squared, of the light's second moments) from which an image counts as long. */
const leastStretchSquared = 1.7;
/** Largest angle (radians) between a dash and its row. */
const mostTilt = 0.25;
/** Dashes apart from one another that make a row. */
const leastDashes = 4;
/** Share of long images elsewhere, pointing the same way, above which the whole field is trailed. */
const mostElsewhere = 0.3;

interface Image {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly peak: number;
  readonly long: boolean;
  /** Direction of the long axis, radians. */
  readonly angle: number;
}

/** Indices in the star table of those that are bits of dashed lines. */
export function dashBits(input: TrailSearchInput): Set<number> {
  const images = measureImages(input);
  const bits = new Set<number>();
  const long = images.filter((image) => image.long);
  for (let i = 0; i < long.length; i++) {
    if (bits.has(long[i].index)) continue;
    for (let j = i + 1; j < long.length; j++) {
      const row = rowThrough(input, long[i], long[j], long);
      if (row === null || isTrailedField(images, row)) continue;
      for (const image of images) if (liesOn(row, image)) bits.add(image.index);
      break;
    }
  }
  return bits;
}

interface Row {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly halfWidth: number;
  /** Brightest image that still belongs to it. */
  readonly mostPeak: number;
}

/** The row of at least `leastDashes` long images that two of them define, or null. */
function rowThrough(input: TrailSearchInput, a: Image, b: Image, long: readonly Image[]): Row | null {
  const angle = Math.atan2(b.y - a.y, b.x - a.x);
  if (tilt(a.angle, angle) > mostTilt || tilt(b.angle, angle) > mostTilt) return null;
  if (Math.hypot(b.x - a.x, b.y - a.y) < 6 * input.fwhm) return null;
  const row = {
    x: a.x,
    y: a.y,
    angle,
    halfWidth: 1 + 0.8 * input.fwhm,
    mostPeak: 3 * Math.max(a.peak, b.peak),
  };
  const places = new Set<number>();
  for (const image of long) {
    if (!liesOn(row, image) || tilt(image.angle, angle) > mostTilt) continue;
    const along = (image.x - a.x) * Math.cos(angle) + (image.y - a.y) * Math.sin(angle);
    places.add(Math.round(along / (5 * input.fwhm)));
  }
  return places.size >= leastDashes ? row : null;
}

function liesOn(row: Row, image: Image): boolean {
  const across = (image.x - row.x) * Math.sin(row.angle) - (image.y - row.y) * Math.cos(row.angle);
  return Math.abs(across) < row.halfWidth && image.peak < row.mostPeak;
}

/** Angle between two undirected directions, 0..pi/2. */
function tilt(a: number, b: number): number {
  const turn = (((a - b) % Math.PI) + Math.PI) % Math.PI;
  return Math.min(turn, Math.PI - turn);
}

function isTrailedField(images: readonly Image[], row: Row): boolean {
  const others = images.filter((image) => !liesOn(row, image));
  const alike = others.filter((image) => image.long && tilt(image.angle, row.angle) < 2 * mostTilt);
  return alike.length > mostElsewhere * Math.max(6, others.length);
}

function measureImages(input: TrailSearchInput): Image[] {
  const { stars } = input;
  const images: Image[] = [];
  for (let index = 0; index < stars.count && images.length < mostCandidates; index++) {
    const peak = peakAt(input, stars.x[index], stars.y[index]);
    if (peak < leastPeak) continue;
    images.push(measureImage(input, index, stars.x[index], stars.y[index], peak));
  }
  return images;
}

/** Second moments of the pixels above 0.35 of the peak within three widths. */
function measureImage(input: TrailSearchInput, index: number, x: number, y: number, peak: number): Image {
  const reach = Math.ceil(3 * input.fwhm);
  const values = squareAround(input, Math.round(x), Math.round(y), reach);
  let n = 0;
  let sx = 0;
  let sy = 0;
  let sxx = 0;
  let syy = 0;
  let sxy = 0;
  for (let j = -reach, at = 0; j <= reach; j++) {
    for (let i = -reach; i <= reach; i++, at++) {
      if (!(values[at] > 0.35 * peak)) continue;
      n++;
      sx += i;
      sy += j;
      sxx += i * i;
      syy += j * j;
      sxy += i * j;
    }
  }
  if (n < 3) return { index, x, y, peak, long: false, angle: 0 };
  const xx = sxx / n - (sx / n) ** 2 + 1 / 12;
  const yy = syy / n - (sy / n) ** 2 + 1 / 12;
  const xy = sxy / n - (sx / n) * (sy / n);
  const half = Math.hypot((xx - yy) / 2, xy);
  const stretch = ((xx + yy) / 2 + half) / Math.max(0.05, (xx + yy) / 2 - half);
  return { index, x, y, peak, long: stretch > leastStretchSquared, angle: 0.5 * Math.atan2(2 * xy, xx - yy) };
}
