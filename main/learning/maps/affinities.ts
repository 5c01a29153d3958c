/** How near rows are to each other as chances: what a map is asked to keep (van der Maaten and Hinton 2008). */
import type { Nearest } from '../neighbours/nearest-part.ts';

/** A sparse symmetric matrix by rows; all its values add up to 1. */
export interface Affinities {
  /** Entries of row r: starts[r] … starts[r + 1] - 1. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly values: Float64Array;
}

const bisections = 100;
const closeEnough = 1e-5;

/**
 * @param near of each row its nearest others, about three times the perplexity
 * @param perplexity how many neighbours count, as 2 to the entropy of a row's chances
 */
export function affinitiesOf(near: Nearest, rows: number, perplexity: number): Affinities {
  const count = near.rows.length / rows;
  const chances = new Float64Array(near.rows.length);
  for (let row = 0; row < rows; row++) {
    const from = row * count;
    fillChances(
      near.distances.subarray(from, from + count),
      perplexity,
      chances.subarray(from, from + count),
    );
  }
  return symmetric(near.rows, chances, rows, count);
}

/** exp(-beta d²) with the beta at which the entropy is that of the perplexity, adding up to 1. */
function fillChances(distances: Float64Array, perplexity: number, chances: Float64Array): void {
  const wanted = Math.log(perplexity);
  const least = distances[0]! ** 2;
  let beta = 1;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let step = 0; step < bisections; step++) {
    let sum = 0;
    let weighted = 0;
    for (let place = 0; place < distances.length; place++) {
      // the nearest one as zero: the chances stay the same, and never all vanish
      const square = distances[place]! ** 2 - least;
      chances[place] = Math.exp(-beta * square);
      sum += chances[place]!;
      weighted += chances[place]! * square;
    }
    for (let place = 0; place < chances.length; place++) chances[place]! /= sum;
    const entropy = Math.log(sum) + (beta * weighted) / sum;
    if (Math.abs(entropy - wanted) < closeEnough) return;
    if (entropy > wanted) low = beta;
    else high = beta;
    beta = Number.isFinite(high) ? (low + high) / 2 : beta * 2;
  }
}

/** (p(j|i) + p(i|j)) / 2 rows. */
function symmetric(near: Int32Array, chances: Float64Array, rows: number, count: number): Affinities {
  const starts = new Int32Array(rows + 1);
  for (let entry = 0; entry < near.length; entry++) {
    starts[Math.floor(entry / count) + 1]! += 1;
    starts[near[entry]! + 1]! += 1;
  }
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!;
  const next = starts.slice();
  const others = new Int32Array(2 * near.length);
  const values = new Float64Array(2 * near.length);
  const put = (row: number, other: number, value: number): void => {
    const place = next[row]!++;
    others[place] = other;
    values[place] = value / (2 * rows);
  };
  for (let entry = 0; entry < near.length; entry++) {
    const row = Math.floor(entry / count);
    put(row, near[entry]!, chances[entry]!);
    put(near[entry]!, row, chances[entry]!);
  }
  return { starts, rows: others, values };
}
