import { attention, gelu, groupNorm, silu } from '../../../main/learning/graph/composites.ts';
import type { Graph } from '../../../main/learning/graph/graph.ts';
import {
  binaryCrossEntropy,
  contrastive,
  crossEntropy,
  distillation,
  focal,
  huber,
  meanSquaredError,
} from '../../../main/learning/graph/losses.ts';
import type { Attributes, Value } from '../../../main/learning/graph/rule.ts';

/** How each case of operator-gradients.json is built from its inputs. */
export type CaseBuilder = (graph: Graph, inputs: Readonly<Record<string, Value>>) => Value;

const epsilon = { float: 1e-5 };

function plain(operator: string, attributes: Attributes = {}): CaseBuilder {
  return (graph, inputs) => graph.apply(operator, Object.values(inputs), attributes);
}

function withIntegers(
  operator: string,
  lists: readonly (readonly number[])[],
  attributes: Attributes = {},
): CaseBuilder {
  return (graph, { a }) =>
    graph.apply(operator, [a, ...lists.map((list) => graph.integers(list))], attributes);
}

function window(
  operator: string,
  kernel: number,
  stride: number,
  pad: number,
  extra: Attributes = {},
): CaseBuilder {
  return plain(operator, {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    ...extra,
  });
}

export const caseBuilders: Readonly<Record<string, CaseBuilder>> = {
  Add: plain('Add'),
  Sub: plain('Sub'),
  Mul: plain('Mul'),
  Div: plain('Div'),
  Pow: (graph, { a }) => graph.apply('Pow', [a, graph.scalar(3)]),
  Neg: plain('Neg'),
  Sqrt: plain('Sqrt'),
  Exp: plain('Exp'),
  Log: plain('Log'),
  Reciprocal: plain('Reciprocal'),
  Abs: plain('Abs'),
  Where: (graph, { a, b }) => graph.apply('Where', [graph.apply('Greater', [a, graph.scalar(0.2)]), a, b]),
  Clip: (graph, { a }) => graph.apply('Clip', [a, graph.scalar(-0.5), graph.scalar(0.8)]),
  Sum: plain('Sum'),
  Max: plain('Max'),
  Min: plain('Min'),
  Relu: plain('Relu'),
  Sigmoid: plain('Sigmoid'),
  Tanh: plain('Tanh'),
  Erf: plain('Erf'),
  Softmax: plain('Softmax', { axis: -1 }),
  LogSoftmax: plain('LogSoftmax', { axis: 1 }),
  MatMul: plain('MatMul'),
  'MatMul batched': plain('MatMul'),
  'MatMul shared': plain('MatMul'),
  'MatMul broadcast': plain('MatMul'),
  Gemm: plain('Gemm'),
  'Gemm transB': plain('Gemm', { transB: 1 }),
  'Gemm transA': plain('Gemm', { transA: 1 }),
  'Gemm transAB': plain('Gemm', { transA: 1, transB: 1 }),
  Transpose: plain('Transpose', { perm: [2, 0, 1] }),
  Reshape: withIntegers('Reshape', [[2, -1]]),
  Flatten: plain('Flatten', { axis: 1 }),
  Squeeze: withIntegers('Squeeze', [[1]]),
  Unsqueeze: withIntegers('Unsqueeze', [[1]]),
  Expand: withIntegers('Expand', [[2, 3, 4]]),
  Identity: plain('Identity'),
  Concat: plain('Concat', { axis: 1 }),
  Slice: withIntegers('Slice', [[1], [3], [1]]),
  Split: (graph, { a }) => {
    const [first, rest] = graph.applyAll('Split', [a, graph.integers([1, 2])], { axis: 1 });
    const sum = graph.apply('ReduceSum', [rest, graph.integers([1])], { keepdims: 1 });
    return graph.apply('Add', [graph.apply('Mul', [first, graph.scalar(2)]), sum]);
  },
  Pad: withIntegers('Pad', [[0, 1, 0, 2]]),
  Gather: withIntegers('Gather', [[2, 0, 2]], { axis: 0 }),
  ReduceSum: withIntegers('ReduceSum', [[0, 2]], { keepdims: 0 }),
  ReduceMean: withIntegers('ReduceMean', [[1]], { keepdims: 1 }),
  ReduceSumSquare: withIntegers('ReduceSumSquare', [[1]], { keepdims: 0 }),
  ReduceMax: withIntegers('ReduceMax', [[2, 3]], { keepdims: 0 }),
  'Conv bias': plain('Conv', { pads: [1, 1, 1, 1] }),
  'Conv flipped kernel': plain('Conv', { pads: [1, 1, 1, 1] }),
  'Conv stride 2': plain('Conv', { pads: [1, 1, 1, 1], strides: [2, 2] }),
  'Conv 1x1 stride 2': plain('Conv', { strides: [2, 2] }),
  'Conv stem': plain('Conv', { pads: [3, 3, 3, 3], strides: [2, 2] }),
  'Conv dilation': plain('Conv', { pads: [2, 2, 2, 2], dilations: [2, 2] }),
  'Conv groups': plain('Conv', { pads: [1, 1, 1, 1], group: 2 }),
  'Conv depthwise': plain('Conv', { pads: [1, 1, 1, 1], strides: [2, 2], group: 3 }),
  'Conv uneven pads': plain('Conv', { pads: [1, 0, 0, 2] }),
  'Conv wide pads': plain('Conv', { pads: [3, 3, 3, 3] }),
  'Conv 1-D': plain('Conv', { pads: [2, 2], strides: [2] }),
  'Conv 1-D groups': plain('Conv', { dilations: [2], group: 2 }),
  ConvTranspose: plain('ConvTranspose', { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
  'ConvTranspose groups': plain('ConvTranspose', { pads: [1, 1, 1, 1], group: 2 }),
  'ConvTranspose dilation': plain('ConvTranspose', { dilations: [2, 2] }),
  'MaxPool tiled after Relu': (graph, { x }) =>
    graph.apply('MaxPool', [graph.apply('Relu', [x])], { kernel_shape: [2, 2], strides: [2, 2] }),
  'MaxPool tiled': window('MaxPool', 2, 2, 0),
  'MaxPool overlapping': window('MaxPool', 3, 2, 1),
  'MaxPool 1-D': plain('MaxPool', { kernel_shape: [3], strides: [2] }),
  AveragePool: window('AveragePool', 2, 2, 0),
  'AveragePool padded': window('AveragePool', 3, 2, 1),
  'AveragePool counting pads': window('AveragePool', 3, 2, 1, { count_include_pad: 1 }),
  GlobalAveragePool: plain('GlobalAveragePool'),
  'BatchNormalization training': trainingNorm,
  'BatchNormalization training vectors': trainingNorm,
  'BatchNormalization inference': plain('BatchNormalization', { epsilon }),
  LayerNormalization: plain('LayerNormalization', { axis: -1, epsilon }),
  'cross-entropy': (graph, { a, targets }) => crossEntropy(graph, a!, targets!),
  silu: (graph, { a }) => silu(graph, a!),
  gelu: (graph, { a }) => gelu(graph, a!),
  groupNorm: (graph, { x, g, b }) => groupNorm(graph, x!, g!, b!, 2),
  attention: (graph, { q, k, v }) => attention(graph, q!, k!, v!),
  focal: (graph, { a }) => {
    const share = 0.25;
    const targets = Float32Array.of(0, share, 0, share, 0, 0, 0, 0, share, 0, share, 0);
    return focal(graph, a!, graph.floats(targets, [4, 3]), 2);
  },
  binaryCrossEntropy: (graph, { a }) => binaryCrossEntropy(graph, a!, fixed(graph)),
  meanSquaredError: (graph, { a }) => meanSquaredError(graph, a!, fixed(graph)),
  huber: (graph, { a }) => huber(graph, a!, fixed(graph), 0.7),
  distillation: (graph, { a, b }) => distillation(graph, a!, b!, 2),
  contrastive: (graph, { a, b }) => contrastive(graph, a!, b!, 0.5),
};

function fixed(graph: Graph): Value {
  return graph.floats(Float32Array.of(0, 1, 0.3, 1, 0.2, 0), [2, 3]);
}

function trainingNorm(graph: Graph, { x, g, b }: Readonly<Record<string, Value>>): Value {
  const own = [b, g].map((value) => graph.apply('Mul', [value, graph.scalar(0)]));
  return graph.apply('BatchNormalization', [x, g, b, ...own], {
    epsilon,
    momentum: { float: 0 },
    training_mode: 1,
  });
}
