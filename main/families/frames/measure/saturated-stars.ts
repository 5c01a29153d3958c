/** Stars whose cores are full: groups of full pixels, with the columns they bleed into. */

export interface FullGroup {
  /** Centre of the star, px. */
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Full pixels across the star, without its bleeding. */
  readonly breadth: number;
  readonly pixels: number;
}

/** More groups than this are no stars: the frame itself is full. */
const mostGroups = 5000;

/**
 * Groups of touching full pixels (8 neighbours), largest first. `indices` lists the full pixels in reading order. Where a
 * group bleeds along its column, the star sits at the rows where the group is broadest.
 */
export function fullGroups(indices: Int32Array, frame: { readonly width: number }): FullGroup[] {
  const { width } = frame;
  const waiting = new Set(indices);
  const groups: FullGroup[] = [];
  for (const start of indices) {
    if (!waiting.has(start)) continue;
    const members = [start];
    waiting.delete(start);
    for (let k = 0; k < members.length; k++) {
      const x = members[k] % width;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          if (x + dx < 0 || x + dx >= width) continue;
          const next = members[k] + dy * width + dx;
          if (!waiting.delete(next)) continue;
          members.push(next);
        }
    }
    groups.push(describeGroup(members, width));
    if (groups.length >= mostGroups) break;
  }
  return groups.sort((a, b) => b.pixels - a.pixels);
}

function describeGroup(members: readonly number[], width: number): FullGroup {
  const rows = new Map<number, { count: number; sum: number }>();
  let left = width;
  let right = 0;
  for (const index of members) {
    const x = index % width;
    const y = Math.floor(index / width);
    left = Math.min(left, x);
    right = Math.max(right, x);
    const row = rows.get(y) ?? { count: 0, sum: 0 };
    row.count++;
    row.sum += x;
    rows.set(y, row);
  }
  const breadth = Math.max(...[...rows.values()].map((row) => row.count));
  let weight = 0;
  let sumX = 0;
  let sumY = 0;
  for (const [y, row] of rows) {
    if (row.count < 0.75 * breadth) continue;
    weight += row.count;
    sumX += row.sum;
    sumY += y * row.count;
  }
  const ys = [...rows.keys()];
  return {
    x: sumX / weight,
    y: sumY / weight,
    left,
    right,
    top: Math.min(...ys),
    bottom: Math.max(...ys),
    breadth,
    pixels: members.length,
  };
}
