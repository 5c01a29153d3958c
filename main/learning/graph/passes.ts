/**
 * Passes over a finished graph that change what is computed in no way but make it shorter: equal nodes become one,
 * nodes that change nothing go, arithmetic on constants is done once, a product and its bias become one Gemm. Nodes
 * that nothing needs are left out when the model is written; batch normalisation is folded when its layer is built.
 */
import { elementCount, type GraphNode, type Value } from './rule.ts';

/** What the passes need of the graph beside its nodes. */
export interface PassGraph {
  /** Values of a constant; undefined for anything else and for integers. */
  floatsOf(value: Value): Float32Array | undefined;
  /** A new constant. */
  floats(values: Float32Array, shape: readonly number[]): Value;
  /** Names that have to stay: the outputs of the model. */
  readonly kept: ReadonlySet<string>;
}

/** Larger results than this are not worth the bytes in the file. */
const largestFolded = 4_000_000;

/** All passes, in an order in which each finds what the one before has made possible. */
export function optimised(nodes: readonly GraphNode[], graph: PassGraph): GraphNode[] {
  const renamed = new Map<string, Value>();
  const seen = new Map<string, GraphNode>();
  const result: GraphNode[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => input && (renamed.get(input.name) ?? input));
    const current: GraphNode = { ...node, inputs };
    const [output] = current.outputs;
    const replacement =
      graph.kept.has(output!.name) || current.outputs.length > 1
        ? undefined
        : (passedOn(current) ?? folded(current, graph) ?? seen.get(keyOf(current))?.outputs[0]);
    if (replacement) {
      renamed.set(output!.name, replacement);
      continue;
    }
    if (current.outputs.length === 1) seen.set(keyOf(current), current);
    result.push(current);
  }
  return withGemm(result, graph);
}

function keyOf({ operator, inputs, attributes }: GraphNode): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([operator, inputs.map((input) => input?.name ?? ''), sorted]);
}

const sameShape = (a: Value, b: Value): boolean => a.shape.join() === b.shape.join();

/** The input of a node that gives back what it gets. */
function passedOn({ operator, inputs, outputs, attributes }: GraphNode): Value | undefined {
  const [x] = inputs;
  const [y] = outputs;
  if (!x || !y || x.type !== y.type || !sameShape(x, y)) return undefined;
  if (operator === 'Identity') return x;
  if (operator === 'Transpose') {
    const { perm } = attributes;
    return Array.isArray(perm) && perm.every((axis, place) => axis === place) ? x : undefined;
  }
  return undefined;
}

type Fold = (values: readonly Float32Array[], node: GraphNode) => Float32Array | undefined;

function elementwise(apply: (a: number, b: number) => number): Fold {
  return ([a, b], { outputs }) => {
    const count = elementCount(outputs[0]!.shape);
    const fits = (list: Float32Array): boolean => list.length === count || list.length === 1;
    if (!a || !b || !fits(a) || !fits(b)) return undefined;
    const at = (list: Float32Array, place: number): number => list[list.length === 1 ? 0 : place]!;
    return Float32Array.from({ length: count }, (_, place) => apply(at(a, place), at(b, place)));
  };
}

function each(apply: (value: number) => number): Fold {
  return ([x]) => x?.map(apply);
}

const folds: Readonly<Record<string, Fold>> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => a / b),
  Neg: each((value) => -value),
  Sqrt: each(Math.sqrt),
  Exp: each(Math.exp),
  Reciprocal: each((value) => 1 / value),
  Unsqueeze: ([x]) => x,
  Squeeze: ([x]) => x,
  Transpose: ([x], node) => x && transposed(x, node),
};

function transposed(values: Float32Array, { inputs, attributes }: GraphNode): Float32Array {
  const shape = inputs[0]!.shape;
  const given = attributes.perm;
  const order: readonly number[] = Array.isArray(given) ? given : shape.map((_, axis) => axis).reverse();
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  return Float32Array.from(values, (_, place) => {
    let [rest, from] = [place, 0];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += (rest % sizes[axis]!) * steps[axis]!;
      rest = Math.floor(rest / sizes[axis]!);
    }
    return values[from]!;
  });
}

/** A constant in place of a node all of whose numbers are known. */
function folded(node: GraphNode, graph: PassGraph): Value | undefined {
  const fold = folds[node.operator];
  const [output] = node.outputs;
  if (!fold || output!.type !== 'float32' || elementCount(output!.shape) > largestFolded) return undefined;
  const isShape = (input: Value): boolean => input.integers !== undefined;
  const numbers = node.inputs.filter((input): input is Value => input !== undefined && !isShape(input));
  const known = numbers.map((input) => graph.floatsOf(input));
  if (known.length === 0 || known.some((values) => values === undefined)) return undefined;
  const values = fold(known as Float32Array[], node);
  return values && graph.floats(values, output!.shape);
}

/** MatMul of two matrices and the Add of a bias behind it, where nothing else needs the product. */
function withGemm(nodes: readonly GraphNode[], graph: PassGraph): GraphNode[] {
  const uses = new Map<string, number>();
  for (const { inputs } of nodes) {
    for (const input of inputs) if (input) uses.set(input.name, (uses.get(input.name) ?? 0) + 1);
  }
  const products = new Map(
    nodes
      .filter(
        ({ operator, inputs }) => operator === 'MatMul' && inputs.every((input) => input?.shape.length === 2),
      )
      .filter(({ outputs }) => uses.get(outputs[0]!.name) === 1 && !graph.kept.has(outputs[0]!.name))
      .map((node) => [node.outputs[0]!.name, node]),
  );
  const gone = new Set<GraphNode>();
  const fused = nodes.map((node): GraphNode => {
    if (node.operator !== 'Add') return node;
    const place = node.inputs.findIndex((input) => input && products.has(input.name));
    const bias = node.inputs[1 - place];
    const product = products.get(node.inputs[place]?.name ?? '');
    if (!product || !bias || bias.shape.length > 2 || !isRow(bias, node.outputs[0]!)) return node;
    gone.add(product);
    return { operator: 'Gemm', inputs: [...product.inputs, bias], outputs: node.outputs, attributes: {} };
  });
  return fused.filter((node) => !gone.has(node));
}

/** [columns] or [1, columns]: the same for every item, whatever their number. */
function isRow(bias: Value, product: Value): boolean {
  return elementCount(bias.shape) === product.shape[1] && bias.shape.at(-1) === product.shape[1];
}
