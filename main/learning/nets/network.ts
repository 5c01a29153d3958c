import type { Graph } from '../graph/graph.ts';
import type { Value } from '../graph/rule.ts';
import { type Random, randomFor } from '../random.ts';

/** A trained number array of the network, with PyTorch's name and shape. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Multiplies the run's weight decay; 0 for biases and normalisation. */
  readonly decay: number;
  /** Multiplies the run's learning rate; 1 where absent. */
  readonly rate?: number;
  readonly initial: (random: Random) => Float32Array;
}

/** A running statistic: not trained, but part of the model. */
export interface StatisticSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
}

/** A dropout mask, drawn outside of the graph so that a resumed run draws the same. */
export interface MaskSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rate: number;
}

/** Values of parameters and statistics by name. */
export type NetworkState = ReadonlyMap<string, Float32Array>;

export interface NetworkOptions {
  readonly mode: 'training' | 'inference';
  /** Given: parameters become constants of the graph and batch normalisation is folded. Absent: they are inputs. */
  readonly state?: NetworkState;
  /** Parameters that are used but not trained; normalisation among them uses its running statistics. */
  readonly frozen?: (name: string) => boolean;
}

/** Collects what a network needs while its layers add nodes to a graph. */
export class Network {
  readonly graph: Graph;
  readonly mode: 'training' | 'inference';
  readonly parameters: ParameterSpec[] = [];
  readonly statistics: StatisticSpec[] = [];
  readonly masks: MaskSpec[] = [];
  readonly parameterValues = new Map<string, Value>();
  /** The statistics after this step (training only). */
  readonly updatedStatistics = new Map<string, Value>();
  /** What the network makes of each item before it answers, [items, width]; undefined until it is built. */
  representation: Value | undefined;
  private readonly state: NetworkState | undefined;
  private readonly frozen: (name: string) => boolean;

  constructor(graph: Graph, options: NetworkOptions) {
    this.graph = graph;
    this.mode = options.mode;
    this.state = options.state;
    this.frozen = options.frozen ?? (() => false);
  }

  parameter(spec: ParameterSpec): Value {
    this.parameters.push(spec);
    const value = this.stored(spec.name, spec.shape);
    this.parameterValues.set(spec.name, value);
    return value;
  }

  isFrozen(name: string): boolean {
    return this.frozen(name);
  }

  statistic(spec: StatisticSpec): Value {
    this.statistics.push(spec);
    return this.stored(spec.name, spec.shape);
  }

  updateStatistic(name: string, value: Value): void {
    this.updatedStatistics.set(name, value);
  }

  /** Notes that `x` [items, width] is what the head answers from. */
  represented(x: Value): Value {
    this.representation = x;
    return x;
  }

  /** Scaled by 1/(1-rate) in training, so that inference needs nothing. */
  dropout(name: string, x: Value, rate: number, shape: readonly number[] = x.shape): Value {
    if (this.mode === 'inference' || rate <= 0) return x;
    const mask = this.graph.input(`mask/${name}`, 'float32', shape);
    this.masks.push({ name: mask.name, shape, rate });
    return this.graph.apply('Mul', [x, mask]);
  }

  /** The stored arrays, where the graph is built from them; used to fold layers into each other. */
  known(name: string): Float32Array | undefined {
    return this.state?.get(name);
  }

  private stored(name: string, shape: readonly number[]): Value {
    if (!this.state) return this.graph.input(name, 'float32', shape);
    const values = this.state.get(name);
    if (!values) throw new RangeError(`The state has no ${name}.`);
    return this.graph.weights(name, values, shape);
  }
}

/** Fresh parameters and statistics. Each array has its own stream, so adding a layer does not change the others. */
export function initialState(network: Network, seed: number): Map<string, Float32Array> {
  const state = new Map<string, Float32Array>();
  for (const spec of network.parameters) {
    state.set(spec.name, spec.initial(randomFor(seed, 'parameter', spec.name)));
  }
  for (const spec of network.statistics) {
    const size = spec.shape.reduce((product, length) => product * length, 1);
    state.set(spec.name, new Float32Array(size).fill(spec.initial));
  }
  return state;
}
