/** Structures and arrays in one file of the store: four letters, length of the JSON (4 bytes), JSON, arrays, little-endian. */
import { NightsiftError } from '../../../contract/errors.ts';

export type PackedArray = Float32Array | Float64Array | Uint8Array | Int32Array;
type ArrayKind<T> = {
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
};

/** Arrays of figures by the names of their elements. */
const figureKinds = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array } as const;
export type FigureType = keyof typeof figureKinds;
export type Figures = Float32Array | Float64Array | Uint8Array;

export function typeOfFigures(data: Figures): FigureType {
  if (data instanceof Float64Array) return 'float64';
  return data instanceof Float32Array ? 'float32' : 'uint8';
}

export function takeFigures({ take }: Unpacked, type: FigureType): Figures {
  return take<Figures>(figureKinds[type]);
}

const frontLength = 8;
/** Arrays begin at multiples of this, so that they can be looked at in place. */
const alignment = 8;

interface Envelope {
  readonly content: unknown;
  readonly lengths: readonly number[];
}

/** @param magic four ASCII letters that name the kind of file */
export function packArrays(magic: string, content: unknown, arrays: readonly PackedArray[]): Uint8Array {
  const envelope: Envelope = { content, lengths: arrays.map((array) => array.length) };
  const text = new TextEncoder().encode(JSON.stringify(envelope));
  const size = arrays.reduce((sum, array) => aligned(sum) + array.byteLength, frontLength + text.length);
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, frontLength);
  let offset = frontLength + text.length;
  for (const array of arrays) {
    offset = aligned(offset);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  return bytes;
}

export interface Unpacked {
  readonly content: unknown;
  /** The next array, in the order of packing; a view of the file's bytes. */
  take<T>(kind: ArrayKind<T>): T;
}

/** @throws NightsiftError `libraryDamaged` */
export function unpackArrays(magic: string, source: Uint8Array): Unpacked {
  const bytes = source.byteOffset % alignment === 0 ? source : Uint8Array.from(source);
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== magic)
    throw damaged(`it does not begin with ${magic}`);
  const textLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const text = new TextDecoder().decode(bytes.subarray(frontLength, frontLength + textLength));
  const envelope = JSON.parse(text) as Envelope;
  let offset = frontLength + textLength;
  let index = 0;
  return {
    content: envelope.content,
    take(kind) {
      const length = envelope.lengths[index++]!;
      offset = aligned(offset);
      if (offset + length * kind.BYTES_PER_ELEMENT > bytes.byteLength) throw damaged('it is cut short');
      const array = new kind(bytes.buffer, bytes.byteOffset + offset, length);
      offset += length * kind.BYTES_PER_ELEMENT;
      return array;
    },
  };
}

function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

function damaged(found: string): NightsiftError {
  return new NightsiftError('libraryDamaged', `Stored arrays are damaged: ${found}.`);
}
