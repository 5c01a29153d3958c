/** Galaxies seen edge-on: long, but brightest in the middle and fading all the way to both ends. */
import { segmentLength } from './raster.ts';
import type { TracedLine } from './trace-line.ts';

/** Lines longer than this many widths are no galaxies. */
const mostWidths = 32;
/** Scale lengths of the exponential disc that are tried, over the length seen. */
const scales: readonly number[] = [0.1, 0.16, 0.25, 0.4];
const places = 12;
/** How much likelier (log) a disc must be than even light, and how much more of the light it must explain. */
const leastAdvantage = 6;
const leastRatio = 1.04;

export function isGalaxy(line: TracedLine): boolean {
  const length = segmentLength(line.segment);
  if (length > mostWidths * line.fwhm) return false;
  const even = gain(line, () => 1);
  let best = 0;
  for (const scale of scales) {
    for (let place = 0; place <= places; place++) {
      const centre = line.from + ((line.to - line.from) * place) / places;
      best = Math.max(
        best,
        gain(line, (t) => Math.exp(-Math.abs(t - centre) / (scale * length))),
      );
    }
  }
  return best > even + leastAdvantage && best > leastRatio * even;
}

/** Log likelihood gained over darkness by light of this shape along the line, at its best brightness. */
function gain(line: TracedLine, shape: (t: number) => number): number {
  const { value, weight } = line.amplitudes;
  let top = 0;
  let bottom = 0;
  for (let t = line.from; t < line.to; t++) {
    const s = shape(t);
    top += weight[t] * value[t] * s;
    bottom += weight[t] * s * s;
  }
  return top > 0 && bottom > 0 ? top ** 2 / bottom / 2 : 0;
}
