import { NightsiftError } from '../../contract/errors.ts';
import { decodeModel, encodeModel, type OnnxModel } from '../formats/onnx/index.ts';
import { sizeOf, type TensorInput } from './dataset.ts';
import { forPrediction } from './graph/for-prediction.ts';
import type { GraphRuntime, TensorValue } from './runtime.ts';
import { plainFeeds } from './training/batches.ts';

export interface PredictorInput {
  readonly name: string;
  /** Per item, without the batch axis. */
  readonly shape: readonly number[];
  /** Double where the model's scores need its precision. */
  readonly type: 'float32' | 'float64';
}

/** What a model file says of itself, without running it. */
export interface ModelDescription {
  /** What the trainer wrote into the file: classes, recipe, run, data set hash … */
  readonly metadata: Readonly<Record<string, string>>;
  readonly classes: readonly string[];
  readonly inputs: readonly PredictorInput[];
}

export interface Predictor extends ModelDescription {
  /**
   * @param inputs all inputs of the model, each with the same number of items
   * @returns probabilities [items, classes]
   * @throws NightsiftError `modelMismatch` when an input is missing or has another shape
   */
  predict(inputs: readonly TensorInput[]): Promise<Float32Array>;
  /** The same with the anomaly scores, which grow with strangeness; null for models that have none. */
  answer(inputs: readonly TensorInput[]): Promise<Answers>;
  release(): Promise<void>;
}

export interface Answers {
  /** [items, classes]; of a model of numbers the number. */
  readonly probabilities: Float32Array;
  /** [items] */
  readonly scores: Float64Array | null;
  /** [items]: how badly each fits what was learned; null for models that do not tell. */
  readonly misfits: Float64Array | null;
  /** [items]: how probably each is of two classes at once; missing of models that do not tell. */
  readonly together?: Float64Array;
}

/** Values and items predicted at once; they bound memory and do not change results. */
const batchValues = 2 ** 18;
const fewestTogether = 64;
/** Models in double precision compare each item with what they learned from: more at once would not fit the caches. */
const mostOfDoubles = 256;

/** @throws NightsiftError `badModel` when the bytes are no model, or name no classes */
export function describeModel(onnx: Uint8Array): ModelDescription {
  return described(decodeModel(onnx));
}

function described(model: OnnxModel): ModelDescription {
  return { metadata: model.metadata, classes: readClasses(model.metadata), inputs: readInputs(model) };
}

/**
 * Opens an exported model.
 * @throws NightsiftError `badModel` when the file is no model, or names no classes
 */
export async function loadPredictor(onnx: Uint8Array, runtime: GraphRuntime): Promise<Predictor> {
  const model = decodeModel(onnx);
  const { metadata, classes, inputs } = described(model);
  const faster = forPrediction(model);
  const session = await runtime.load(faster ? encodeModel(faster) : onnx, { purpose: 'inference' });
  const scored = session.outputNames.includes('scores');
  const answered = session.outputNames.includes('values') ? 'values' : 'probabilities';
  const tellsTogether = session.outputNames.includes('together');
  const tellsMisfit = session.outputNames.includes('misfit');
  const itemValues = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const most = inputs.some(({ type }) => type === 'float64') ? mostOfDoubles : batchValues;
  const batch = Math.max(fewestTogether, Math.min(most, Math.floor(batchValues / itemValues)));
  const answer = async (given: readonly TensorInput[]): Promise<Answers> => {
    const items = countItems(inputs, given);
    const probabilities = new Float32Array(items * classes.length);
    const scores = scored ? new Float64Array(items) : null;
    const misfits = tellsMisfit ? new Float64Array(items) : null;
    const together = tellsTogether ? new Float64Array(items) : undefined;
    for (let start = 0; start < items; start += batch) {
      const part = { start, end: Math.min(items, start + batch) };
      const outputs = await session.run(feedsOf(inputs, given, part));
      probabilities.set(outputs[answered]!.data as Float32Array, start * classes.length);
      scores?.set(outputs.scores!.data as Float32Array | Float64Array, start);
      misfits?.set(outputs.misfit!.data as Float32Array, start);
      together?.set(outputs.together!.data as Float32Array, start);
    }
    return { probabilities, scores, misfits, ...(together && { together }) };
  };
  return {
    metadata,
    classes,
    inputs,
    answer,
    predict: async (given) => (await answer(given)).probabilities,
    release: () => session.release(),
  };
}

function feedsOf(
  expected: readonly PredictorInput[],
  given: readonly TensorInput[],
  { start, end }: { readonly start: number; readonly end: number },
): Record<string, TensorValue> {
  const feeds: Record<string, TensorValue> = {};
  const items = Int32Array.from({ length: end - start }, (_, index) => start + index);
  for (const { name, shape, type } of expected) {
    const input = given.find((candidate) => candidate.name === name)!;
    if (type === 'float32') Object.assign(feeds, plainFeeds([input], items));
    else {
      const size = sizeOf(shape);
      const data = Float64Array.from(input.data.subarray(start * size, end * size));
      feeds[name] = { type, dims: [end - start, ...shape], data };
    }
  }
  return feeds;
}

function readClasses(metadata: Readonly<Record<string, string>>): string[] {
  const parsed = parseJson(metadata.classes);
  if (Array.isArray(parsed) && parsed.length > 0 && parsed.every((name) => typeof name === 'string')) {
    return parsed;
  }
  throw new NightsiftError('badModel', 'The model does not say which classes it knows.', {
    hint: 'Only models exported by Nightsift can predict here.',
  });
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readInputs(model: OnnxModel): PredictorInput[] {
  return model.graph.inputs.map(({ name, dims, type }) => ({
    name,
    type: type === 'float64' ? type : 'float32',
    shape: dims.slice(1).map((size) => {
      if (typeof size === 'number') return size;
      throw new NightsiftError('badModel', `The model's input ${name} has an open size "${size}".`, {
        hint: 'Only the batch axis may be open.',
      });
    }),
  }));
}

function countItems(expected: readonly PredictorInput[], given: readonly TensorInput[]): number {
  let items: number | undefined;
  for (const { name, shape } of expected) {
    const input = given.find((candidate) => candidate.name === name);
    if (!input)
      throw mismatch(`The model needs an input "${name}"`, given.map((each) => each.name).join(', '));
    if (input.shape.join() !== shape.join()) {
      throw mismatch(
        `The model's input "${name}" has shape [${shape.join(', ')}]`,
        `[${input.shape.join(', ')}]`,
      );
    }
    const count = input.data.length / sizeOf(shape);
    if (items !== undefined && count !== items)
      throw mismatch(`${items} items were expected in "${name}"`, `${count}`);
    items = count;
  }
  return items ?? 0;
}

function mismatch(expected: string, found: string): NightsiftError {
  return new NightsiftError('modelMismatch', `${expected}; given: ${found || 'nothing'}.`, {
    hint: 'Prepare the inputs with the recipe that the model was trained with.',
  });
}
