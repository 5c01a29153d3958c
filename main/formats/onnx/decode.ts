import { NightsiftError } from '../../../contract/errors.ts';
import {
  type DataTypeName,
  dataTypes,
  type OnnxAttribute,
  type OnnxDimension,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './model.ts';
import { WireReader } from './wire.ts';

/**
 * Reads an `.onnx` file. Subgraph attributes (If, Loop) are named but not read; tensors kept in side files are
 * refused, because a model that depends on a second file cannot be traced by its hash.
 * @throws NightsiftError `badModel`
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const reader = new WireReader(bytes);
  const opsets: Record<string, number> = {};
  const metadata: Record<string, string> = {};
  let irVersion = 0;
  let producer = '';
  let producerVersion = '';
  let graph: OnnxGraph | undefined;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) irVersion = reader.integer();
    else if (field.field === 2) producer = reader.string();
    else if (field.field === 3) producerVersion = reader.string();
    else if (field.field === 7) graph = readGraph(reader.message());
    else if (field.field === 8) readOpset(reader.message(), opsets);
    else if (field.field === 14) readEntry(reader.message(), metadata);
    else reader.skip(field.wireType);
  }
  if (!graph) {
    throw new NightsiftError('badModel', 'The file is not an ONNX model: it holds no graph.', {
      hint: 'Choose a file written by an ONNX exporter.',
    });
  }
  return { irVersion, producer, producerVersion, opsets, metadata, graph };
}

function readOpset(reader: WireReader, into: Record<string, number>): void {
  let domain = '';
  let version = 0;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) domain = reader.string();
    else if (field.field === 2) version = reader.integer();
    else reader.skip(field.wireType);
  }
  into[domain] = version;
}

function readEntry(reader: WireReader, into: Record<string, string>): void {
  let key = '';
  let value = '';
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) key = reader.string();
    else if (field.field === 2) value = reader.string();
    else reader.skip(field.wireType);
  }
  into[key] = value;
}

function readGraph(reader: WireReader): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  let name = '';
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) nodes.push(readNode(reader.message()));
    else if (field.field === 2) name = reader.string();
    else if (field.field === 5) initializers.push(readTensor(reader.message()));
    else if (field.field === 11) inputs.push(readValueInfo(reader.message()));
    else if (field.field === 12) outputs.push(readValueInfo(reader.message()));
    else reader.skip(field.wireType);
  }
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(reader: WireReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, OnnxAttribute> = {};
  let name = '';
  let operator = '';
  let domain = '';
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) inputs.push(reader.string());
    else if (field.field === 2) outputs.push(reader.string());
    else if (field.field === 3) name = reader.string();
    else if (field.field === 4) operator = reader.string();
    else if (field.field === 5) readAttribute(reader.message(), attributes);
    else if (field.field === 7) domain = reader.string();
    else reader.skip(field.wireType);
  }
  return { operator, name, domain, inputs, outputs, attributes };
}

function readAttribute(reader: WireReader, into: Record<string, OnnxAttribute>): void {
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  let name = '';
  let type = 0;
  let float = 0;
  let int = 0;
  let string = '';
  let tensor: OnnxTensor | undefined;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) name = reader.string();
    else if (field.field === 2) float = reader.float();
    else if (field.field === 3) int = reader.integer();
    else if (field.field === 4) string = reader.string();
    else if (field.field === 5) tensor = readTensor(reader.message());
    else if (field.field === 7) reader.floats(field.wireType, floats);
    else if (field.field === 8) reader.integers(field.wireType, ints);
    else if (field.field === 9) strings.push(reader.string());
    else if (field.field === 20) type = reader.integer();
    else reader.skip(field.wireType);
  }
  if (type === 1) into[name] = { kind: 'float', value: float };
  else if (type === 2) into[name] = { kind: 'int', value: int };
  else if (type === 3) into[name] = { kind: 'string', value: string };
  else if (type === 4 && tensor) into[name] = { kind: 'tensor', value: tensor };
  else if (type === 6) into[name] = { kind: 'floats', value: floats };
  else if (type === 7) into[name] = { kind: 'ints', value: ints };
  else if (type === 8) into[name] = { kind: 'strings', value: strings };
  else into[name] = { kind: 'other', value: type };
}

function typeName(number: number): DataTypeName {
  for (const [name, value] of Object.entries(dataTypes)) {
    if (value === number) return name as DataTypeName;
  }
  throw new NightsiftError('badModel', `The model uses element type ${number}, which is not supported.`, {
    hint: 'Export it with 32-bit floating point weights.',
  });
}

function readTensor(reader: WireReader): OnnxTensor {
  const dims: number[] = [];
  const floats: number[] = [];
  const ints: number[] = [];
  const longs: number[] = [];
  let name = '';
  let type: DataTypeName = 'float32';
  let raw: Uint8Array | undefined;
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) reader.integers(field.wireType, dims);
    else if (field.field === 2) type = typeName(reader.integer());
    else if (field.field === 4) reader.floats(field.wireType, floats);
    else if (field.field === 5) reader.integers(field.wireType, ints);
    else if (field.field === 7) reader.integers(field.wireType, longs);
    else if (field.field === 8) name = reader.string();
    else if (field.field === 9) raw = reader.raw();
    else if (field.field === 13) throw sideFile(name);
    else reader.skip(field.wireType);
  }
  const bytes = raw ?? bytesOfLists(type, floats, ints, longs);
  checkSize(name, type, dims, bytes);
  return { name, type, dims, bytes };
}

function sideFile(name: string): NightsiftError {
  return new NightsiftError(
    'badModel',
    `The tensor ${name || '(unnamed)'} lies in a file beside the model.`,
    {
      hint: 'Export the model as one file (without external data).',
    },
  );
}

function bytesOfLists(
  type: DataTypeName,
  floats: readonly number[],
  ints: readonly number[],
  longs: readonly number[],
): Uint8Array {
  if (type === 'float32') return new Uint8Array(Float32Array.from(floats).buffer);
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(longs.map((value) => BigInt(value))).buffer);
  if (type === 'int32') return new Uint8Array(Int32Array.from(ints).buffer);
  if (type === 'float16') return new Uint8Array(Uint16Array.from(ints).buffer);
  return Uint8Array.from(ints);
}

const bytesPerElement: Record<DataTypeName, number> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  string: 0,
  bool: 1,
  float16: 2,
  float64: 8,
};

function checkSize(name: string, type: DataTypeName, dims: readonly number[], bytes: Uint8Array): void {
  if (type === 'string') return;
  let elements = 1;
  for (const dimension of dims) elements *= dimension;
  const expected = elements * bytesPerElement[type];
  if (bytes.length === expected) return;
  throw new NightsiftError(
    'badModel',
    `The tensor ${name || '(unnamed)'} has ${bytes.length} bytes where its shape [${dims.join(', ')}] needs ${expected}.`,
    { hint: 'The file is damaged or cut short; copy it again.' },
  );
}

function readValueInfo(reader: WireReader): OnnxValueInfo {
  let name = '';
  let type: DataTypeName = 'float32';
  let dims: OnnxDimension[] = [];
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field === 1) name = reader.string();
    else if (field.field === 2) [type, dims] = readType(reader.message());
    else reader.skip(field.wireType);
  }
  return { name, type, dims };
}

function readType(reader: WireReader): [DataTypeName, OnnxDimension[]] {
  let type: DataTypeName = 'float32';
  const dims: OnnxDimension[] = [];
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field !== 1) {
      reader.skip(field.wireType);
      continue;
    }
    const tensor = reader.message();
    for (let inner = tensor.next(); inner; inner = tensor.next()) {
      if (inner.field === 1) type = typeName(tensor.integer());
      else if (inner.field === 2) readShape(tensor.message(), dims);
      else tensor.skip(inner.wireType);
    }
  }
  return [type, dims];
}

function readShape(reader: WireReader, into: OnnxDimension[]): void {
  for (let field = reader.next(); field; field = reader.next()) {
    if (field.field !== 1) {
      reader.skip(field.wireType);
      continue;
    }
    const dimension = reader.message();
    let size: OnnxDimension = '?';
    for (let inner = dimension.next(); inner; inner = dimension.next()) {
      if (inner.field === 1) size = dimension.integer();
      else if (inner.field === 2) size = dimension.string();
      else dimension.skip(inner.wireType);
    }
    into.push(size);
  }
}
