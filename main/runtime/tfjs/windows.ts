/**
 * Convolutions and pooling on TensorFlow.js from slices and matrix products, for any number of axes: its own
 * convolutions know neither stride with dilation nor groups, and its channels come last.
 */
import {
  intOf,
  intsOf,
  type NodeInput,
  type Operator,
  placesOf,
  product,
  type Tensor,
  type Tf,
} from './tensors.ts';

interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Beginnings of all axes, then ends. */
  readonly pads: readonly number[];
  readonly groups: number;
}

function geometryOf(node: NodeInput, kernel: readonly number[]): Geometry {
  const ones = kernel.map(() => 1);
  return {
    kernel,
    strides: intsOf(node, 'strides', ones),
    dilations: intsOf(node, 'dilations', ones),
    pads: intsOf(
      node,
      'pads',
      [...kernel, ...kernel].map(() => 0),
    ),
    groups: intOf(node, 'group', 1),
  };
}

function padded(tf: Tf, x: Tensor, { kernel, pads }: Geometry, filling = 0): Tensor {
  if (pads.every((pad) => pad === 0)) return x;
  const amounts: [number, number][] = kernel.map((_, axis) => [pads[axis]!, pads[axis + kernel.length]!]);
  return tf.pad(x, [[0, 0], [0, 0], ...amounts], filling);
}

function outputSizes(sizes: readonly number[], { kernel, strides, dilations }: Geometry): number[] {
  return sizes.map(
    (size, axis) => Math.floor((size - (kernel[axis]! - 1) * dilations[axis]! - 1) / strides[axis]!) + 1,
  );
}

/** From `start` on, `count` values `step` apart, along each of the axes behind the second. */
function spaced(
  tf: Tf,
  x: Tensor,
  start: readonly number[],
  count: readonly number[],
  step: readonly number[],
): Tensor {
  const end = start.map((from, axis) => from + (count[axis]! - 1) * step[axis]! + 1);
  return tf.stridedSlice(x, [0, 0, ...start], [x.shape[0]!, x.shape[1]!, ...end], [1, 1, ...step]);
}

/** Items and channels first: sum over the channels of one group after the other. */
function channelProduct(tf: Tf, weight: Tensor, x: Tensor, groups: number): Tensor {
  const [items, channels, ...sizes] = x.shape as [number, number, ...number[]];
  const [outputs] = weight.shape as [number, number];
  const places = product(sizes);
  if (groups === channels && outputs === channels) {
    return tf.mul(x, tf.reshape(weight, [1, channels, ...sizes.map(() => 1)]));
  }
  const flat = tf.reshape(tf.transpose(tf.reshape(x, [items, channels, places]), [1, 0, 2]), [
    channels,
    items * places,
  ]);
  const parts = Array.from({ length: groups }, (_, group) => {
    const rows = channels / groups;
    const own = tf.slice(weight, [(group * outputs) / groups, 0], [outputs / groups, rows]);
    return tf.matMul(own as core2d, tf.slice(flat, [group * rows, 0], [rows, items * places]) as core2d);
  });
  const joined = tf.reshape(groups === 1 ? parts[0]! : tf.concat(parts, 0), [outputs, items, places]);
  return tf.reshape(tf.transpose(joined, [1, 0, 2]), [items, outputs, ...sizes]);
}
type core2d = ReturnType<Tf['tensor2d']>;

function weightAt(tf: Tf, weight: Tensor, place: readonly number[]): Tensor {
  const sizes = [weight.shape[0]!, weight.shape[1]!, ...place.map(() => 1)];
  return tf.reshape(tf.slice(weight, [0, 0, ...place], sizes), [weight.shape[0]!, weight.shape[1]!]);
}

/** One product for each position of the kernel. */
function byKernel(tf: Tf, x: Tensor, weight: Tensor, geometry: Geometry, sizes: readonly number[]): Tensor {
  const { kernel, strides, dilations, groups } = geometry;
  const parts = placesOf(kernel).map((place) => {
    const start = place.map((index, axis) => index * dilations[axis]!);
    return channelProduct(tf, weightAt(tf, weight, place), spaced(tf, x, start, sizes, strides), groups);
  });
  return tf.addN(parts);
}

/**
 * One product for each position of the output, for kernels as large as the image (weight gradients). Axes on which
 * the kernel has one place are kept whole. One group.
 */
function byOutput(tf: Tf, x: Tensor, weight: Tensor, geometry: Geometry, sizes: readonly number[]): Tensor {
  const { kernel, strides, dilations } = geometry;
  const [items, channels] = x.shape as [number, number];
  const outputs = weight.shape[0]!;
  const isWhole = kernel.map((size, axis) => size === 1 && strides[axis] === 1);
  const whole = product(sizes.filter((_, axis) => isWhole[axis]));
  const rest = product(kernel);
  const flatWeight = tf.reshape(weight, [outputs, channels * rest]);
  const looped = sizes.map((size, axis) => (isWhole[axis] ? 1 : size));
  // whole axes before the others, behind the items
  const axes = kernel.map((_, axis) => axis + 2);
  const order = [
    0,
    ...axes.filter((axis) => isWhole[axis - 2]),
    1,
    ...axes.filter((axis) => !isWhole[axis - 2]),
  ];
  const parts = placesOf(looped).map((place) => {
    const start = place.map((index, axis) => index * strides[axis]!);
    const count = kernel.map((size, axis) => (isWhole[axis] ? sizes[axis]! : size));
    const window = tf.transpose(spaced(tf, x, start, count, dilations), order);
    const flat = tf.reshape(window, [items * whole, channels * rest]) as core2d;
    return tf.matMul(flat, flatWeight as core2d, false, true);
  });
  const stacked = tf.reshape(tf.stack(parts), [
    ...looped.filter((_, axis) => !isWhole[axis]),
    items,
    ...sizes.filter((_, axis) => isWhole[axis]),
    outputs,
  ]);
  const loops = looped.filter((_, axis) => !isWhole[axis]).length;
  const back: number[] = [loops, stacked.rank - 1];
  let [nextLoop, nextWhole] = [0, loops + 1];
  for (const kept of isWhole) back.push(kept ? nextWhole++ : nextLoop++);
  return tf.transpose(stacked, back);
}

const convolution: Operator = (node) => {
  const { tf, inputs } = node;
  const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
  const geometry = geometryOf(node, weight.shape.slice(2));
  const whole = padded(tf, x, geometry);
  const sizes = outputSizes(whole.shape.slice(2), geometry);
  const few = product(geometry.kernel) > product(sizes) && geometry.groups === 1;
  const y = (few ? byOutput : byKernel)(tf, whole, weight, geometry, sizes);
  if (!bias) return [y];
  return [tf.add(y, tf.reshape(bias, [1, -1, ...sizes.map(() => 1)]))];
};

/** Zeros between the values, `strides` apart. */
function interleaved(tf: Tf, x: Tensor, strides: readonly number[]): Tensor {
  let wide = x;
  strides.forEach((stride, index) => {
    if (stride === 1) return;
    const axis = index + 2;
    const size = wide.shape[axis]!;
    const single = tf.expandDims(wide, axis + 1);
    const zeros = tf.pad(
      single,
      single.shape.map((_, place) => [0, place === axis + 1 ? stride - 1 : 0]),
    );
    const shape = wide.shape.map((length, place) => (place === axis ? size * stride : length));
    const trimmed = shape.map((length, place) => (place === axis ? (size - 1) * stride + 1 : length));
    wide = tf.slice(
      tf.reshape(zeros, shape),
      shape.map(() => 0),
      trimmed,
    );
  });
  return wide;
}

/** Puts each part where its kernel position reaches and adds them up; pads are cut off. */
function placed(
  tf: Tf,
  parts: readonly { readonly place: readonly number[]; readonly value: Tensor }[],
  { strides, dilations, pads, kernel }: Geometry,
  sizes: readonly number[],
): Tensor {
  const full = sizes.map((size, axis) => size + pads[axis]! + pads[axis + kernel.length]!);
  const sum = tf.addN(
    parts.map(({ place, value }) => {
      const wide = interleaved(tf, value, strides);
      const room: [number, number][] = place.map((index, axis) => {
        const before = index * dilations[axis]!;
        return [before, full[axis]! - before - wide.shape[axis + 2]!];
      });
      // output padding may leave the last values outside
      const kept = wide.shape.map((length, axis) =>
        axis < 2 ? length : length + Math.min(0, room[axis - 2]![1]),
      );
      const cut = tf.slice(
        wide,
        kept.map(() => 0),
        kept,
      );
      return tf.pad(cut, [[0, 0], [0, 0], ...room.map(([a, b]): [number, number] => [a, Math.max(0, b)])]);
    }),
  );
  const start = [0, 0, ...kernel.map((_, axis) => pads[axis]!)];
  return tf.slice(sum, start, [sum.shape[0]!, sum.shape[1]!, ...sizes]);
}

const transposedConvolution: Operator = (node) => {
  const { tf, inputs } = node;
  const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
  const kernel = weight.shape.slice(2);
  const geometry = geometryOf(node, kernel);
  const { strides, dilations, pads, groups } = geometry;
  const extra = intsOf(
    node,
    'output_padding',
    kernel.map(() => 0),
  );
  const sizes = x.shape
    .slice(2)
    .map(
      (size, axis) =>
        (size - 1) * strides[axis]! +
        (kernel[axis]! - 1) * dilations[axis]! +
        1 -
        pads[axis]! -
        pads[axis + kernel.length]! +
        extra[axis]!,
    );
  const parts = placesOf(kernel).map((place) => ({
    place,
    value: channelProduct(tf, turned(tf, weightAt(tf, weight, place), groups), x, groups),
  }));
  const y = placed(tf, parts, geometry, sizes);
  return [bias ? tf.add(y, tf.reshape(bias, [1, -1, ...sizes.map(() => 1)])) : y];
};

/** [inputs, outputs / groups] to [outputs, inputs / groups]. */
function turned(tf: Tf, weight: Tensor, groups: number): Tensor {
  const [inputs, perGroup] = weight.shape as [number, number];
  const split = tf.reshape(weight, [groups, inputs / groups, perGroup]);
  return tf.reshape(tf.transpose(split, [0, 2, 1]), [groups * perGroup, inputs / groups]);
}

const columnsToImage: Operator = (node) => {
  const { tf, inputs } = node;
  const [columns] = inputs as [Tensor];
  const sizes = node.integers(1);
  const kernel = node.integers(2);
  const geometry = geometryOf(node, kernel);
  const { pads } = geometry;
  const full = sizes.map((size, axis) => size + pads[axis]! + pads[axis + kernel.length]!);
  const counts = outputSizes(full, geometry);
  const [items, rows] = columns.shape as [number, number];
  const channels = rows / product(kernel);
  const parted = tf.reshape(columns, [items, channels, product(kernel), product(counts)]);
  const parts = placesOf(kernel).map((place, index) => ({
    place,
    value: tf.reshape(tf.slice(parted, [0, 0, index, 0], [items, channels, 1, product(counts)]), [
      items,
      channels,
      ...counts,
    ]),
  }));
  return [placed(tf, parts, geometry, sizes)];
};

/** Values, and the flat places of the winners in the unpadded input; the first of equals. */
const maximumPool: Operator = (node) => {
  const { tf, inputs } = node;
  const [x] = inputs as [Tensor];
  const kernel = intsOf(node, 'kernel_shape', []);
  const geometry = geometryOf(node, kernel);
  const whole = padded(tf, x, geometry, -3.4e38);
  const flat = tf.reshape(tf.range(0, x.size, 1, 'int32'), x.shape);
  const places = padded(tf, flat, geometry, 0);
  const sizes = outputSizes(whole.shape.slice(2), geometry);
  let best: Tensor | undefined;
  let winners: Tensor | undefined;
  for (const place of placesOf(kernel)) {
    const value = spaced(tf, whole, place, sizes, geometry.strides);
    const index = spaced(tf, places, place, sizes, geometry.strides);
    if (!best || !winners) {
      [best, winners] = [value, index];
      continue;
    }
    const wins = tf.greater(value, best);
    winners = tf.where(wins, index, winners);
    best = tf.maximum(value, best);
  }
  return [best!, winners!];
};

export const windowOperators: Readonly<Record<string, Operator>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Col2Im: columnsToImage,
  MaxPool: maximumPool,
};
