/** What an exported network becomes when it is loaded to answer: the file stays plain, the machine need not be. */
import type { OnnxModel } from '../../formats/onnx/index.ts';
import { modelProducer, standardOpset } from './graph.ts';
import { fasterPrediction } from './operators/convolution.ts';
import { readGraph } from './read-graph.ts';

/**
 * The same model with its wide convolutions by minimal filtering (docs/guide/learning.md): answers differ by rounding.
 * @returns undefined where nothing would be gained, or the file was written by someone else
 */
export function forPrediction(model: OnnxModel): OnnxModel | undefined {
  if (model.producer !== modelProducer || model.opsets[''] !== standardOpset) return undefined;
  if (!model.graph.nodes.some(({ operator }) => operator === 'Conv')) return undefined;
  const read = readGraph(model);
  if (!read || read.graph.replaceWhere(fasterPrediction) === 0) return undefined;
  const batched = model.graph.outputs.filter(({ dims }) => typeof dims[0] === 'string');
  return read.graph.toModel({
    name: model.graph.name,
    outputs: read.outputs,
    symbolicBatchOutputs: batched.map(({ name }) => name),
    metadata: model.metadata,
  });
}
