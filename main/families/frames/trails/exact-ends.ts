/** Where along a traced line its light stops, to a fraction of a pixel. */
import { lastStretch, reversed, stepsOfDoubt } from './ends.ts';
import type { Amplitudes, Run } from './extent.ts';

/** Places tried for each step. */
const placesPerStep = 4;
/** The blurred end is over so many widths on either side of it. */
const blurWidths = 1.25;
/** Misfit (squared sigmas) of a step beyond which it says no more: a star or a hit, not the line. */
const mostMisfit = 9;
/** Lines are uneven by about this share of their brightness. */
const uneven = 0.12;

/** First and last place (fractional steps) of the light, where it has fallen to one half. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

/**
 * Each end is the median of what is likely, given light of the last stretch's brightness that stops as a sharp edge seen
 * through the line's own blur; where the edge is hidden that is the middle of the gap. Ends on the border stay there.
 */
export function exactExtent(amplitudes: Amplitudes, runs: readonly Run[], fwhm: number): Extent {
  const first = runs[0];
  const last = runs[runs.length - 1];
  const mirrored = reversed(amplitudes);
  const size = amplitudes.length;
  const from = size - 1 - exactEnd(mirrored, size - first.to, size - first.from, fwhm);
  const to = exactEnd(amplitudes, last.from, last.to, fwhm);
  return from < to ? { from, to } : { from: first.from, to: last.to - 1 };
}

function exactEnd(amplitudes: Amplitudes, from: number, to: number, fwhm: number): number {
  const { length } = amplitudes;
  const brightness = lastStretch(amplitudes, from, to, fwhm)?.mean ?? 0;
  if (to >= length || !(brightness > 0)) return to - 1;
  const blur = Math.ceil(blurWidths * fwhm);
  const reach = Math.max(2 * blur, Math.ceil(1.5 * stepsOfDoubt(fwhm, brightness)));
  const low = Math.max(from, to - 1 - reach);
  const high = Math.min(length - 1, to - 1 + reach);
  return medianPlace(misfits(amplitudes, { low, high, blur }, brightness, fwhm), low);
}

interface Window {
  readonly low: number;
  readonly high: number;
  /** Steps on either side of the end over which the light falls. */
  readonly blur: number;
}

/** Half the squared misfit of the steps of the window for an end at each place of it. */
function misfits(amplitudes: Amplitudes, window: Window, brightness: number, fwhm: number): Float64Array {
  const { low, high, blur } = window;
  const first = Math.max(0, low - blur);
  const last = Math.min(amplitudes.length - 1, high + blur);
  const edge = fallingEdge(fwhm, blur);
  const misfit = (t: number, model: number): number => {
    const weight = amplitudes.weight[t];
    if (weight === 0) return 0;
    const variance = 1 / weight + (uneven * model) ** 2;
    return (
      0.5 * Math.min(mostMisfit, (amplitudes.value[t] - model) ** 2 / variance + Math.log(variance * weight))
    );
  };
  // What the steps up to t cost when lit, and those from t on when dark.
  const size = last - first + 1;
  const lit = new Float64Array(size + 1);
  const dark = new Float64Array(size + 1);
  for (let k = 0; k < size; k++) lit[k + 1] = lit[k] + misfit(first + k, brightness);
  for (let k = size - 1; k >= 0; k--) dark[k] = dark[k + 1] + misfit(first + k, 0);
  const places = new Float64Array((high - low) * placesPerStep + 1);
  for (let place = 0; place < places.length; place++) {
    const end = low + place / placesPerStep;
    const from = Math.max(first, Math.ceil(end - blur));
    const to = Math.min(last, Math.floor(end + blur));
    let sum = lit[from - first] + dark[to + 1 - first];
    for (let t = from; t <= to; t++)
      sum += misfit(t, brightness * edge[Math.round((t - end + blur) * placesPerStep)]);
    places[place] = sum;
  }
  return places;
}

/** Share of the light at -blur to +blur steps from a sharp edge seen through a Gaussian of this FWHM. */
function fallingEdge(fwhm: number, blur: number): Float64Array {
  const edge = new Float64Array(2 * blur * placesPerStep + 1);
  const sigma = fwhm / Math.sqrt(8 * Math.LN2);
  let sum = 0;
  for (let k = 0; k < edge.length; k++) {
    const gauss = Math.exp(-0.5 * ((k / placesPerStep - blur) / sigma) ** 2);
    edge[k] = sum + 0.5 * gauss;
    sum += gauss;
  }
  for (let k = 0; k < edge.length; k++) edge[k] = 1 - edge[k] / sum;
  return edge;
}

/** Place with half of the likelihood on either side, in steps. */
function medianPlace(misfit: Float64Array, low: number): number {
  const least = misfit.reduce((a, b) => Math.min(a, b));
  const likelihood = misfit.map((value) => Math.exp(least - value));
  const half = likelihood.reduce((a, b) => a + b) / 2;
  let sum = 0;
  for (let place = 0; place < likelihood.length; place++) {
    sum += likelihood[place];
    if (sum >= half) return low + place / placesPerStep;
  }
  return low;
}
