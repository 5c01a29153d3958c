/** Encoder layers with the parameter names of PyTorch's `nn.TransformerEncoderLayer` (norm first, GELU). */
import { attention, gelu } from '../graph/composites.ts';
import { elementCount, type Value } from '../graph/rule.ts';
import type { Random } from '../random.ts';
import type { Network } from './network.ts';

const normEpsilon = 1e-5;

function filled(value: number): (shape: readonly number[]) => () => Float32Array {
  return (shape) => () => new Float32Array(elementCount(shape)).fill(value);
}

/** Uniform in +-sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010). */
function glorot(shape: readonly number[]): (random: Random) => Float32Array {
  const bound = Math.sqrt(6 / (shape[0]! + shape[1]!));
  return (random) =>
    Float32Array.from({ length: elementCount(shape) }, () => (random.uniform() * 2 - 1) * bound);
}

/** @param x [items, places, width]; normalised over the last axis */
export function layerNorm(network: Network, name: string, x: Value): Value {
  const shape = [x.shape.at(-1)!];
  const gamma = network.parameter({ name: `${name}.weight`, shape, decay: 0, initial: filled(1)(shape) });
  const beta = network.parameter({ name: `${name}.bias`, shape, decay: 0, initial: filled(0)(shape) });
  const epsilon = { float: normEpsilon };
  return network.graph.apply('LayerNormalization', [x, gamma, beta], { axis: -1, epsilon });
}

interface DenseNames {
  readonly weight: string;
  readonly bias: string;
}

/** @param x [items, places, inputs]; the weight is [outputs, inputs] */
function dense(network: Network, names: DenseNames, x: Value, outputs: number): Value {
  const { graph } = network;
  const shape = [outputs, x.shape.at(-1)!];
  const weight = network.parameter({ name: names.weight, shape, decay: 1, initial: glorot(shape) });
  const bias = network.parameter({
    name: names.bias,
    shape: [outputs],
    decay: 0,
    initial: filled(0)([outputs]),
  });
  const turned = graph.apply('Transpose', [weight], { perm: [1, 0] });
  return graph.apply('Add', [graph.apply('MatMul', [x, turned]), bias]);
}

/** [items, places, width] to [items, heads, places, width / heads]. */
function parted(network: Network, x: Value, heads: number): Value {
  const { graph } = network;
  const [, places, width] = x.shape as [number, number, number];
  const split = graph.apply('Reshape', [x, graph.integers([-1, places, heads, width / heads])]);
  return graph.apply('Transpose', [split], { perm: [0, 2, 1, 3] });
}

function selfAttention(network: Network, name: string, x: Value, heads: number): Value {
  const { graph } = network;
  const [, places, width] = x.shape as [number, number, number];
  const names = { weight: `${name}.in_proj_weight`, bias: `${name}.in_proj_bias` };
  const all = dense(network, names, x, 3 * width);
  const [queries, keys, values] = [0, 1, 2].map((part) =>
    parted(
      network,
      graph.apply('Slice', [
        all,
        ...[[part * width], [(part + 1) * width], [2]].map((list) => graph.integers(list)),
      ]),
      heads,
    ),
  );
  const seen = attention(graph, queries!, keys!, values!);
  const together = graph.apply('Reshape', [
    graph.apply('Transpose', [seen], { perm: [0, 2, 1, 3] }),
    graph.integers([-1, places, width]),
  ]);
  const out = `${name}.out_proj`;
  return dense(network, { weight: `${out}.weight`, bias: `${out}.bias` }, together, width);
}

/** x + attention(norm(x)), then x + feed-forward(norm(x)) (Vaswani et al. 2017; norm first: Xiong et al. 2020). */
export function encoderLayer(
  network: Network,
  name: string,
  x: Value,
  { heads, dropout }: { readonly heads: number; readonly dropout: number },
): Value {
  const { graph } = network;
  const width = x.shape.at(-1)!;
  const own = (part: string): DenseNames => ({
    weight: `${name}.${part}.weight`,
    bias: `${name}.${part}.bias`,
  });
  const seen = selfAttention(network, `${name}.self_attn`, layerNorm(network, `${name}.norm1`, x), heads);
  const first = graph.apply('Add', [x, network.dropout(`${name}.dropout1`, seen, dropout)]);
  const wide = gelu(
    graph,
    dense(network, own('linear1'), layerNorm(network, `${name}.norm2`, first), 2 * width),
  );
  const narrow = dense(network, own('linear2'), wide, width);
  return graph.apply('Add', [first, network.dropout(`${name}.dropout2`, narrow, dropout)]);
}

/** A learned vector for each place, added to what stands there. */
export function withPositions(network: Network, name: string, x: Value): Value {
  const shape = [1, x.shape[1]!, x.shape[2]!];
  const initial = (random: Random): Float32Array =>
    Float32Array.from({ length: elementCount(shape) }, () => 0.02 * random.normal());
  return network.graph.apply('Add', [x, network.parameter({ name, shape, decay: 0, initial })]);
}
