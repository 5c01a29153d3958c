/** Calibration after the fact: a finished model file with a calibration put behind its probabilities. */
import { decodeModel, encodeModel, type OnnxTensor } from '../../formats/onnx/index.ts';
import { leastProbability } from './calibrate.ts';
import type { ClassCalibration } from './class-calibration.ts';

const output = 'probabilities';

/** Softmax of log(max(p, floor)) / temperature + offset. Errors: badModel. */
export function withCalibration(
  onnx: Uint8Array,
  { temperature, offsets }: ClassCalibration,
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
        constant('calibration.floor', [], [leastProbability]),
        constant('calibration.factor', [], [1 / temperature]),
        constant('calibration.offsets', [offsets.length], offsets),
      ],
      nodes: [
        ...nodes,
        node('Max', [raw, 'calibration.floor'], 'calibration.floored'),
        node('Log', ['calibration.floored'], 'calibration.logarithms'),
        node('Mul', ['calibration.logarithms', 'calibration.factor'], 'calibration.scaled'),
        node('Add', ['calibration.scaled', 'calibration.offsets'], 'calibration.moved'),
        node('Softmax', ['calibration.moved'], output, 1),
      ],
    },
  });
}

function constant(name: string, dims: readonly number[], values: ArrayLike<number>): OnnxTensor {
  return { name, type: 'float32', dims, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}
