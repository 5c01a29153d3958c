/** Maximum, average and global pooling. */
import {
  type Attributes,
  elementCount,
  type GradientContext,
  intAttribute,
  intsAttribute,
  type OperatorRule,
  type OperatorTable,
  type Value,
} from '../rule.ts';

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

function windowOf(attributes: Attributes): Window {
  const kernel = intsAttribute(attributes, 'kernel_shape', []);
  return {
    kernel,
    strides: intsAttribute(
      attributes,
      'strides',
      kernel.map(() => 1),
    ),
    pads: intsAttribute(attributes, 'pads', [...kernel, ...kernel].fill(0)),
  };
}

function pooledShape(x: Value, window: Window): number[] {
  const sizes = x.shape.slice(2).map((size, axis) => {
    const padded = size + window.pads[axis]! + window.pads[axis + window.kernel.length]!;
    return Math.floor((padded - window.kernel[axis]!) / window.strides[axis]!) + 1;
  });
  return [...x.shape.slice(0, 2), ...sizes];
}

/** True for windows that tile the input exactly. */
function tiles(x: Value, { kernel, strides, pads }: Window): boolean {
  return (
    pads.every((pad) => pad === 0) &&
    kernel.every((size, axis) => size === strides[axis] && x.shape[axis + 2]! % size === 0)
  );
}

/** Repeats each value over its window: seven times faster than Expand on ONNX Runtime's CPU. */
const nearestBelow = {
  mode: 'nearest',
  coordinate_transformation_mode: 'asymmetric',
  nearest_mode: 'floor',
} as const;

/**
 * Tiling windows behind a ReLU: every position equal to its window's maximum takes the gradient. Ties happen only
 * among zeros, and windows whose maximum is zero pass nothing: that mask is taken here, on the small tensor, in place of
 * the ReLU's own on the large one.
 */
function byEquality({ scope, gradient, inputs, outputs }: GradientContext): Value {
  const x = inputs[0]!;
  const pooled = outputs[0]!;
  const sizes = scope.integers(x.shape);
  const spread = (value: Value): Value =>
    scope.apply('Resize', [value, undefined, undefined, sizes], nearestBelow);
  const asNumbers = (condition: Value): Value => scope.apply('Cast', [condition], { to: 1 });
  const alive = asNumbers(scope.apply('Greater', [pooled, scope.scalar(0)]));
  const passed = spread(scope.apply('Mul', [gradient, alive]));
  const winners = asNumbers(scope.apply('Equal', [x, spread(pooled)]));
  return { ...scope.apply('Mul', [winners, passed]), rectified: true };
}

/** Any windows: the winners' flat positions, as the operator reports them, collect the gradient. */
function byIndices({ scope, node, gradient, inputs, outputs }: GradientContext): Value {
  const x = inputs[0]!;
  const indices = scope.extraOutput(node, 1, { type: 'int64', shape: outputs[0]!.shape });
  const flat = (value: Value): Value => scope.apply('Reshape', [value, scope.integers([-1])]);
  const zeros = scope.apply('Expand', [scope.scalar(0), scope.integers([elementCount(x.shape)])]);
  const scattered = scope.apply('ScatterElements', [zeros, flat(indices), flat(gradient)], {
    axis: 0,
    reduction: 'add',
  });
  return scope.apply('Reshape', [scattered, scope.integers(x.shape)]);
}

const maximum: OperatorRule = {
  infer: ([x], attributes) => [{ type: x!.type, shape: pooledShape(x!, windowOf(attributes)) }],
  gradient(context) {
    const window = windowOf(context.node.attributes);
    const x = context.inputs[0]!;
    const rectified = context.scope.producer(x)?.operator === 'Relu';
    return [rectified && tiles(x, window) ? byEquality(context) : byIndices(context)];
  },
};

/** How many input positions each window counts. */
function windowCounts(x: Value, window: Window, countPads: boolean): Float32Array {
  const [, , ...sizes] = pooledShape(x, window);
  const counts = new Float32Array(elementCount(sizes)).fill(1);
  let inner = counts.length;
  let outer = 1;
  sizes.forEach((size, axis) => {
    inner /= size;
    for (let place = 0; place < size; place++) {
      const start = place * window.strides[axis]! - window.pads[axis]!;
      const end = Math.min(start + window.kernel[axis]!, x.shape[axis + 2]!);
      const covered = countPads ? window.kernel[axis]! : end - Math.max(start, 0);
      for (let block = 0; block < outer; block++) {
        const offset = (block * size + place) * inner;
        for (let index = offset; index < offset + inner; index++) counts[index]! *= covered;
      }
    }
    outer *= size;
  });
  return counts;
}

// the gradient of each window is spread evenly: a transposed convolution with ones, channel by channel
const average: OperatorRule = {
  infer: ([x], attributes) => [{ type: x!.type, shape: pooledShape(x!, windowOf(attributes)) }],
  gradient({ scope, gradient, inputs, node }) {
    const x = inputs[0]!;
    const window = windowOf(node.attributes);
    const counts = windowCounts(x, window, intAttribute(node.attributes, 'count_include_pad', 0) === 1);
    const shares = scope.apply('Div', [gradient, scope.floats(counts, gradient.shape.slice(2))]);
    const channels = x.shape[1]!;
    const ones = new Float32Array(channels * elementCount(window.kernel)).fill(1);
    const rank = window.kernel.length;
    const padding = window.kernel.map((size, axis) => {
      const covered = (gradient.shape[axis + 2]! - 1) * window.strides[axis]! + size;
      return x.shape[axis + 2]! - covered + window.pads[axis]! + window.pads[axis + rank]!;
    });
    return [
      scope.apply('ConvTranspose', [shares, scope.floats(ones, [channels, 1, ...window.kernel])], {
        strides: window.strides,
        pads: window.pads,
        output_padding: padding,
        group: channels,
      }),
    ];
  },
};

const globalAverage: OperatorRule = {
  infer: ([x]) => [{ type: x!.type, shape: [...x!.shape.slice(0, 2), ...x!.shape.slice(2).fill(1)] }],
  gradient({ scope, gradient, inputs: [x] }) {
    const count = elementCount(x!.shape.slice(2));
    const share = scope.apply('Mul', [gradient, scope.scalar(1 / count)]);
    return [scope.apply('Expand', [share, scope.integers(x!.shape)])];
  },
};

// used by gradients only, with whole factors
const resize: OperatorRule = {
  infer([x, , , sizes]) {
    if (!sizes?.integers) throw new TypeError('The sizes of Resize must be constant.');
    return [{ type: x!.type, shape: sizes.integers }];
  },
};

export const poolings: OperatorTable = {
  Resize: resize,
  MaxPool: maximum,
  AveragePool: average,
  GlobalAveragePool: globalAverage,
};
