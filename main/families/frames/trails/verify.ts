/** What a straight light must show to be a trail and not something else that is long. */
import type { TrailSearchInput } from './find-trails.ts';
import { segmentLength } from './raster.ts';
import type { TracedLine } from './trace-line.ts';

/** Least integrated signal to noise; see docs/guide/trails.md for the false-alarm rate behind it. */
export const leastSignificance = 7;

/** Lines shorter than this (px) must be stronger: two or three faint stars in a row make short ones. */
const shortLength = 400;
const leastContrast = 0.55;
/** Lines much wider than stars are defocused and near, hence bright; faint wide ones are nebulae and uneven sky. */
const leastWideAmplitude = 1;

export type Verdict = 'trail' | 'faint' | 'narrow' | 'stubby' | 'diffuse' | 'edge' | 'uneven';

export function judgeLine(line: TracedLine, input: TrailSearchInput): Verdict {
  if (line.significance < leastSignificance) return 'faint';
  const length = segmentLength(line.segment);
  if (line.significance < leastSignificance * Math.sqrt(Math.max(1, shortLength / length))) return 'faint';
  if (line.fwhm < Math.max(1.1, 0.5 * input.fwhm)) return 'narrow';
  if (length < Math.max(25, 6 * line.fwhm)) return 'stubby';
  if (line.fwhm > Math.max(6, 2.7 * input.fwhm) && line.amplitude < leastWideAmplitude) return 'diffuse';
  if (line.contrast < leastContrast) return 'edge';
  if (!isEven(line)) return 'uneven';
  return 'trail';
}

/**
 * True when the light is spread over the length: of equal parts, each long enough to show about 2.5 sigma were the line
 * uniform, most must, and the line must stay significant when no part may count for more than twice its share.
 */
function isEven(line: TracedLine): boolean {
  const parts = Math.max(4, Math.min(40, Math.floor((line.significance / 2.5) ** 2)));
  const sums = new Float64Array(parts);
  const weights = new Float64Array(parts);
  let cursor = 0;
  let lit = 0;
  for (const run of line.runs) lit += run.to - run.from;
  for (const run of line.runs) {
    for (let t = run.from; t < run.to; t++, cursor++) {
      const part = Math.min(parts - 1, Math.floor((cursor * parts) / lit));
      sums[part] += line.amplitudes.weight[t] * line.amplitudes.value[t];
      weights[part] += line.amplitudes.weight[t];
    }
  }
  let present = 0;
  let counted = 0;
  let capped = 0;
  let total = 0;
  for (let part = 0; part < parts; part++) {
    if (!(weights[part] > 0)) continue;
    counted++;
    const amplitude = sums[part] / weights[part];
    if (amplitude > 0.3 * line.amplitude) present++;
    capped += Math.min(sums[part], 1.6 * line.amplitude * weights[part]);
    total += weights[part];
  }
  return counted >= 3 && present >= 0.7 * counted && capped / Math.sqrt(total) > 0.75 * line.significance;
}
