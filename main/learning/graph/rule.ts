/**
 * What an operator is to the graph builder: how the shapes of its outputs follow from its inputs, and, where it
 * can be differentiated, how gradients flow back through it. One rule per operator; the rules know nothing of each other.
 */

export type ElementType = 'float32' | 'int64' | 'int32' | 'bool' | 'uint8';

/** An edge of the graph. Shapes are fixed numbers: a training step is built for one batch size. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Known values of small integer constants (axes, shapes, pads), on which shapes depend. */
  readonly integers?: readonly number[];
  /** A gradient already zero wherever the rectified value it belongs to is; ReLU passes it on as it is. */
  readonly rectified?: boolean;
}

export interface Signature {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A plain number is an integer attribute; floats are marked, because ONNX tells them apart. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: Value[];
  readonly attributes: Attributes;
}

/** The face of the builder that rules see. */
export interface Scope {
  /** Adds a node and returns its first output. */
  apply(operator: string, inputs: readonly (Value | undefined)[], attributes?: Attributes): Value;
  /** Adds a node and returns all its outputs. */
  applyAll(operator: string, inputs: readonly (Value | undefined)[], attributes?: Attributes): Value[];
  scalar(value: number): Value;
  integers(values: readonly number[]): Value;
  floats(values: Float32Array, shape: readonly number[]): Value;
  /** A value that is made once and then the same for everyone who asks by this key. */
  shared(key: string, make: () => Value): Value;
  /** The node that made a value; undefined for inputs and constants. */
  producer(value: Value): GraphNode | undefined;
  /** Asks a node for an optional output that it was built without. */
  extraOutput(node: GraphNode, index: number, signature: Signature): Value;
}

export interface GradientContext {
  readonly scope: Scope;
  readonly node: GraphNode;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Gradient of the loss by the first output. */
  readonly gradient: Value;
  readonly outputGradients: readonly (Value | undefined)[];
  /** Which inputs lead to something that is differentiated; the others need no gradient. */
  readonly wanted: readonly boolean[];
}

export interface OperatorRule {
  infer(inputs: readonly Value[], attributes: Attributes): readonly Signature[];
  /** One gradient per input, undefined where it has none. Absent: the operator is treated as constant. */
  gradient?(context: GradientContext): readonly (Value | undefined)[];
}

export type OperatorTable = Readonly<Record<string, OperatorRule>>;

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function intAttribute(attributes: Attributes, name: string, fallback: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : fallback;
}

export function intsAttribute(
  attributes: Attributes,
  name: string,
  fallback: readonly number[],
): readonly number[] {
  const value = attributes[name];
  return isIntegerList(value) ? value : fallback;
}

function isIntegerList(value: AttributeValue | undefined): value is readonly number[] {
  return Array.isArray(value);
}

export function floatAttribute(attributes: Attributes, name: string, fallback: number): number {
  const value = attributes[name];
  return typeof value === 'object' && 'float' in value ? value.float : fallback;
}

/** Negative axes count from the end. */
export function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
