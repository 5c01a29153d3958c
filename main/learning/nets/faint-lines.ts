import type { Value } from '../graph/rule.ts';
import { batchNorm, linear, relu } from './layers.ts';
import type { Network } from './network.ts';

/** Figures of one line; the first, 0 or nearly 1 behind the input's saturation, says whether there is one. */
export const figuresPerLine = 27;
const hiddenWidth = 16;
/** Log odds of a place without a line. */
const noLine = -20;
/** Probabilities are kept so far from 0 and 1 that their logarithms keep their digits. */
const leastProbability = 1e-6;

/**
 * Log odds that each suspected line is a trail, every line by the same small perceptron.
 * @param lines [items, lines * figuresPerLine]; a single line of as many figures as there are where that does not divide
 * @returns [items, lines]
 */
export function lineOdds(network: Network, lines: Value): Value {
  const { graph } = network;
  const width = lines.shape[1]!;
  const count = width % figuresPerLine === 0 ? width / figuresPerLine : 1;
  const each = graph.apply('Reshape', [lines, graph.integers([-1, width / count])]);
  const scaled = batchNorm(network, 'lines.norm', each);
  const hidden = relu(network, linear(network, 'lines.hidden', scaled, { outputs: hiddenWidth }));
  const odds = linear(network, 'lines.odds', hidden, { outputs: 1 });
  const bounds = [[0], [1], [1]].map((list) => graph.integers(list));
  const present = graph.apply('Slice', [each, ...bounds]);
  const above = graph.apply('Mul', [graph.apply('Sub', [odds, graph.scalar(noLine)]), present]);
  const kept = graph.apply('Add', [above, graph.scalar(noLine)]);
  return graph.apply('Reshape', [kept, graph.integers([-1, count])]);
}

/**
 * A frame is clean when nothing else spoils it and none of the lines is a trail, taken as independent (noisy or), so that
 * lines can only take from what the other figures say.
 * @param odds [items, lines]
 * @param others logits of clean and spoiled without the lines [items, 2]; undefined where there is nothing else
 * @returns logits of clean and spoiled [items, 2]
 */
export function spoiledByAny(network: Network, odds: Value, others: Value | undefined): Value {
  const { graph } = network;
  const bounded = (value: Value): Value =>
    graph.apply('Clip', [value, graph.scalar(leastProbability), graph.scalar(1 - leastProbability)]);
  const none = (logOdds: Value): Value => {
    const clean = graph.apply('Sigmoid', [graph.apply('Neg', [logOdds])]);
    return graph.apply('ReduceSum', [graph.apply('Log', [bounded(clean)]), graph.integers([1])], {
      keepdims: 1,
    });
  };
  const clean =
    others === undefined ? none(odds) : graph.apply('Add', [none(odds), none(difference(network, others))]);
  const probability = bounded(graph.apply('Exp', [clean]));
  const spoiled = graph.apply('Sub', [graph.scalar(1), probability]);
  return graph.apply('Concat', [graph.apply('Log', [probability]), graph.apply('Log', [spoiled])], {
    axis: 1,
  });
}

/** Second column less the first. */
function difference({ graph }: Network, logits: Value): Value {
  const column = (place: number): Value =>
    graph.apply('Slice', [logits, ...[[place], [place + 1], [1]].map((list) => graph.integers(list))]);
  return graph.apply('Sub', [column(1), column(0)]);
}
