/**
 * SafeTensors: an 8-byte little-endian header length, a JSON header (name to dtype, shape, data_offsets; free
 * strings under `__metadata__`), then the tensors' bytes without gaps. Layout as the format's public specification states.
 */

import { NightsiftError } from '../../../contract/errors.ts';
import { joinBytes } from '../join-bytes.ts';

const elementBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;
export type SafeTensorType = keyof typeof elementBytes;

export interface SafeTensor {
  readonly type: SafeTensorType;
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

export interface SafeTensorsFile {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Headers above this size are refused (the reference implementation's limit as well). */
const largestHeaderBytes = 100_000_000;

/** The file in parts: what stands before the tensors, and the bytes of each as they are. They keep the map's order. */
export function safeTensorsParts(file: SafeTensorsFile): Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(file.metadata).length > 0) header.__metadata__ = file.metadata;
  let offset = 0;
  for (const [name, tensor] of file.tensors) {
    const end = offset + tensor.bytes.length;
    header[name] = { dtype: tensor.type, shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // blanks up to a multiple of 8, so that the data behind is aligned
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const before = new Uint8Array(8 + headerBytes).fill(0x20, 8);
  new DataView(before.buffer).setBigUint64(0, BigInt(headerBytes), true);
  before.set(json, 8);
  return [before, ...Array.from(file.tensors.values(), ({ bytes }) => bytes)];
}

/** Tensors keep the map's order. */
export function encodeSafeTensors(file: SafeTensorsFile): Uint8Array {
  return joinBytes(safeTensorsParts(file));
}

/**
 * Tensors are views on `bytes`.
 * @throws NightsiftError `badModel` when lengths, offsets or shapes do not agree
 */
export function decodeSafeTensors(bytes: Uint8Array): SafeTensorsFile {
  if (bytes.length < 8) throw damaged('it is shorter than 8 bytes');
  const headerBytes = Number(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true),
  );
  if (headerBytes > largestHeaderBytes || 8 + headerBytes > bytes.length) {
    throw damaged(`its header claims ${headerBytes} bytes of ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes));
  const data = bytes.subarray(8 + headerBytes);
  const tensors = new Map<string, SafeTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') metadata = entry as Record<string, string>;
    else tensors.set(name, readEntry(name, entry, data));
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damaged('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged('its header is not an object');
  }
  return header as Record<string, unknown>;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readEntry(name: string, entry: unknown, data: Uint8Array): SafeTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype)) {
    throw damaged(`${name} has element type ${String(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw damaged(`${name} has no proper shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw damaged(`${name} has no proper offsets`);
  }
  const type = dtype as SafeTensorType;
  const [start, end] = offsets as [number, number];
  const expected = shape.reduce((product, size) => product * size, 1) * elementBytes[type];
  if (end > data.length || end - start !== expected) {
    throw damaged(`${name} spans bytes ${start} to ${end} of ${data.length}, its shape needs ${expected}`);
  }
  return { type, shape, bytes: data.subarray(start, end) };
}

function damaged(what: string): NightsiftError {
  return new NightsiftError('badModel', `The SafeTensors file cannot be read: ${what}.`, {
    hint: 'The file is damaged or of another kind; copy or export it again.',
  });
}

/** A 32-bit float tensor over the array's own memory. */
export function floatTensor(values: Float32Array, shape: readonly number[]): SafeTensor {
  return { type: 'F32', shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/**
 * The values as 32-bit floats (F32, F64, F16, BF16), always a fresh copy.
 * @throws NightsiftError `badModel` for integer tensors
 */
export function floatValues(name: string, tensor: SafeTensor): Float32Array {
  const { bytes } = tensor;
  // not `slice`: a Node Buffer's slice is a view on its pool
  const copy = new Uint8Array(bytes).buffer;
  if (tensor.type === 'F32') return new Float32Array(copy);
  if (tensor.type === 'F64') return Float32Array.from(new Float64Array(copy));
  if (tensor.type === 'BF16') return fromBrainFloat(new Uint16Array(copy));
  if (tensor.type === 'F16') return Float32Array.from(new Uint16Array(copy), halfToFloat);
  throw damaged(`${name} holds ${tensor.type} where floating point values are expected`);
}

function fromBrainFloat(halves: Uint16Array): Float32Array {
  const result = new Float32Array(halves.length);
  const words = new Uint32Array(result.buffer);
  for (let index = 0; index < halves.length; index++) words[index] = halves[index]! << 16;
  return result;
}

/** IEEE 754 binary16 to number. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
