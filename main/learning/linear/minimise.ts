/** Minimum of a smooth function by L-BFGS (Nocedal 1980) with backtracking. */

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

const memory = 10;
const sufficient = 1e-4;
const smallestGradient = 1e-6;

/** @param loss returns the value and writes the gradient */
export async function minimise(
  loss: (at: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  { iterations: most, breathe }: { readonly iterations: number; readonly breathe: () => void },
): Promise<Minimum> {
  const size = start.length;
  let at = Float64Array.from(start);
  let gradient = new Float64Array(size);
  let value = loss(at, gradient);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  let iterations = 0;
  for (; iterations < most; iterations++) {
    await new Promise((resolve) => setImmediate(resolve));
    breathe();
    if (largest(gradient) < smallestGradient * Math.max(1, Math.abs(value))) break;
    const direction = downhill(gradient, steps, changes);
    const slope = dot(direction, gradient);
    let length = iterations === 0 ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let nextValue = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 40; tries++) {
      for (let index = 0; index < size; index++) next[index] = at[index]! + length * direction[index]!;
      nextValue = loss(next, nextGradient);
      if (nextValue <= value + sufficient * length * slope) break;
      length /= 2;
    }
    if (!(nextValue < value)) break;
    remember(
      steps,
      next.map((place, index) => place - at[index]!),
    );
    remember(
      changes,
      nextGradient.map((slopeHere, index) => slopeHere - gradient[index]!),
    );
    at = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return { at, value, iterations };
}

function remember(list: Float64Array[], vector: Float64Array): void {
  list.push(vector);
  if (list.length > memory) list.shift();
}

/** The two-loop recursion. */
function downhill(
  gradient: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares: number[] = [];
  for (let index = steps.length - 1; index >= 0; index--) {
    const curvature = dot(steps[index]!, changes[index]!);
    const share = curvature > 0 ? dot(steps[index]!, direction) / curvature : 0;
    shares[index] = share;
    addScaled(direction, changes[index]!, -share);
  }
  const last = steps.length - 1;
  if (last >= 0) {
    const scale = dot(steps[last]!, changes[last]!) / dot(changes[last]!, changes[last]!);
    if (scale > 0) for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  for (let index = 0; index < steps.length; index++) {
    const curvature = dot(steps[index]!, changes[index]!);
    if (curvature <= 0) continue;
    addScaled(direction, steps[index]!, shares[index]! - dot(changes[index]!, direction) / curvature);
  }
  return direction;
}

function addScaled(into: Float64Array, vector: Float64Array, share: number): void {
  for (let index = 0; index < into.length; index++) into[index]! += share * vector[index]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function largest(vector: Float64Array): number {
  return vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
