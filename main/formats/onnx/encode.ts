import {
  dataTypes,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './model.ts';
import { WireWriter } from './wire.ts';

/** AttributeProto.AttributeType */
const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

/** The bytes of an `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = new WireWriter();
  writer.integer(1, model.irVersion);
  writer.string(2, model.producer).string(3, model.producerVersion);
  writer.message(7, (graph) => {
    for (const node of model.graph.nodes) graph.message(1, (inner) => writeNode(inner, node));
    graph.string(2, model.graph.name);
    for (const tensor of model.graph.initializers) graph.message(5, (inner) => writeTensor(inner, tensor));
    for (const input of model.graph.inputs) graph.message(11, (inner) => writeValueInfo(inner, input));
    for (const output of model.graph.outputs) graph.message(12, (inner) => writeValueInfo(inner, output));
  });
  for (const [domain, version] of Object.entries(model.opsets)) {
    writer.message(8, (opset) => opset.string(1, domain).integer(2, version));
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    writer.message(14, (entry) => entry.string(1, key).string(2, value));
  }
  return writer.finish();
}

function writeNode(writer: WireWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  if (node.name !== '') writer.string(3, node.name);
  writer.string(4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (inner) => writeAttribute(inner, name, attribute));
  }
  if (node.domain !== '') writer.string(7, node.domain);
}

function writeAttribute(writer: WireWriter, name: string, attribute: OnnxAttribute): void {
  writer.string(1, name);
  switch (attribute.kind) {
    case 'float':
      writer.float(2, attribute.value);
      break;
    case 'int':
      writer.integer(3, attribute.value);
      break;
    case 'string':
      writer.string(4, attribute.value);
      break;
    case 'tensor':
      writer.message(5, (inner) => writeTensor(inner, attribute.value));
      break;
    case 'floats':
      writer.packedFloats(7, attribute.value);
      break;
    case 'ints':
      writer.packedIntegers(8, attribute.value);
      break;
    case 'strings':
      for (const value of attribute.value) writer.string(9, value);
      break;
    case 'other':
      return;
  }
  writer.integer(20, attributeTypes[attribute.kind]);
}

function writeTensor(writer: WireWriter, tensor: OnnxTensor): void {
  writer.packedIntegers(1, tensor.dims);
  writer.integer(2, dataTypes[tensor.type]);
  if (tensor.name !== '') writer.string(8, tensor.name);
  writer.bytes(9, tensor.bytes);
}

function writeValueInfo(writer: WireWriter, info: OnnxValueInfo): void {
  writer.string(1, info.name);
  writer.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, dataTypes[info.type]);
      tensor.message(2, (shape) => {
        for (const dimension of info.dims) {
          shape.message(1, (inner) => {
            if (typeof dimension === 'number') inner.integer(1, dimension);
            else inner.string(2, dimension);
          });
        }
      });
    }),
  );
}
