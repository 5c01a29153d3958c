/** The operators of our graphs on TensorFlow.js. */
import { floatOf, intOf, intsOf, type NodeInput, type Operator, type Tensor, type Tf } from './tensors.ts';
import { windowOperators } from './windows.ts';

type Binary = (tf: Tf, a: Tensor, b: Tensor) => Tensor;

function unary(apply: (tf: Tf, x: Tensor) => Tensor): Operator {
  return ({ tf, inputs }) => [apply(tf, inputs[0]!)];
}

function binary(apply: Binary): Operator {
  return ({ tf, inputs }) => [apply(tf, inputs[0]!, inputs[1]!)];
}

/** For any number of inputs. */
function folded(apply: Binary): Operator {
  return ({ tf, inputs }) => [(inputs as Tensor[]).reduce((a, b) => apply(tf, a, b))];
}

function axesOf(node: NodeInput, x: Tensor): number[] {
  return node.inputs[1] ? node.integers(1).map((axis) => axis) : x.shape.map((_, axis) => axis);
}

function reduction(apply: (tf: Tf, x: Tensor, axes: number[], keep: boolean) => Tensor): Operator {
  return (node) => {
    const x = node.inputs[0]!;
    return [apply(node.tf, x, axesOf(node, x), intOf(node, 'keepdims', 1) === 1)];
  };
}

/** Vectors of one value per channel, for [items, channels, …]. */
function perChannel(tf: Tf, vector: Tensor, rank: number): Tensor {
  return tf.reshape(vector, [1, -1, ...new Array<number>(rank - 2).fill(1)]);
}

const batchNormalisation: Operator = (node) => {
  const { tf, inputs } = node;
  const [x, gamma, beta, oldMean, oldVariance] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const normal = (mean: Tensor, variance: Tensor): Tensor => {
    const scale = tf.div(gamma, tf.sqrt(tf.add(variance, epsilon)));
    const centred = tf.sub(x, perChannel(tf, mean, x.rank));
    return tf.add(tf.mul(centred, perChannel(tf, scale, x.rank)), perChannel(tf, beta, x.rank));
  };
  if (intOf(node, 'training_mode', 0) === 0) return [normal(oldMean, oldVariance)];
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const mean = tf.mean(x, axes);
  const variance = tf.mean(tf.square(tf.sub(x, perChannel(tf, mean, x.rank))), axes);
  const momentum = floatOf(node, 'momentum', 0.9);
  const running = (before: Tensor, now: Tensor): Tensor =>
    tf.add(tf.mul(before, momentum), tf.mul(now, 1 - momentum));
  return [normal(mean, variance), running(oldMean, mean), running(oldVariance, variance)];
};

const layerNormalisation: Operator = (node) => {
  const { tf, inputs } = node;
  const [x, gamma, beta] = inputs as [Tensor, Tensor, Tensor | undefined];
  const axis = intOf(node, 'axis', -1);
  const first = axis < 0 ? axis + x.rank : axis;
  const axes = x.shape.map((_, place) => place).filter((place) => place >= first);
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes, true), floatOf(node, 'epsilon', 1e-5)));
  const scaled = tf.mul(tf.mul(centred, inverse), gamma);
  return [beta ? tf.add(scaled, beta) : scaled, mean, inverse];
};

const general: Operator = (node) => {
  const { tf, inputs } = node;
  const [a, b, c] = inputs as [Tensor, Tensor, Tensor | undefined];
  const flipped = (name: string): boolean => intOf(node, name, 0) === 1;
  const y = tf.matMul(a, b, flipped('transA'), flipped('transB'));
  return [c ? tf.add(y, c) : y];
};

/** Batch axes are brought to one first: the JavaScript backend broadcasts single ones only. */
const matrixProduct: Operator = ({ tf, inputs }) => {
  const [a, b] = inputs as [Tensor, Tensor];
  if (a.rank === b.rank) return [tf.matMul(a, b)];
  const [outer, inner] = [a.shape.slice(0, -1), b.shape.at(-1)!];
  if (b.rank === 2) {
    const rows = tf.reshape(a, [-1, a.shape.at(-1)!]);
    return [tf.reshape(tf.matMul(rows, b), [...outer, inner])];
  }
  const shape = [...b.shape.slice(0, -2), ...a.shape];
  return [
    tf.matMul(
      tf.broadcastTo(tf.reshape(a, [...new Array<number>(b.rank - 2).fill(1), ...a.shape]), shape),
      b,
    ),
  ];
};

const reshape: Operator = (node) => {
  const x = node.inputs[0]!;
  const shape = node.integers(1).map((size, axis) => (size === 0 ? x.shape[axis]! : size));
  return [node.tf.reshape(x, shape)];
};

const flatten: Operator = (node) => {
  const x = node.inputs[0]!;
  const axis = intOf(node, 'axis', 1);
  const rows = x.shape.slice(0, axis).reduce((all, size) => all * size, 1);
  return [node.tf.reshape(x, [rows, -1])];
};

/** Steps of 1 or more, or a whole axis turned round. */
const slice: Operator = (node) => {
  const { tf } = node;
  let x = node.inputs[0]!;
  const [starts, ends] = [node.integers(1), node.integers(2)];
  const axes = node.inputs[3] ? node.integers(3) : starts.map((_, axis) => axis);
  const steps = node.inputs[4] ? node.integers(4) : starts.map(() => 1);
  const turned = axes.filter((_, place) => steps[place] === -1);
  if (turned.length > 0) x = tf.reverse(x, turned as number[]);
  const begin = x.shape.map(() => 0);
  const end = [...x.shape];
  const step = x.shape.map(() => 1);
  axes.forEach((axis, place) => {
    if (steps[place] === -1) return;
    const size = x.shape[axis]!;
    const within = (value: number): number => Math.min(size, Math.max(0, value < 0 ? value + size : value));
    begin[axis] = within(starts[place]!);
    end[axis] = within(ends[place]!);
    step[axis] = steps[place]!;
  });
  return [tf.stridedSlice(x, begin, end, step)];
};

const pad: Operator = (node) => {
  const x = node.inputs[0]!;
  const amounts = node.integers(1);
  return [
    node.tf.pad(
      x,
      x.shape.map((_, axis): [number, number] => [amounts[axis]!, amounts[axis + x.rank]!]),
    ),
  ];
};

/** Nearest neighbour by whole factors. */
const resize: Operator = (node) => {
  const { tf } = node;
  let x = node.inputs[0]!;
  node.integers(3).forEach((size, axis) => {
    const factor = size / x.shape[axis]!;
    if (factor === 1) return;
    const repeats = [...x.shape.map(() => 1), 1];
    repeats[axis + 1] = factor;
    const shape = x.shape.map((length, place) => (place === axis ? size : length));
    x = tf.reshape(tf.tile(tf.expandDims(x, axis + 1), repeats), shape);
  });
  return [x];
};

/** Mode DCR: the block's rows and columns come before the channels. */
const depthToSpace: Operator = (node) => {
  const { tf, inputs } = node;
  const [items, channels, height, width] = inputs[0]!.shape as [number, number, number, number];
  const block = intOf(node, 'blocksize', 1);
  const depth = channels / block ** 2;
  const parted = tf.reshape(inputs[0]!, [items, block, block, depth, height, width]);
  const turned = tf.transpose(parted, [0, 3, 4, 1, 5, 2]);
  return [tf.reshape(turned, [items, depth, height * block, width * block])];
};

/** Adds to places of a vector; places that occur twice get both. */
const scatter: Operator = ({ tf, inputs }) => {
  const [data, places, updates] = inputs as [Tensor, Tensor, Tensor];
  const indices = tf.reshape(tf.cast(places, 'int32'), [-1, 1]);
  return [tf.add(data, tf.scatterND(indices, updates, [data.size]))];
};

const castNames: Readonly<Record<number, 'float32' | 'int32' | 'bool'>> = {
  1: 'float32',
  6: 'int32',
  7: 'int32',
  9: 'bool',
};

export const operators: Readonly<Record<string, Operator>> = {
  ...windowOperators,
  Add: binary((tf, a, b) => tf.add(a, b)),
  Sub: binary((tf, a, b) => tf.sub(a, b)),
  Mul: binary((tf, a, b) => tf.mul(a, b)),
  Div: binary((tf, a, b) => tf.div(a, b)),
  Pow: binary((tf, a, b) => tf.pow(a, b)),
  Sum: folded((tf, a, b) => tf.add(a, b)),
  Min: folded((tf, a, b) => tf.minimum(a, b)),
  Max: folded((tf, a, b) => tf.maximum(a, b)),
  Greater: binary((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: binary((tf, a, b) => tf.greaterEqual(a, b)),
  Less: binary((tf, a, b) => tf.less(a, b)),
  LessOrEqual: binary((tf, a, b) => tf.lessEqual(a, b)),
  Equal: binary((tf, a, b) => tf.equal(a, b)),
  And: binary((tf, a, b) => tf.logicalAnd(a, b)),
  Not: unary((tf, x) => tf.logicalNot(x)),
  IsNaN: unary((tf, x) => tf.isNaN(x)),
  Neg: unary((tf, x) => tf.neg(x)),
  Abs: unary((tf, x) => tf.abs(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Log: unary((tf, x) => tf.log(x)),
  Erf: unary((tf, x) => tf.erf(x)),
  Relu: unary((tf, x) => tf.relu(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Identity: unary((tf, x) => tf.clone(x)),
  Softmax: (node) => [node.tf.softmax(node.inputs[0]!, intOf(node, 'axis', -1))],
  LogSoftmax: (node) => [node.tf.logSoftmax(node.inputs[0]!, intOf(node, 'axis', -1))],
  Clip: ({ tf, inputs: [x, low, high] }) => [tf.minimum(tf.maximum(x!, low!), high!)],
  Where: ({ tf, inputs: [condition, a, b] }) => [tf.where(condition!, a!, b!)],
  Cast: (node) => [node.tf.cast(node.inputs[0]!, castNames[intOf(node, 'to', 1)] ?? 'float32')],
  ReduceSum: reduction((tf, x, axes, keep) => tf.sum(x, axes, keep)),
  ReduceMean: reduction((tf, x, axes, keep) => tf.mean(x, axes, keep)),
  ReduceMax: reduction((tf, x, axes, keep) => tf.max(x, axes, keep)),
  ReduceSumSquare: reduction((tf, x, axes, keep) => tf.sum(tf.square(x), axes, keep)),
  BatchNormalization: batchNormalisation,
  LayerNormalization: layerNormalisation,
  Gemm: general,
  MatMul: matrixProduct,
  Transpose: (node) => [node.tf.transpose(node.inputs[0]!, [...intsOf(node, 'perm', [])])],
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: (node) => [node.tf.squeeze(node.inputs[0]!, [...node.integers(1)])],
  Unsqueeze: (node) => [node.integers(1).reduce((x, axis) => node.tf.expandDims(x, axis), node.inputs[0]!)],
  Expand: (node) => {
    const x = node.inputs[0]!;
    return [node.tf.add(x, node.tf.zeros([...node.integers(1)], x.dtype as 'float32'))];
  },
  Concat: (node) => [node.tf.concat(node.inputs as Tensor[], intOf(node, 'axis', 0))],
  Slice: slice,
  Pad: pad,
  Resize: resize,
  ScatterElements: scatter,
  DepthToSpace: depthToSpace,
  GlobalAveragePool: ({ tf, inputs: [x] }) => [tf.mean(x!, x!.shape.map((_, axis) => axis).slice(2), true)],
};
