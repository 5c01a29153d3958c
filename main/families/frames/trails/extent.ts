/** Where along a line there is light: a two-state path through the amplitudes of all steps. */

import { medianInPlace } from '../measure/robust.ts';
import { gaussianWeights } from './cross-profile.ts';
import type { Strip } from './strip.ts';

/** Amplitude of the line at each step and its weight (inverse variance). */
export interface Amplitudes {
  readonly length: number;
  readonly value: Float32Array;
  readonly weight: Float32Array;
}

/** Matched amplitude for each step; the level beside the line is followed in pieces of 32 steps. */
export function amplitudesAlong(strip: Strip, fwhm: number): Amplitudes {
  const weights = gaussianWeights(fwhm);
  const span = 2 * strip.half + 1;
  const value = new Float32Array(strip.length);
  const weight = new Float32Array(strip.length);
  const piece = 32;
  for (let begin = 0; begin < strip.length; begin += piece) {
    const end = Math.min(strip.length, begin + piece);
    const level = pieceLevel(strip, begin, end, fwhm);
    for (let t = begin; t < end; t++) {
      let top = 0;
      let bottom = 0;
      for (let k = 1 - weights.length; k < weights.length; k++) {
        const at = strip.half + k;
        if (at < 0 || at >= span) continue;
        const sample = strip.values[t * span + at];
        if (Number.isNaN(sample)) continue;
        const w = weights[k < 0 ? -k : k];
        top += w * (sample - level);
        bottom += w * w;
      }
      value[t] = bottom > 0 ? top / bottom : 0;
      weight[t] = bottom;
    }
  }
  return { length: strip.length, value, weight };
}

/** Median over the columns beside the line of their means within the piece. */
function pieceLevel(strip: Strip, begin: number, end: number, fwhm: number): number {
  const span = 2 * strip.half + 1;
  const inner = Math.min(strip.half - 4, Math.ceil(1.7 * fwhm + 1));
  if (meansRoom.length < span) meansRoom = new Float64Array(2 * span);
  let columns = 0;
  for (let u = 0; u < span; u++) {
    if (Math.abs(u - strip.half) < inner) continue;
    let sum = 0;
    let count = 0;
    for (let t = begin; t < end; t++) {
      const sample = strip.values[t * span + u];
      if (Number.isNaN(sample)) continue;
      sum += sample;
      count++;
    }
    if (count * 3 >= end - begin) meansRoom[columns++] = sum / count;
  }
  return columns < 4 ? 0 : medianInPlace(meansRoom, columns);
}

let meansRoom = new Float64Array(256);

/** Steps [from, to) with light, and how much more likely light is there than none (log). */
export interface Run {
  from: number;
  to: number;
  gain: number;
}

/**
 * Most likely runs of light of about `amplitude`: each step adds its log likelihood ratio, each change of state costs
 * `cost`. A run shorter than a pixel's worth of evidence never pays for its two changes.
 */
export function runsOfLight(amplitudes: Amplitudes, amplitude: number, cost: number): Run[] {
  const { length, value, weight } = amplitudes;
  const cameFromOn = new Uint8Array(length);
  const cameFromOff = new Uint8Array(length);
  let on = 0;
  let off = 0;
  for (let t = 0; t < length; t++) {
    const sample = Math.min(2 * amplitude, Math.max(-amplitude, value[t]));
    const ratio = weight[t] * amplitude * (sample - amplitude / 2);
    const stayOn = on;
    const stayOff = off;
    cameFromOn[t] = stayOn >= stayOff - cost ? 1 : 0;
    cameFromOff[t] = stayOff >= stayOn - cost ? 1 : 0;
    on = Math.max(stayOn, stayOff - cost) + ratio;
    off = Math.max(stayOff, stayOn - cost);
  }
  return traceBack(amplitudes, amplitude, cameFromOn, cameFromOff, on > off);
}

function traceBack(
  amplitudes: Amplitudes,
  amplitude: number,
  cameFromOn: Uint8Array,
  cameFromOff: Uint8Array,
  endsOn: boolean,
): Run[] {
  const runs: Run[] = [];
  let state = endsOn;
  let current: Run | null = null;
  for (let t = amplitudes.length - 1; t >= 0; t--) {
    if (state) {
      current ??= { from: t, to: t + 1, gain: 0 };
      current.from = t;
      const sample = Math.min(2 * amplitude, Math.max(-amplitude, amplitudes.value[t]));
      current.gain += amplitudes.weight[t] * amplitude * (sample - amplitude / 2);
      if (cameFromOn[t] === 0) {
        runs.push(current);
        current = null;
        state = false;
      }
    } else if (cameFromOff[t] === 0) state = true;
  }
  if (current !== null) runs.push(current);
  return runs.reverse();
}
