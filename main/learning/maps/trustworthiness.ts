/** How far neighbours on a map are neighbours indeed (Venna and Kaski 2001): 1 when all are, about a half by chance. */
import type { Table } from '../estimators/table.ts';

/**
 * @param points [rows, 2]
 * @param asked rows whose neighbours are looked at; their mean stands for all
 */
export function trustworthiness(
  table: Table,
  points: Float64Array,
  neighbours: number,
  asked: ArrayLike<number>,
): number {
  const { rows, columns, values } = table;
  const count = Math.min(neighbours, Math.floor((rows - 1) / 2));
  if (count < 1 || asked.length === 0) return Number.NaN;
  const far = new Float64Array(rows);
  const onMap = new Float64Array(rows);
  let intrusion = 0;
  for (let index = 0; index < asked.length; index++) {
    const row = asked[index]!;
    for (let other = 0; other < rows; other++) {
      far[other] = square(values, row, other, columns);
      onMap[other] = square(points, row, other, 2);
    }
    far[row] = Number.POSITIVE_INFINITY;
    onMap[row] = Number.POSITIVE_INFINITY;
    for (const other of nearest(onMap, count)) {
      const rank = rankOf(far, other);
      intrusion += Math.max(0, rank - count);
    }
  }
  const worst = count * (2 * rows - 3 * count - 1) * asked.length;
  return 1 - (2 * intrusion) / worst;
}

function square(values: ArrayLike<number>, row: number, other: number, columns: number): number {
  let sum = 0;
  for (let column = 0; column < columns; column++) {
    const difference = values[row * columns + column]! - values[other * columns + column]!;
    sum += difference * difference;
  }
  return sum;
}

function nearest(distances: Float64Array, count: number): number[] {
  const found: number[] = [];
  for (let row = 0; row < distances.length; row++) {
    if (found.length === count && distances[row]! >= distances[found[count - 1]!]!) continue;
    let place = found.length === count ? count - 1 : found.length;
    while (place > 0 && distances[found[place - 1]!]! > distances[row]!) {
      found[place] = found[place - 1]!;
      place -= 1;
    }
    found[place] = row;
  }
  return found;
}

/** 1 for the nearest; equal ones in the order of the table. */
function rankOf(distances: Float64Array, row: number): number {
  const own = distances[row]!;
  let rank = 1;
  for (let other = 0; other < distances.length; other++) {
    if (distances[other]! < own || (distances[other] === own && other < row)) rank += 1;
  }
  return rank;
}
