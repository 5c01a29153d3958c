/**
 * How exactly trails' ends are found, beside what could be known at best: `node test/bench/trail-ends.ts [trails [seed]]`.
 * Trails of known brightness end inside made-up skies, seen through a Gaussian blur. The best possible is the most likely
 * end for one who knows all else: line, width, brightness, blur; it is told for skies without stars, the search for both.
 */
import { findTrails } from '../../main/families/frames/trails/find-trails.ts';
import { addField, eachPixel, noiseScene, type Scene, sceneInput } from '../families/frames/trails/scene.ts';
import { endErrors, liesOn, quantileOf, type Segment } from './judge-statistics.ts';

const [width, height] = [720, 540];
const margin = 40;
const brightnesses: readonly number[] = [0.5, 0.7, 1, 1.5, 2, 3, 6, 12];
const count = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? 1);

/** Gaussian probability below x, for a FWHM; from a table of its sums. */
const steps = 400;
const cumulative = Float64Array.from({ length: 8 * steps + 1 }, (_, k) =>
  Math.exp(-0.5 * (k / steps - 4) ** 2),
);
for (let k = 1; k < cumulative.length; k++) cumulative[k] += cumulative[k - 1];
const below = (x: number, fwhm: number): number => {
  const place = Math.round(((x * Math.sqrt(8 * Math.LN2)) / fwhm + 4) * steps);
  const at = Math.max(0, Math.min(cumulative.length - 1, place));
  return cumulative[at] / cumulative[cumulative.length - 1];
};

interface Trail extends Segment {
  readonly fwhm: number;
  readonly snr: number;
}

const inside = (x: number, y: number): boolean =>
  x > margin && x < width - margin && y > margin && y < height - margin;

function randomInside({ random, fwhm }: Scene, snr: number): Trail {
  for (;;) {
    const [x1, y1] = [width * random(), height * random()];
    const [angle, length] = [Math.PI * random(), 300 + 250 * random()];
    const [x2, y2] = [x1 + length * Math.cos(angle), y1 + length * Math.sin(angle)];
    if (inside(x1, y1) && inside(x2, y2)) return { x1, y1, x2, y2, fwhm: fwhm * (1 + 0.2 * random()), snr };
  }
}

/** Light of a trail that never ends, at this distance across it. */
const across = ({ snr, fwhm }: Trail, off: number): number =>
  snr * Math.exp(-4 * Math.LN2 * (off / fwhm) ** 2);

function draw(scene: Scene, trail: Trail): void {
  const { x1, y1, x2, y2, fwhm } = trail;
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const reach = 3 * fwhm;
  const [left, right] = [Math.min(x1, x2) - reach, Math.max(x1, x2) + reach];
  const [top, bottom] = [Math.min(y1, y2) - reach, Math.max(y1, y2) + reach];
  eachPixel(scene, left, top, right, bottom, (x, y) => {
    const along = (x - x1) * dx + (y - y1) * dy;
    const off = (x - x1) * dy - (y - y1) * dx;
    return across(trail, off) * below(along, fwhm) * below(length - along, fwhm);
  });
}

/** Error of the most likely place of an end, px, everything else known. */
function bestError(scene: Scene, trail: Trail, atStart: boolean): number {
  const sign = atStart ? -1 : 1;
  const [x0, y0] = atStart ? [trail.x1, trail.y1] : [trail.x2, trail.y2];
  const length = Math.hypot(trail.x2 - trail.x1, trail.y2 - trail.y1);
  const [dx, dy] = [(sign * (trail.x2 - trail.x1)) / length, (sign * (trail.y2 - trail.y1)) / length];
  const pixels: { along: number; light: number; value: number }[] = [];
  for (let y = Math.floor(y0) - margin; y <= y0 + margin; y++)
    for (let x = Math.floor(x0) - margin; x <= x0 + margin; x++) {
      const off = (x - x0) * dy - (y - y0) * dx;
      if (Math.abs(off) > 1.3 * trail.fwhm || x < 0 || y < 0 || x >= width || y >= height) continue;
      const value = scene.residual[y * width + x];
      pixels.push({ along: (x - x0) * dx + (y - y0) * dy, light: across(trail, off), value });
    }
  let best = 0;
  let top = -Infinity;
  for (let shift = -30; shift <= 30; shift += 0.1) {
    let sum = 0;
    for (const { along, light, value } of pixels) {
      const model = light * below(shift - along, trail.fwhm);
      sum += model * (value - model / 2);
    }
    if (sum > top) [top, best] = [sum, shift];
  }
  return Math.abs(best);
}

function searchErrors(scene: Scene, trail: Trail): readonly number[] {
  const found = findTrails(sceneInput(scene)).find((line) => liesOn(line, trail, 0.25));
  return found === undefined ? [] : endErrors(found, trail);
}

const show = (errors: readonly number[]): string =>
  [0.5, 0.95].map((q) => quantileOf(errors, q).toFixed(1).padStart(5)).join(' /');

console.log('sigma    found, no stars   with stars   best possible   1.4 / sigma      (px, median / 95 %)');
for (const snr of brightnesses) {
  const errors: Record<'plain' | 'stars' | 'best', number[]> = { plain: [], stars: [], best: [] };
  for (let k = 0; k < count; k++) {
    const scene = noiseScene(
      width,
      height,
      100_000 * seed + 1000 * k + Math.round(100 * snr),
      2.2 + ((0.7 * k) % 2),
    );
    const trail = randomInside(scene, snr);
    draw(scene, trail);
    errors.plain.push(...searchErrors(scene, trail));
    errors.best.push(bestError(scene, trail, true), bestError(scene, trail, false));
    addField(scene, 300);
    errors.stars.push(...searchErrors(scene, trail));
  }
  const { plain, stars, best } = errors;
  console.log(
    `${String(snr).padEnd(6)} ${show(plain).padStart(16)} ${show(stars).padStart(13)} ${show(best).padStart(14)} ${(Math.SQRT2 / snr).toFixed(2).padStart(11)}`,
  );
}
