/** NumPy's .npy (format 1 to 3): arrays of numbers, truth values, words and times, plain or with named fields. */
import { quoted, refusal } from '../refusal.ts';
import type { NamedArray } from './arrays.ts';
import { readTypeOf, type ValueReader } from './npy-types.ts';

type File = { readonly name: string };

const longestHeader = 1024 * 1024;

export function looksLikeNpy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x93 && new TextDecoder('latin1').decode(bytes.subarray(1, 6)) === 'NUMPY';
}

/**
 * The array, or one for each of its fields. Errors: badHeader, damagedData (cut short), unsupportedLayout (objects, which are programs
 * in disguise; complex numbers; records within records).
 */
export function readNpy(bytes: Uint8Array, file: File, name = 'values'): NamedArray[] {
  const { header, start } = headerOf(bytes, file);
  const shape = shapeOf(header, file);
  const isFortran = /['"]fortran_order['"]\s*:\s*True/.test(header);
  const count = shape.reduce((product, length) => product * length, 1);
  const fields = fieldsOf(header, file, name);
  const stride = fields.reduce((sum, { reader }) => sum + reader.byteLength, 0);
  const needed = count * stride;
  if (!Number.isSafeInteger(needed) || needed > bytes.byteLength - start) {
    throw refusal(
      'damagedData',
      file,
      `its header tells of ${count} values of ${stride} bytes, and ${bytes.byteLength - start} bytes follow`,
      'Copy the file again: it was cut short.',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, needed);
  const place = isFortran && shape.length === 2 ? transposed(shape) : (index: number) => index;
  let offset = 0;
  return fields.map(({ name: field, reader }): NamedArray => {
    const from = offset;
    offset += reader.byteLength;
    return { name: field, shape, cell: (index) => reader.cell(view, place(index) * stride + from) };
  });
}

function transposed([rows = 1, columns = 1]: readonly number[]): (index: number) => number {
  return (index) => (index % columns) * rows + Math.floor(index / columns);
}

function headerOf(bytes: Uint8Array, file: File): { readonly header: string; readonly start: number } {
  if (!looksLikeNpy(bytes) || bytes.byteLength < 12)
    throw badHeader(file, 'its first bytes are not those of .npy');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = bytes[6]! >= 2;
  const length = isLong ? view.getUint32(8, true) : view.getUint16(8, true);
  const from = isLong ? 12 : 10;
  if (length > longestHeader || from + length > bytes.byteLength)
    throw badHeader(file, `it announces a header of ${length} bytes`);
  return {
    header: new TextDecoder('latin1').decode(bytes.subarray(from, from + length)),
    start: from + length,
  };
}

function shapeOf(header: string, file: File): number[] {
  const inside = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  const lengths =
    inside
      ?.split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '') ?? [];
  if (inside === undefined || !lengths.every((word) => /^\d{1,15}L?$/.test(word)))
    throw badHeader(file, `its shape is ${quoted(inside ?? header)}`);
  return lengths.map((word) => Number.parseInt(word, 10));
}

interface Field {
  readonly name: string;
  readonly reader: ValueReader;
}

/** `'<f8'`, or a list of names with types. */
function fieldsOf(header: string, file: File, name: string): Field[] {
  const plain = /['"]descr['"]\s*:\s*['"]([^'"]+)['"]/.exec(header)?.[1];
  if (plain !== undefined) return [{ name, reader: readTypeOf(plain, file) }];
  const list = /['"]descr['"]\s*:\s*\[(.*?)\]\s*,\s*['"](?:fortran_order|shape)['"]/.exec(header)?.[1];
  const fields = [
    ...(list ?? '').matchAll(/\(\s*['"]([^'"]*)['"]\s*,\s*(?:['"]([^'"]+)['"]|(\[))\s*([^)]*)\)/g),
  ];
  if (list === undefined || fields.length === 0) throw badHeader(file, `its type is ${quoted(header)}`);
  return fields.map(([, field = '', type, nested, more = '']): Field => {
    if (nested !== undefined || more.includes('(')) {
      throw refusal(
        'unsupportedLayout',
        file,
        `its field ${quoted(field)} holds records or arrays`,
        'Save each field as an array of its own, as .npz does.',
      );
    }
    return { name: field, reader: readTypeOf(type!, file) };
  });
}

function badHeader(file: File, found: string) {
  return refusal('badHeader', file, found, 'Save it again with numpy.save.');
}
