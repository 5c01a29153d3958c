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
/** Share of the line's length looked at beyond each end, and the sigmas of light missing there that no disc explains. */
const beyondShare = 0.15;
const mostMissing = 6;

interface Disc {
  readonly centre: number;
  /** Steps over which its light falls by e. */
  readonly scale: number;
  readonly gain: number;
}

export function isGalaxy(line: TracedLine): boolean {
  const length = segmentLength(line.segment);
  if (length > mostWidths * line.fwhm) return false;
  const even = gainOf(line, () => 1);
  const disc = likeliestDisc(line, length);
  if (disc.gain <= even + leastAdvantage || disc.gain <= leastRatio * even) return false;
  return !endsBefore(line, disc);
}

function likeliestDisc(line: TracedLine, length: number): Disc {
  let best: Disc = { centre: line.from, scale: length, gain: 0 };
  for (const share of scales) {
    for (let place = 0; place <= places; place++) {
      const centre = line.from + ((line.to - line.from) * place) / places;
      const scale = share * length;
      const gain = gainOf(line, (t) => fading(t, centre, scale));
      if (gain > best.gain) best = { centre, scale, gain };
    }
  }
  return best;
}

const fading = (t: number, centre: number, scale: number): number => Math.exp(-Math.abs(t - centre) / scale);

/**
 * True where the light stops while the disc's would go on: a meteor swells and dies within its track, a galaxy fades on beyond
 * what is seen of it. An end at the frame's border shows nothing of this.
 */
function endsBefore(line: TracedLine, { centre, scale }: Disc): boolean {
  const { value, weight, length } = line.amplitudes;
  const { top, bottom } = sums(line, (t) => fading(t, centre, scale), line.from, line.to);
  const reach = Math.ceil(beyondShare * (line.to - line.from));
  const ends = [
    [Math.max(0, line.from - reach), line.from],
    [line.to, Math.min(length, line.to + reach)],
  ];
  return ends.some(([from, to]) => {
    let missing = 0;
    let weights = 0;
    for (let t = from; t < to; t++) {
      missing += weight[t] * ((top / bottom) * fading(t, centre, scale) - value[t]);
      weights += weight[t];
    }
    return missing > mostMissing * Math.sqrt(weights);
  });
}

/** Log likelihood gained over darkness by light of this shape along the line, at its best brightness. */
function gainOf(line: TracedLine, shape: (t: number) => number): number {
  const { top, bottom } = sums(line, shape, line.from, line.to);
  return top > 0 && bottom > 0 ? top ** 2 / bottom / 2 : 0;
}

/** Sums whose quotient is the brightness of this shape that fits best. */
function sums(line: TracedLine, shape: (t: number) => number, from: number, to: number) {
  const { value, weight } = line.amplitudes;
  let top = 0;
  let bottom = 0;
  for (let t = from; t < to; t++) {
    const s = shape(t);
    top += weight[t] * value[t] * s;
    bottom += weight[t] * s * s;
  }
  return { top, bottom };
}
