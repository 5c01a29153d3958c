import { NightsiftError } from '../../../contract/errors.ts';
import {
  decodeSafeTensors,
  floatValues,
  type SafeTensor,
  safeTensorsParts,
} from '../../formats/safetensors/safetensors.ts';
import type { TensorValue } from '../runtime.ts';

/** Where a run stands. All that is not an array; kept small and plain, because it is stored as JSON. */
export interface Progress {
  /** Steps done so far. */
  step: number;
  /** The epoch under way, from 0, and the steps done in it. */
  epoch: number;
  stepInEpoch: number;
  /** Sums over the epoch under way. */
  lossSum: number;
  correct: number;
  seen: number;
  /** Null until something has been validated. */
  bestLoss: number | null;
  bestEpoch: number;
  epochsWithoutGain: number;
  /** How often the plateau schedule has lowered the learning rate, and the epochs without gain it has waited since. */
  reductions: number;
  plateauWait: number;
  stoppedEarly: boolean;
  /** Epochs that the run was meant to have when it was last under way. */
  plannedEpochs: number;
}

export interface TrainingState {
  /** Parameters and running statistics. */
  values: Map<string, Float32Array>;
  /** The optimiser's memory, as its step names it (`first/conv1.weight`). */
  moments: Map<string, Float32Array>;
  /** Moving average of the values; empty when none is kept. */
  average: Map<string, Float32Array>;
  /** The values at the lowest validation loss. */
  best: Map<string, Float32Array> | undefined;
  progress: Progress;
}

/** The values a model is judged and exported by: the moving average where one is kept. */
export function settledValues(state: TrainingState): Map<string, Float32Array> {
  return state.average.size > 0 ? new Map([...state.values, ...state.average]) : state.values;
}

export function startProgress(): Progress {
  return {
    step: 0,
    epoch: 0,
    stepInEpoch: 0,
    lossSum: 0,
    correct: 0,
    seen: 0,
    bestLoss: null,
    bestEpoch: 0,
    epochsWithoutGain: 0,
    reductions: 0,
    plateauWait: 0,
    stoppedEarly: false,
    plannedEpochs: 0,
  };
}

/** Sets how long a run is to go on. Asked for another length, a run that had stopped early gets its patience anew. */
export function planEpochs(progress: Progress, epochs: number): void {
  if (progress.plannedEpochs !== 0 && progress.plannedEpochs !== epochs) {
    Object.assign(progress, { stoppedEarly: false, epochsWithoutGain: 0 });
  }
  progress.plannedEpochs = epochs;
}

/** Arrays that a step has made, `next/…`, in place of those before. */
export function takeOver(state: TrainingState, results: Readonly<Record<string, TensorValue>>): void {
  const { values, moments, average } = state;
  for (const [output, { data }] of Object.entries(results)) {
    if (!output.startsWith('next/') || !(data instanceof Float32Array)) continue;
    const name = output.slice('next/'.length);
    const averaged = name.startsWith('average/');
    const key = averaged ? name.slice('average/'.length) : name;
    const own = averaged ? average : moments.has(name) ? moments : values;
    const before = own.get(key);
    own.set(key, data);
    if (before !== undefined && !isHeld(state, key, before)) giveBack(before);
  }
}

function isHeld({ values, average, best }: TrainingState, name: string, array: Float32Array): boolean {
  return [values, average, best].some((arrays) => arrays?.get(name) === array);
}

/** At once: the collector would leave the states of several steps lying, each the size of three networks. */
export function giveBack({ buffer, byteLength }: Float32Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** Says what a checkpoint belongs to; a checkpoint of another configuration is refused. */
export interface CheckpointIdentity {
  readonly configuration: string;
  readonly seed: number;
}

const checkpointFormat = 'nightsift.checkpoint/2';
/** The first wrote the best values always, also where they were those of the moment. */
const readFormats: readonly (string | undefined)[] = ['nightsift.checkpoint/1', checkpointFormat];

/**
 * A checkpoint as SafeTensors: `values/…`, `moments/…`, `average/…`, `best/…`, the `order` of the epoch under way, and in
 * the metadata whether the best values are those of the moment (`best`: `settled`, and none are written), the progress, the seed (with the position it is the whole state of every random stream) and a
 * hash of configuration and data.
 * @returns its parts in order; those of arrays are the state's own bytes, good until the next step
 */
export function encodeCheckpoint(
  state: TrainingState,
  order: Int32Array,
  identity: CheckpointIdentity,
): Uint8Array[] {
  const tensors = new Map<string, SafeTensor>();
  const bestIsSettled = isSettled(state);
  for (const group of ['values', 'moments', 'average', 'best'] as const) {
    if (group === 'best' && bestIsSettled) continue;
    for (const [name, array] of state[group] ?? []) {
      tensors.set(`${group}/${name}`, { type: 'F32', shape: [array.length], bytes: bytesOf(array) });
    }
  }
  tensors.set('order', { type: 'I32', shape: [order.length], bytes: bytesOf(order) });
  const metadata = {
    format: checkpointFormat,
    configuration: identity.configuration,
    seed: String(identity.seed),
    progress: JSON.stringify(state.progress),
    ...(bestIsSettled && { best: 'settled' }),
  };
  return safeTensorsParts({ tensors, metadata });
}

/** As right after an epoch that was the best so far. */
function isSettled(state: TrainingState): boolean {
  const settled = settledValues(state);
  return (
    state.best !== undefined && Array.from(state.best).every(([name, array]) => settled.get(name) === array)
  );
}

function bytesOf(array: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * @throws NightsiftError `badModel` for damaged bytes, `conflict` for a checkpoint of another run
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  identity: CheckpointIdentity,
): { state: TrainingState; order: Int32Array } {
  const { tensors, metadata } = decodeSafeTensors(bytes);
  if (!readFormats.includes(metadata.format)) {
    throw new NightsiftError('badModel', 'The file is not a checkpoint of a training run.', {
      hint: `Expected format ${checkpointFormat}, found ${metadata.format ?? 'none'}.`,
    });
  }
  if (metadata.configuration !== identity.configuration || metadata.seed !== String(identity.seed)) {
    throw new NightsiftError('conflict', 'The checkpoint belongs to another data set or other settings.', {
      hint: 'Resume with the data set version, recipe, settings and seed that the run was started with.',
    });
  }
  const groups: Record<string, Map<string, Float32Array>> = {
    values: new Map(),
    moments: new Map(),
    average: new Map(),
    best: new Map(),
  };
  for (const [name, tensor] of tensors) {
    const slash = name.indexOf('/');
    const group = groups[name.slice(0, slash)];
    if (slash > 0 && group) group.set(name.slice(slash + 1), floatValues(name, tensor));
  }
  const order = tensors.get('order');
  const progress = readProgress(metadata.progress);
  const { values, moments, average, best } = groups as Record<
    'values' | 'moments' | 'average' | 'best',
    Map<string, Float32Array>
  >;
  const state: TrainingState = {
    values,
    moments,
    average,
    best: best.size > 0 ? best : undefined,
    progress,
  };
  if (metadata.best === 'settled') state.best = new Map(settledValues(state));
  return {
    state,
    order: order ? new Int32Array(new Uint8Array(order.bytes).buffer) : new Int32Array(0),
  };
}

function readProgress(text: string | undefined): Progress {
  try {
    return { ...startProgress(), ...(JSON.parse(text ?? '') as Partial<Progress>) };
  } catch (cause) {
    throw new NightsiftError('badModel', 'The checkpoint does not say how far its run had come.', { cause });
  }
}
