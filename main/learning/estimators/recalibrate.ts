/** Calibration after the fact: a finished model file with a temperature put behind its probabilities. */
import { decodeModel, encodeModel, type OnnxTensor } from '../../formats/onnx/index.ts';
import { leastProbability } from './calibrate.ts';

const output = 'probabilities';

/** Softmax of log(max(p, floor)) / temperature, as estimators calibrate. Errors: badModel. */
export function withTemperature(
  onnx: Uint8Array,
  temperature: number,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const model = decodeModel(onnx);
  const raw = `${output}.uncalibrated`;
  const renamed = (name: string) => (name === output ? raw : name);
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map(renamed),
  }));
  const node = (operator: string, inputs: readonly string[], result: string, axis?: number) => ({
    operator,
    name: '',
    domain: '',
    inputs,
    outputs: [result],
    attributes: axis === undefined ? {} : { axis: { kind: 'int' as const, value: axis } },
  });
  return encodeModel({
    ...model,
    metadata: { ...model.metadata, ...metadata, temperature: String(temperature) },
    graph: {
      ...model.graph,
      initializers: [
        ...model.graph.initializers,
        scalar('calibration.floor', leastProbability),
        scalar('calibration.factor', 1 / temperature),
      ],
      nodes: [
        ...nodes,
        node('Max', [raw, 'calibration.floor'], 'calibration.floored'),
        node('Log', ['calibration.floored'], 'calibration.logarithms'),
        node('Mul', ['calibration.logarithms', 'calibration.factor'], 'calibration.scaled'),
        node('Softmax', ['calibration.scaled'], output, 1),
      ],
    },
  });
}

function scalar(name: string, value: number): OnnxTensor {
  return { name, type: 'float32', dims: [], bytes: new Uint8Array(Float32Array.of(value).buffer) };
}
