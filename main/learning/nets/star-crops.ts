import type { Value } from '../graph/rule.ts';
import { convolutionAndNorm, globalAverage, globalMaximum, linearAndNorm, maxPool, relu } from './layers.ts';
import type { Network } from './network.ts';

/** Figures that the body makes of a frame. */
export const starEmbeddingWidth = 64;

/** Channels of the convolutions over pieces and over the view, each behind a halving of the size but the first. */
const pieceChannels = [16, 32, 48, 64] as const;
const viewChannels = [12, 24, 48, 64] as const;

function layer(network: Network, name: string, x: Value, outputs: number, stride = 1): Value {
  const made = convolutionAndNorm(network, `${name}.conv`, `${name}.norm`, x, {
    outputs,
    kernel: 3,
    stride,
    padding: 1,
  });
  return relu(network, made);
}

function halved(network: Network, x: Value): Value {
  return x.shape[2]! >= 2 && x.shape[3]! >= 2 ? maxPool(network, x, 2) : x;
}

/**
 * One network looks at every piece; the frame is described by the mean, the largest and the spread of what it found, so
 * that neither their order nor which stars were taken matters.
 * @param crops [items, pieces, side, side]
 */
function pieceFigures(network: Network, crops: Value): Value {
  const { graph } = network;
  const [, pieces, height, width] = crops.shape as [number, number, number, number];
  let x = graph.apply('Reshape', [crops, graph.integers([-1, 1, height, width])]);
  pieceChannels.forEach((channels, index) => {
    if (index > 0) x = halved(network, x);
    x = layer(network, `crops.${index}`, x, channels);
  });
  const each = graph.apply('Reshape', [
    globalAverage(network, x),
    graph.integers([-1, pieces, pieceChannels[pieceChannels.length - 1]!]),
  ]);
  const over = graph.integers([1]);
  const mean = graph.apply('ReduceMean', [each, over], { keepdims: 1 });
  const apart = graph.apply('Sub', [each, mean]);
  const spread = graph.apply('ReduceMean', [graph.apply('Mul', [apart, apart]), over], { keepdims: 0 });
  const flatMean = graph.apply('Squeeze', [mean, over]);
  const largest = graph.apply('ReduceMax', [each, over], { keepdims: 0 });
  return graph.apply('Concat', [flatMean, largest, spread], { axis: 1 });
}

/** The whole frame, where clouds, gradients and bright trails are seen. */
function viewFigures(network: Network, image: Value): Value {
  let x = layer(network, 'view.0', image, viewChannels[0], 2);
  viewChannels.slice(1).forEach((channels, index) => {
    x = layer(network, `view.${index + 1}`, halved(network, x), channels);
  });
  return network.graph.apply('Concat', [globalAverage(network, x), globalMaximum(network, x)], { axis: 1 });
}

/**
 * @param crops pieces at the frame's own resolution, normalised
 * @param image the view of the whole frame, normalised
 * @returns [items, starEmbeddingWidth], within -1..1
 */
export function starEmbedding(network: Network, crops: Value, image: Value): Value {
  const { graph } = network;
  const joined = graph.apply('Concat', [pieceFigures(network, crops), viewFigures(network, image)], {
    axis: 1,
  });
  // the largest values would drive a bare hyperbolic tangent into saturation, where nothing is learned
  const options = { outputs: starEmbeddingWidth };
  const normalised = linearAndNorm(network, 'embedding.linear', 'embedding.norm', joined, options);
  return graph.apply('Tanh', [normalised]);
}
