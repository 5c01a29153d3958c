/** Small statistics of the bench. */

export function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

export const medianOf = (values: readonly number[]): number => quantileOf(values, 0.5);

export function shareOf<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.length === 0 ? Number.NaN : values.filter(holds).length / values.length;
}

export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

const lengthOf = (line: Segment): number => Math.hypot(line.x2 - line.x1, line.y2 - line.y1);

/** Distance of a point from the line through a segment, and its place along it (0..1 between the ends). */
function project(line: Segment, x: number, y: number): { off: number; along: number } {
  const length = lengthOf(line);
  const ux = (line.x2 - line.x1) / length;
  const uy = (line.y2 - line.y1) / length;
  return {
    off: Math.abs((x - line.x1) * uy - (y - line.y1) * ux),
    along: ((x - line.x1) * ux + (y - line.y1) * uy) / length,
  };
}

/** Both ends within 8 px of the true line, at least `coverage` of it covered. */
export function liesOn(found: Segment, truth: Segment, coverage: number): boolean {
  const a = project(truth, found.x1, found.y1);
  const b = project(truth, found.x2, found.y2);
  const overlap = Math.min(1, Math.max(a.along, b.along)) - Math.max(0, Math.min(a.along, b.along));
  return a.off <= 8 && b.off <= 8 && overlap >= coverage;
}

/** Distances of the found ends from the true ones, px, paired the nearer way. */
export function endErrors(found: Segment, truth: Segment): [number, number] {
  const distance = (x1: number, y1: number, x2: number, y2: number): number => Math.hypot(x1 - x2, y1 - y2);
  const same: [number, number] = [
    distance(found.x1, found.y1, truth.x1, truth.y1),
    distance(found.x2, found.y2, truth.x2, truth.y2),
  ];
  const crossed: [number, number] = [
    distance(found.x1, found.y1, truth.x2, truth.y2),
    distance(found.x2, found.y2, truth.x1, truth.y1),
  ];
  return same[0] + same[1] <= crossed[0] + crossed[1] ? same : crossed;
}

/** Expected calibration error of scores over bins of equal mass. */
export function calibrationError(scores: readonly { score: number; clean: boolean }[], bins = 10): number {
  const sorted = [...scores].sort((a, b) => a.score - b.score);
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const part = sorted.slice(
      Math.floor((bin * sorted.length) / bins),
      Math.floor(((bin + 1) * sorted.length) / bins),
    );
    if (part.length === 0) continue;
    const score = part.reduce((sum, entry) => sum + entry.score, 0) / part.length;
    const clean = shareOf(part, (entry) => entry.clean);
    error += (Math.abs(score - clean) * part.length) / sorted.length;
  }
  return error;
}
