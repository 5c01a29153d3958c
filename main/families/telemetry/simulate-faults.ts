/** Faults that are put into usual signals, each over some rows of one channel. */
import type { Draws } from '../draws.ts';
import { type Channel, channels, type Signals } from './simulate-signals.ts';

export interface Fault {
  readonly kind: string;
  readonly channel: Channel;
  /** First row, and the row after the last. */
  readonly from: number;
  readonly until: number;
}

interface FaultKind {
  readonly name: string;
  readonly shortest: number;
  readonly longest: number;
  /** The value in place of the usual one. `size`: of the channel's usual spread; `age`: rows since it began. */
  readonly value: (usual: number, size: number, at: FaultPlace) => number;
}

interface FaultPlace {
  readonly age: number;
  readonly length: number;
  /** The value before it began. */
  readonly held: number;
  readonly sign: 1 | -1;
  readonly draws: Draws;
}

/** A new one: one entry here. */
export const faultKinds: readonly FaultKind[] = [
  { name: 'spike', shortest: 1, longest: 3, value: (usual, size, { sign }) => usual + sign * 8 * size },
  { name: 'step', shortest: 20, longest: 120, value: (usual, size, { sign }) => usual + sign * 3 * size },
  {
    name: 'drift',
    shortest: 60,
    longest: 240,
    value: (usual, size, { age, length, sign }) => usual + (sign * 5 * size * (age + 1)) / length,
  },
  { name: 'stuck', shortest: 60, longest: 240, value: (_usual, _size, { held }) => held },
  {
    name: 'noise',
    shortest: 20,
    longest: 120,
    value: (usual, size, { draws }) => usual + 2 * size * draws.normal(),
  },
  {
    name: 'oscillation',
    shortest: 40,
    longest: 160,
    value: (usual, size, { age }) => usual + 2.5 * size * Math.sin((2 * Math.PI * age) / 8),
  },
  { name: 'dropout', shortest: 3, longest: 20, value: () => Number.NaN },
];

/** Rows at the beginning that stay usual, so that a detector has something to begin with. */
const calmShare = 0.15;
const tries = 200;

/** Rows that stay usual between two faults. */
const apart = 30;

/**
 * Writes faults into `signals` until they cover the share of rows that was asked for. No two overlap. O(rows).
 * @param share of the rows, 0 to 0.5
 */
export function addFaults(signals: Signals, share: number, draws: Draws): Fault[] {
  const rows = signals.phase.length;
  const faults: Fault[] = [];
  const sizes = new Map(channels.map((channel) => [channel, spreadOf(signals.values[channel])]));
  const taken = new Uint8Array(rows);
  let left = Math.round(share * rows);
  for (let attempt = 0; attempt < tries * (1 + faults.length) && left > 0; attempt += 1) {
    const kind = kindWithin(left, faults.length);
    const channel = channels[draws.whole(channels.length)]!;
    const length = Math.min(left, kind.shortest + draws.whole(kind.longest - kind.shortest + 1));
    const from = Math.floor(draws.between(calmShare * rows, rows - length));
    const until = from + length;
    const around = taken.subarray(Math.max(0, from - apart), until + apart);
    if (from <= 0 || around.includes(1)) continue;
    taken.fill(1, from, until);
    const fault: Fault = { kind: kind.name, channel, from, until };
    apply(kind, signals.values[channel], fault, sizes.get(channel)!, draws);
    faults.push(fault);
    left -= length;
  }
  return faults.sort((one, other) => one.from - other.from);
}

/** Kinds take turns; one whose shortest fault has no room in the rows that are left is passed over. */
function kindWithin(left: number, turn: number): FaultKind {
  const inTurn = faultKinds.map((_, place) => faultKinds[(turn + place) % faultKinds.length]!);
  return inTurn.find(({ shortest }) => shortest <= left)!;
}

/** @param size the channel's usual spread */
function apply(
  kind: FaultKind,
  values: Float64Array,
  { from, until }: Fault,
  size: number,
  draws: Draws,
): void {
  const held = values[from - 1]!;
  const sign = draws.uniform() < 0.5 ? -1 : 1;
  for (let row = from; row < until; row += 1) {
    const at = { age: row - from, length: until - from, held, sign, draws } as const;
    values[row] = kind.value(values[row]!, size, at);
  }
}

function spreadOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
