/** Points of a plane in a drawing: where each lies, which one is meant, and the shape of its class. */

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Place in the list of classes. */
  readonly kind: number;
}

export interface ScatterLayout {
  readonly points: readonly ScatterPoint[];
  /** Places on the drawing, x and y of each point in turn. */
  readonly places: Float64Array;
}

const margin = 14;
/** A point farther away than this is not the one meant. */
const reach = 12;
const size = 3;

/** One scale for both axes: only distances mean something on a map. */
export function layScatter(
  points: readonly ScatterPoint[],
  { width, height }: { readonly width: number; readonly height: number },
): ScatterLayout {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const scale = Math.min(
    Math.max(1, width - 2 * margin) / Math.max(right - left, 1e-9),
    Math.max(1, height - 2 * margin) / Math.max(high - low, 1e-9),
  );
  const places = new Float64Array(2 * points.length);
  points.forEach(({ x, y }, index) => {
    places[2 * index] = width / 2 + (x - (left + right) / 2) * scale;
    places[2 * index + 1] = height / 2 - (y - (low + high) / 2) * scale;
  });
  return { points, places };
}

/** The nearest point within reach; null for none. */
export function pointAt({ points, places }: ScatterLayout, x: number, y: number): number | null {
  let best: number | null = null;
  let least = reach * reach;
  for (let index = 0; index < points.length; index++) {
    const distance = (places[2 * index]! - x) ** 2 + (places[2 * index + 1]! - y) ** 2;
    if (distance >= least) continue;
    least = distance;
    best = index;
  }
  return best;
}

/** Classes differ in shape too: in the dark theme of one colour, and for eyes that tell few colours. */
const shapes: readonly ((context: CanvasRenderingContext2D, x: number, y: number) => void)[] = [
  (context, x, y) => {
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fill();
  },
  (context, x, y) => context.fillRect(x - size, y - size, 2 * size, 2 * size),
  (context, x, y) => polygon(context, [x, y - size, x + size, y + size, x - size, y + size]),
  (context, x, y) => polygon(context, [x, y - size - 1, x + size + 1, y, x, y + size + 1, x - size - 1, y]),
  (context, x, y) => {
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
  },
  (context, x, y) => {
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.stroke();
  },
];

function polygon(context: CanvasRenderingContext2D, [x = 0, y = 0, ...rest]: readonly number[]): void {
  context.moveTo(x, y);
  for (let place = 0; place < rest.length; place += 2) context.lineTo(rest[place]!, rest[place + 1]!);
  context.closePath();
  context.fill();
}

/** @param colourOf of a class, by its place */
export function drawScatter(
  context: CanvasRenderingContext2D,
  { points, places }: ScatterLayout,
  colourOf: (kind: number) => string,
): void {
  context.globalAlpha = points.length > 1500 ? 0.6 : 0.85;
  points.forEach(({ kind }, index) => {
    context.fillStyle = colourOf(kind);
    context.strokeStyle = context.fillStyle;
    context.beginPath();
    shapes[kind % shapes.length]!(context, places[2 * index]!, places[2 * index + 1]!);
  });
  context.globalAlpha = 1;
}
