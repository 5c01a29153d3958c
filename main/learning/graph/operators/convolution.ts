/**
 * Convolution and transposed convolution in one and two dimensions: stride, padding, dilation, groups.
 * Which formulation serves which gradient was measured on ONNX Runtime's CPU kernels (docs/guide/learning.md).
 */
import {
  type Attributes,
  type GradientContext,
  type GraphNode,
  intAttribute,
  intsAttribute,
  type OperatorRule,
  type OperatorTable,
  type Scope,
  type Value,
} from '../rule.ts';
import {
  winogradConvolution,
  winogradDataGradient,
  winogradPrediction,
  winogradWeightGradient,
} from './winograd.ts';

/** Below this height a product with Col2Im beats a convolution with the flipped kernel (both exact). */
const smallestHeightForFlippedKernel = 20;

/** The geometry of one convolution. `pads` has the beginnings of all axes, then the ends. */
interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly groups: number;
}

function geometryOf(attributes: Attributes, weight: Value): Geometry {
  const kernel = weight.shape.slice(2);
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: intsAttribute(attributes, 'strides', ones),
    dilations: intsAttribute(attributes, 'dilations', ones),
    pads: intsAttribute(attributes, 'pads', [...kernel, ...kernel].fill(0)),
    groups: intAttribute(attributes, 'group', 1),
  };
}

function attributesOf(geometry: Geometry): Attributes {
  const { strides, dilations, pads, groups } = geometry;
  return { strides, dilations, pads, group: groups };
}

/** Pixels that one kernel position spans. */
function reach(geometry: Geometry, axis: number): number {
  return (geometry.kernel[axis]! - 1) * geometry.dilations[axis]! + 1;
}

function totalPad(geometry: Geometry, axis: number): number {
  return geometry.pads[axis]! + geometry.pads[axis + geometry.kernel.length]!;
}

function outputSizes(geometry: Geometry, input: Value): number[] {
  return input.shape
    .slice(2)
    .map(
      (size, axis) =>
        Math.floor((size + totalPad(geometry, axis) - reach(geometry, axis)) / geometry.strides[axis]!) + 1,
    );
}

/** Gradient by the data, general case: the transposed convolution that undoes the geometry. */
function dataByTransposed(scope: Scope, gradient: Value, weight: Value, x: Value, geometry: Geometry): Value {
  const padding = geometry.kernel.map((_, axis) => {
    const covered = (gradient.shape[axis + 2]! - 1) * geometry.strides[axis]! + reach(geometry, axis);
    return x.shape[axis + 2]! - (covered - totalPad(geometry, axis));
  });
  return scope.apply('ConvTranspose', [gradient, weight], {
    ...attributesOf(geometry),
    output_padding: padding,
  });
}

/** Stride 1: a convolution of the gradient with the flipped kernel, input and output channels swapped. */
function dataByFlippedKernel(scope: Scope, gradient: Value, weight: Value, geometry: Geometry): Value {
  const rank = geometry.kernel.length;
  const axes = geometry.kernel.map((_, axis) => axis + 2);
  const flipped = scope.apply('Slice', [
    weight,
    scope.integers(axes.map(() => -1)),
    scope.integers(axes.map(() => -(2 ** 31))),
    scope.integers(axes),
    scope.integers(axes.map(() => -1)),
  ]);
  const swapped = scope.apply('Transpose', [flipped], { perm: [1, 0, ...axes] });
  const pads = geometry.pads.map((pad, index) => reach(geometry, index % rank) - 1 - pad);
  return scope.apply('Conv', [gradient, swapped], { pads, dilations: geometry.dilations });
}

/** With so few places per item, one product over all items beats one per item, which would read the weights anew. */
const fewPlaces = 64;

/** The gradient of each window's inputs, [items, inputs * kernel, places]. */
function windowColumns(scope: Scope, gradient: Value, weight: Value): Value {
  const [outputs, ...window] = weight.shape as [number, ...number[]];
  const [items] = gradient.shape as [number];
  const rows = window.reduce((product, size) => product * size, 1);
  const places = gradient.shape[2]! * gradient.shape[3]!;
  const flat = scope.apply('Reshape', [weight, scope.integers([outputs, rows])]);
  const turned = scope.apply('Transpose', [flat], { perm: [1, 0] });
  if (places > fewPlaces) {
    return scope.apply('MatMul', [
      turned,
      scope.apply('Reshape', [gradient, scope.integers([items, outputs, places])]),
    ]);
  }
  const outputsFirst = scope.apply('Transpose', [gradient], { perm: [1, 0, 2, 3] });
  const all = scope.apply('MatMul', [
    turned,
    scope.apply('Reshape', [outputsFirst, scope.integers([outputs, items * places])]),
  ]);
  const parted = scope.apply('Reshape', [all, scope.integers([rows, items, places])]);
  return scope.apply('Transpose', [parted], { perm: [1, 0, 2] });
}

/** A matrix product gives the columns, Col2Im adds them up where windows overlap. */
function dataByColumns(scope: Scope, gradient: Value, weight: Value, x: Value, geometry: Geometry): Value {
  const columns = windowColumns(scope, gradient, weight);
  return scope.apply('Col2Im', [columns, scope.integers(x.shape.slice(2)), scope.integers(geometry.kernel)], {
    strides: geometry.strides,
    dilations: geometry.dilations,
    pads: geometry.pads,
  });
}

function dataGradient(scope: Scope, gradient: Value, weight: Value, x: Value, geometry: Geometry): Value {
  const { kernel, strides, groups, pads } = geometry;
  if (groups !== 1 || kernel.length !== 2) return dataByTransposed(scope, gradient, weight, x, geometry);
  const stepsByOne = strides.every((stride) => stride === 1);
  const padsFit = pads.every((pad, index) => pad <= reach(geometry, index % 2) - 1);
  if (stepsByOne && padsFit && x.shape[2]! >= smallestHeightForFlippedKernel) {
    return dataByFlippedKernel(scope, gradient, weight, geometry);
  }
  return dataByColumns(scope, gradient, weight, x, geometry);
}

/**
 * The data and its paddings at the ends, so that a convolution with the gradient as kernel gives the positions of the
 * weights and none beyond: where the stride does not divide the input, its last values met no window.
 */
function fittingData(
  scope: Scope,
  x: Value,
  gradient: Value,
  geometry: Geometry,
): { data: Value; pads: readonly number[] } {
  const rank = geometry.kernel.length;
  const begins = geometry.pads.slice(0, rank);
  const beyond = geometry.kernel.map(
    (_, axis) =>
      (gradient.shape[axis + 2]! - 1) * geometry.strides[axis]! +
      reach(geometry, axis) -
      begins[axis]! -
      x.shape[axis + 2]!,
  );
  const pads = [...begins, ...beyond.map((pad) => Math.max(0, pad))];
  if (beyond.every((pad) => pad >= 0)) return { data: x, pads };
  const ends = beyond.map((pad, axis) => x.shape[axis + 2]! + Math.min(0, pad));
  const axes = beyond.map((_, axis) => axis + 2);
  const bounds = [axes.map(() => 0), ends, axes].map((list) => scope.integers(list));
  return { data: scope.apply('Slice', [x, ...bounds]), pads };
}

/**
 * Gradient by the weights as one convolution with an extra axis: the items are its channels, the input channels its
 * depth, the output gradient its kernel; stride and dilation change places. No column matrix is made.
 */
function weightsByDeeperConvolution(scope: Scope, x: Value, gradient: Value, geometry: Geometry): Value {
  const rank = geometry.kernel.length;
  const spatial = geometry.kernel.map((_, axis) => axis + 2);
  const { data, pads } = fittingData(scope, x, gradient, geometry);
  const outputsFirst = scope.apply('Transpose', [gradient], { perm: [1, 0, ...spatial] });
  const kernel = scope.apply('Unsqueeze', [outputsFirst, scope.integers([2])]);
  const result = scope.apply('Conv', [scope.apply('Unsqueeze', [data, scope.integers([0])]), kernel], {
    strides: [1, ...geometry.dilations],
    dilations: [1, ...geometry.strides],
    pads: [0, ...pads.slice(0, rank), 0, ...pads.slice(rank)],
  });
  return scope.apply('Reshape', [
    result,
    scope.integers([gradient.shape[1]!, x.shape[1]!, ...geometry.kernel]),
  ]);
}

/** The same with groups: items and groups together are the channels, a group's input channels the batch. */
function weightsByGroupedConvolution(scope: Scope, x: Value, gradient: Value, geometry: Geometry): Value {
  const { groups } = geometry;
  const { data: fitting, pads } = fittingData(scope, x, gradient, geometry);
  const [items, channels, ...sizes] = fitting.shape;
  const perGroup = channels! / groups;
  const spatial = sizes.map((_, axis) => axis + 2);
  const split = scope.apply('Reshape', [fitting, scope.integers([items!, groups, perGroup, ...sizes])]);
  const reordered = scope.apply('Transpose', [split], {
    perm: [2, 1, 0, ...spatial.map((axis) => axis + 1)],
  });
  const data = scope.apply('Reshape', [reordered, scope.integers([perGroup, groups * items!, ...sizes])]);
  const kernel = scope.apply('Transpose', [gradient], { perm: [1, 0, ...spatial] });
  const result = scope.apply('Conv', [data, kernel], {
    strides: geometry.dilations,
    dilations: geometry.strides,
    pads,
    group: groups,
  });
  return scope.apply('Transpose', [result], { perm: [1, 0, ...spatial] });
}

/** Fewer channels or places than these, and the transforms cost more than the products they save. */
const fewestForWinograd = { weights: 16, data: 32, forward: 128, places: 16 } as const;

/** Whether minimal filtering serves a convolution and its gradients. */
function suitsWinograd(x: Value, weight: Value, geometry: Geometry, fewestChannels: number): boolean {
  const { kernel, strides, dilations, pads, groups } = geometry;
  const all = (list: readonly number[], value: number): boolean => list.every((each) => each === value);
  const plain = all(kernel, 3) && all(strides, 1) && all(dilations, 1) && all(pads, 1) && groups === 1;
  if (!plain || kernel.length !== 2) return false;
  const channels = Math.min(weight.shape[0]!, weight.shape[1]!);
  return channels >= fewestChannels && x.shape[2]! * x.shape[3]! >= fewestForWinograd.places;
}

function weightGradient(scope: Scope, x: Value, gradient: Value, geometry: Geometry): Value {
  return geometry.groups === 1
    ? weightsByDeeperConvolution(scope, x, gradient, geometry)
    : weightsByGroupedConvolution(scope, x, gradient, geometry);
}

function biasGradient({ scope, gradient }: GradientContext): Value {
  const axes = gradient.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return scope.apply('ReduceSum', [gradient, scope.integers(axes)], { keepdims: 0 });
}

const convolution: OperatorRule = {
  infer([x, weight], attributes) {
    const geometry = geometryOf(attributes, weight!);
    if (x!.shape[1] !== weight!.shape[1]! * geometry.groups) {
      throw new RangeError(
        `A convolution with weights [${weight!.shape.join(', ')}] cannot read [${x!.shape.join(', ')}].`,
      );
    }
    return [{ type: x!.type, shape: [x!.shape[0]!, weight!.shape[0]!, ...outputSizes(geometry, x!)] }];
  },
  gradient(context) {
    const { scope, gradient, inputs, wanted, node } = context;
    const [x, weight, bias] = inputs;
    const geometry = geometryOf(node.attributes, weight!);
    const suits = (channels: number): boolean => suitsWinograd(x!, weight!, geometry, channels);
    const byData = suits(fewestForWinograd.data) ? winogradDataGradient : dataGradient;
    const byWeights = suits(fewestForWinograd.weights) ? winogradWeightGradient : weightGradient;
    return [
      wanted[0] ? byData(scope, gradient, weight!, x!, geometry) : undefined,
      wanted[1] ? byWeights(scope, x!, gradient, geometry) : undefined,
      bias && wanted[2] ? biasGradient(context) : undefined,
    ];
  },
};

const transposedConvolution: OperatorRule = {
  infer([x, weight], attributes) {
    const geometry = geometryOf(attributes, weight!);
    const extra = intsAttribute(
      attributes,
      'output_padding',
      geometry.kernel.map(() => 0),
    );
    const sizes = x!.shape
      .slice(2)
      .map(
        (size, axis) =>
          (size - 1) * geometry.strides[axis]! +
          reach(geometry, axis) -
          totalPad(geometry, axis) +
          extra[axis]!,
      );
    return [{ type: x!.type, shape: [x!.shape[0]!, weight!.shape[1]! * geometry.groups, ...sizes] }];
  },
  // it is the data gradient of a convolution, so its own gradients are that convolution and its weight gradient
  gradient(context) {
    const { scope, gradient, inputs, wanted, node } = context;
    const [x, weight, bias] = inputs;
    const geometry = geometryOf(node.attributes, weight!);
    return [
      wanted[0] ? scope.apply('Conv', [gradient, weight], attributesOf(geometry)) : undefined,
      wanted[1] ? weightGradient(scope, gradient, x!, geometry) : undefined,
      bias && wanted[2] ? biasGradient(context) : undefined,
    ];
  },
};

/** The convolution of a node in the way that is fastest with weights that change; undefined where it is so already. */
export function fasterConvolution({ operator, inputs, attributes }: GraphNode) {
  const [x, weight, bias] = inputs;
  if (operator !== 'Conv' || bias) return undefined;
  const geometry = geometryOf(attributes, weight!);
  if (!suitsWinograd(x!, weight!, geometry, fewestForWinograd.forward)) return undefined;
  return (scope: Scope): Value => winogradConvolution(scope, x!, weight!);
}

/** The same for answers that nothing is learned from. Of constant weights the transforms are made once, when a model is loaded. */
export function fasterPrediction({ operator, inputs, attributes }: GraphNode) {
  const [x, weight, bias] = inputs;
  if (operator !== 'Conv') return undefined;
  if (!suitsWinograd(x!, weight!, geometryOf(attributes, weight!), fewestForWinograd.forward))
    return undefined;
  return (scope: Scope): Value => {
    const result = winogradPrediction(scope, x!, weight!);
    if (!bias) return result;
    const perChannel = scope.integers([1, bias.shape[0]!, 1, 1]);
    return scope.apply('Add', [result, scope.apply('Reshape', [bias, perChannel])]);
  };
}

export const convolutions: OperatorTable = { Conv: convolution, ConvTranspose: transposedConvolution };
