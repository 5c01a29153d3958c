/**
 * The usual life of a small satellite in a low orbit: sunlight and eclipse, slews, wheels that heat and cool. Signals depend on
 * one another, so that a value may be usual in one phase and strange in another.
 */
import type { Draws } from '../draws.ts';

export const phases = ['sunlight', 'eclipse', 'slew'] as const;
export type Phase = (typeof phases)[number];

export const channels = ['voltage', 'current', 'temperature', 'gyro', 'wheel_speed'] as const;
export type Channel = (typeof channels)[number];

export interface Signals {
  readonly phase: readonly Phase[];
  readonly values: Readonly<Record<Channel, Float64Array>>;
}

const orbitSeconds = 5520;
const eclipseShare = 0.36;
const slewSeconds = 90;

/** @param step seconds from row to row */
export function usualSignals(rows: number, step: number, draws: Draws): Signals {
  const phase = phasesOf(rows, step, draws);
  const values = Object.fromEntries(channels.map((name) => [name, new Float64Array(rows)])) as Record<
    Channel,
    Float64Array
  >;
  let charge = 0.9;
  let temperature = 22;
  let wheel = 1500;
  const wobble = draws.between(0, 2 * Math.PI);
  for (let row = 0; row < rows; row += 1) {
    const isLit = phase[row] !== 'eclipse';
    const isSlewing = phase[row] === 'slew';
    const load = 0.45 + (isSlewing ? 0.35 : 0) + 0.01 * draws.normal();
    const current = (isLit ? 0.95 : 0) - load;
    charge = Math.min(1, Math.max(0.2, charge + (current * step) / 9000));
    temperature += ((isLit ? 34 : 8) + 6 * (load - 0.45) - temperature) * (step / 1400);
    wheel += ((isSlewing ? 2600 : 1500) - wheel) * (step / 25);
    const turn = isSlewing ? 0.12 : 0.004 * Math.sin(wobble + (2 * Math.PI * row * step) / 310);
    values.voltage[row] = 7.2 + 1.1 * charge + 0.08 * current + 0.012 * draws.normal();
    values.current[row] = current + 0.01 * draws.normal();
    values.temperature[row] = temperature + 0.08 * draws.normal();
    values.gyro[row] = turn + 0.0015 * draws.normal();
    values.wheel_speed[row] = wheel + 6 * draws.normal();
  }
  return { phase, values };
}

/** Eclipse once each orbit, slews now and then in sunlight. */
function phasesOf(rows: number, step: number, draws: Draws): Phase[] {
  const start = draws.between(0, orbitSeconds);
  const phase = Array.from({ length: rows }, (_, row): Phase => {
    const place = ((start + row * step) % orbitSeconds) / orbitSeconds;
    return place < eclipseShare ? 'eclipse' : 'sunlight';
  });
  const slewRows = Math.max(1, Math.round(slewSeconds / step));
  const slews = Math.max(1, Math.round((rows * step) / 1200));
  for (let slew = 0; slew < slews; slew += 1) {
    const begin = draws.whole(Math.max(1, rows - slewRows));
    for (let row = begin; row < Math.min(rows, begin + slewRows); row += 1)
      if (phase[row] === 'sunlight') phase[row] = 'slew';
  }
  return phase;
}
