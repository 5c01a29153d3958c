/** Operators that move values without changing them. */
import {
  elementCount,
  intAttribute,
  normalAxis,
  type OperatorRule,
  type OperatorTable,
  type Value,
} from '../rule.ts';
import { broadcastShape, reduceTo } from './broadcasting.ts';

function known(value: Value | undefined, what: string): readonly number[] {
  if (!value?.integers) throw new TypeError(`${what} must be a constant.`);
  return value.integers;
}

const backToInputShape: OperatorRule['gradient'] = ({ scope, gradient, inputs: [x] }) => [
  scope.apply('Reshape', [gradient, scope.integers(x!.shape)]),
];

const reshape: OperatorRule = {
  infer([x, target]) {
    const wanted = known(target, 'The shape of Reshape').map((size, axis) =>
      size === 0 ? x!.shape[axis]! : size,
    );
    const rest = wanted.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
    const shape = wanted.map((size) => (size === -1 ? elementCount(x!.shape) / rest : size));
    if (elementCount(shape) !== elementCount(x!.shape)) {
      throw new RangeError(`[${x!.shape.join(', ')}] cannot be reshaped to [${shape.join(', ')}].`);
    }
    return [{ type: x!.type, shape }];
  },
  gradient: backToInputShape,
};

const flatten: OperatorRule = {
  infer([x], attributes) {
    const axis = normalAxis(intAttribute(attributes, 'axis', 1), x!.shape.length);
    const shape = [elementCount(x!.shape.slice(0, axis)), elementCount(x!.shape.slice(axis))];
    return [{ type: x!.type, shape }];
  },
  gradient: backToInputShape,
};

const squeeze: OperatorRule = {
  infer([x, axes]) {
    const gone = known(axes, 'The axes of Squeeze').map((axis) => normalAxis(axis, x!.shape.length));
    return [{ type: x!.type, shape: x!.shape.filter((_, axis) => !gone.includes(axis)) }];
  },
  gradient: backToInputShape,
};

const unsqueeze: OperatorRule = {
  infer([x, axes]) {
    const added = known(axes, 'The axes of Unsqueeze');
    const rank = x!.shape.length + added.length;
    const places = new Set(added.map((axis) => normalAxis(axis, rank)));
    const rest = [...x!.shape];
    return [
      {
        type: x!.type,
        shape: Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : rest.shift()!)),
      },
    ];
  },
  gradient: backToInputShape,
};

const expand: OperatorRule = {
  infer: ([x, target]) => [
    { type: x!.type, shape: broadcastShape(x!.shape, known(target, 'The shape of Expand')) },
  ],
  gradient: ({ scope, gradient, inputs: [x] }) => [reduceTo(scope, gradient, x!.shape)],
};

const identity: OperatorRule = {
  infer: ([x]) => [{ type: x!.type, shape: x!.shape }],
  gradient: ({ gradient }) => [gradient],
};

const concat: OperatorRule = {
  infer(inputs, attributes) {
    const shape = [...inputs[0]!.shape];
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), shape.length);
    shape[axis] = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
    return [{ type: inputs[0]!.type, shape }];
  },
  gradient({ scope, gradient, inputs, node, wanted }) {
    const axis = normalAxis(intAttribute(node.attributes, 'axis', 0), gradient.shape.length);
    let start = 0;
    return inputs.map((input, index) => {
      const end = start + input.shape[axis]!;
      const bounds = [[start], [end], [axis]].map((values) => scope.integers(values));
      start = end;
      return wanted[index] ? scope.apply('Slice', [gradient, ...bounds]) : undefined;
    });
  },
};

/** Length of a slice; steps may be negative. */
function sliceLength(size: number, start: number, end: number, step: number): number {
  const wrap = (position: number): number => (position < 0 ? position + size : position);
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const limit = (position: number): number => Math.min(high, Math.max(low, position));
  const from = limit(wrap(start));
  // an end far below zero means "through the first element" of a backward slice
  const to = limit(end < -size ? low : wrap(end));
  return Math.max(0, Math.ceil((to - from) / step));
}

const slice: OperatorRule = {
  infer([x, starts, ends, axes, steps]) {
    const shape = [...x!.shape];
    const from = known(starts, 'The starts of Slice');
    const to = known(ends, 'The ends of Slice');
    const along = axes ? known(axes, 'The axes of Slice') : from.map((_, axis) => axis);
    along.forEach((axis, index) => {
      const place = normalAxis(axis, shape.length);
      shape[place] = sliceLength(shape[place]!, from[index]!, to[index]!, steps?.integers?.[index] ?? 1);
    });
    return [{ type: x!.type, shape }];
  },
  gradient({ scope, gradient, inputs: [x, starts, , axes, steps] }) {
    if (steps?.integers?.some((step) => step !== 1)) {
      throw new TypeError('Slices with a step are not differentiated.');
    }
    const rank = x!.shape.length;
    const before = new Array<number>(rank).fill(0);
    starts!.integers!.forEach((start, index) => {
      const axis = normalAxis(axes?.integers?.[index] ?? index, rank);
      before[axis] = start < 0 ? start + x!.shape[axis]! : start;
    });
    const after = x!.shape.map((size, axis) => size - gradient.shape[axis]! - before[axis]!);
    return [scope.apply('Pad', [gradient, scope.integers([...before, ...after])])];
  },
};

const pad: OperatorRule = {
  infer([x, pads]) {
    const amounts = known(pads, 'The pads of Pad');
    const rank = x!.shape.length;
    return [
      { type: x!.type, shape: x!.shape.map((size, axis) => size + amounts[axis]! + amounts[axis + rank]!) },
    ];
  },
  gradient({ scope, gradient, inputs: [x, pads] }) {
    const rank = x!.shape.length;
    const starts = pads!.integers!.slice(0, rank);
    const ends = starts.map((start, axis) => start + x!.shape[axis]!);
    const axes = starts.map((_, axis) => axis);
    return [scope.apply('Slice', [gradient, ...[starts, ends, axes].map((list) => scope.integers(list))])];
  },
};

// rows of a table (an embedding); the gradient adds up where a row was used more than once
const gather: OperatorRule = {
  infer([table, indices], attributes) {
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), table!.shape.length);
    const shape = [...table!.shape.slice(0, axis), ...indices!.shape, ...table!.shape.slice(axis + 1)];
    return [{ type: table!.type, shape }];
  },
  gradient({ scope, gradient, inputs: [table, indices], node }) {
    if (normalAxis(intAttribute(node.attributes, 'axis', 0), table!.shape.length) !== 0) {
      throw new TypeError('Gather is differentiated along axis 0 only.');
    }
    const zeros = scope.floats(new Float32Array(elementCount(table!.shape)), table!.shape);
    const places = scope.apply('Unsqueeze', [indices, scope.integers([-1])]);
    return [scope.apply('ScatterND', [zeros, places, gradient], { reduction: 'add' }), undefined];
  },
};

const sameAsFirst: OperatorRule = { infer: ([x]) => [{ type: x!.type, shape: x!.shape }] };

const split: OperatorRule = {
  infer([x, sizes], attributes) {
    const axis = normalAxis(intAttribute(attributes, 'axis', 0), x!.shape.length);
    return known(sizes, 'The sizes of Split').map((size) => ({
      type: x!.type,
      shape: x!.shape.map((length, place) => (place === axis ? size : length)),
    }));
  },
  gradient({ scope, outputs, outputGradients, node }) {
    const axis = intAttribute(node.attributes, 'axis', 0);
    const parts = outputs.map(
      (output, index) =>
        outputGradients[index] ?? scope.floats(new Float32Array(elementCount(output.shape)), output.shape),
    );
    return [scope.apply('Concat', parts, { axis }), undefined];
  },
};

const columnsToImage: OperatorRule = {
  infer([columns, image, block]) {
    const channels = columns!.shape[1]! / elementCount(known(block, 'The block of Col2Im'));
    return [
      { type: columns!.type, shape: [columns!.shape[0]!, channels, ...known(image, 'The image of Col2Im')] },
    ];
  },
};

/** Channels become blocks of pixels, the channel's own index last (mode DCR). Used by convolutions only. */
const depthToSpace: OperatorRule = {
  infer([x], attributes) {
    const [items, channels, height, width] = x!.shape as [number, number, number, number];
    const block = intAttribute(attributes, 'blocksize', 1);
    return [{ type: x!.type, shape: [items, channels / block ** 2, height * block, width * block] }];
  },
};

export const shaping: OperatorTable = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Identity: identity,
  Concat: concat,
  Slice: slice,
  Split: split,
  Pad: pad,
  Gather: gather,
  ScatterND: sameAsFirst,
  ScatterElements: sameAsFirst,
  Col2Im: columnsToImage,
  DepthToSpace: depthToSpace,
};
