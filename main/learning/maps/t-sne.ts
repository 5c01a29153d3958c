/**
 * t-SNE: a map on which rows lie near each other that are near in all their figures (van der Maaten and Hinton 2008), with
 * far ones taken together (Barnes-Hut; van der Maaten 2014).
 */
import { randomFor } from '../random.ts';
import type { Affinities } from './affinities.ts';
import { QuadTree } from './quad-tree.ts';

export interface MapSettings {
  readonly iterations: number;
  readonly seed: number;
  /** 0 is exact; 0.5 is as good as exact to the eye. */
  readonly angle: number;
}

/** While clusters form, likeness counts this much more. */
const exaggeration = 12;
const firstIterations = 250;
const leastGain = 0.01;
const startDeviation = 1e-4;

/**
 * @param onIteration called after each, to tell or to stop by throwing
 * @returns x and y of each row in turn
 */
export function tSne(
  affinities: Affinities,
  { iterations, seed, angle }: MapSettings,
  onIteration: (done: number) => void = () => {},
): Float64Array {
  const rows = affinities.starts.length - 1;
  const random = randomFor(seed, 't-sne');
  const points = Float64Array.from({ length: 2 * rows }, () => startDeviation * random.normal());
  const steps = new Float64Array(points.length);
  const gains = new Float64Array(points.length).fill(1);
  const slope = new Float64Array(points.length);
  const tree = new QuadTree();
  const early = Math.min(firstIterations, Math.ceil(iterations / 3));
  // as large as the number of rows allows (Belkina et al. 2019)
  const rate = Math.max(rows / exaggeration / 4, 50);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const isEarly = iteration < early;
    fillSlope(affinities, points, isEarly ? exaggeration : 1, angle, tree, slope);
    const momentum = isEarly ? 0.5 : 0.8;
    for (let place = 0; place < points.length; place++) {
      const opposes = slope[place]! * steps[place]! < 0;
      gains[place] = Math.max(leastGain, opposes ? gains[place]! + 0.2 : gains[place]! * 0.8);
      steps[place] = momentum * steps[place]! - rate * gains[place]! * slope[place]!;
      points[place]! += steps[place]!;
    }
    onIteration(iteration + 1);
  }
  return centred(points);
}

/** Four times: the pull of likeness, less the push of everything. */
function fillSlope(
  { starts, rows: others, values }: Affinities,
  points: Float64Array,
  factor: number,
  angle: number,
  tree: QuadTree,
  slope: Float64Array,
): void {
  const rows = starts.length - 1;
  tree.build(points);
  slope.fill(0);
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += tree.push(points, row, angle, slope);
  const share = -1 / Math.max(sum, Number.MIN_VALUE);
  for (let row = 0; row < rows; row++) {
    let x = slope[2 * row]! * share;
    let y = slope[2 * row + 1]! * share;
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      const other = others[entry]!;
      const dx = points[2 * row]! - points[2 * other]!;
      const dy = points[2 * row + 1]! - points[2 * other + 1]!;
      const pull = (factor * values[entry]!) / (1 + dx * dx + dy * dy);
      x += pull * dx;
      y += pull * dy;
    }
    slope[2 * row] = 4 * x;
    slope[2 * row + 1] = 4 * y;
  }
}

function centred(points: Float64Array): Float64Array {
  const rows = points.length / 2;
  for (const axis of [0, 1]) {
    let mean = 0;
    for (let place = axis; place < points.length; place += 2) mean += points[place]! / rows;
    for (let place = axis; place < points.length; place += 2) points[place]! -= mean;
  }
  return points;
}
