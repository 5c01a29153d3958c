/** NumPy's types of values, by their short names: how many bytes, and what cell they make. */
import { quoted, refusal } from '../refusal.ts';

export interface ValueReader {
  readonly byteLength: number;
  cell(view: DataView, offset: number): string;
}

const numberOrNothing = (value: number): string => (Number.isNaN(value) ? '' : String(value));

/** Errors: unsupportedLayout, badHeader. */
export function readTypeOf(descriptor: string, file: { readonly name: string }): ValueReader {
  const parts = /^([<>=|])?([biufcmMSUVO?])(\d*)(?:\[(?:(\d+))?(\w+)\])?$/.exec(descriptor);
  if (parts === null)
    throw refusal('badHeader', file, `its type is ${quoted(descriptor)}`, 'Save it again with numpy.save.');
  const [, order = '|', kind = '', digits = '', factor = '1', unit = ''] = parts;
  const little = order !== '>';
  const size = digits === '' ? 1 : Number(digits);
  const reader = readerOf(kind, size, little, Number(factor), unit);
  if (reader !== null) return reader;
  throw refusal(
    'unsupportedLayout',
    file,
    kind === 'O'
      ? 'it holds Python objects, which are not read: they can run programs'
      : `its values are of type ${quoted(descriptor)}`,
    'Save numbers, words or times, for example with array.astype(float).',
  );
}

function readerOf(
  kind: string,
  size: number,
  little: boolean,
  factor: number,
  unit: string,
): ValueReader | null {
  if (kind === 'S') return { byteLength: size, cell: (view, offset) => bytesWord(view, offset, size) };
  if (kind === 'U')
    return { byteLength: 4 * size, cell: (view, offset) => unicodeWord(view, offset, size, little) };
  if (kind === 'M' && size === 8)
    return { byteLength: 8, cell: (view, offset) => timeCell(view, offset, little, factor, unit) };
  if (kind === 'b' || kind === '?')
    return { byteLength: 1, cell: (view, offset) => (view.getUint8(offset) === 0 ? 'false' : 'true') };
  const cell = numberCell(`${kind}${size}`, little);
  return cell === null ? null : { byteLength: size, cell };
}

function numberCell(type: string, little: boolean): ValueReader['cell'] | null {
  switch (type) {
    case 'i1':
      return (view, offset) => String(view.getInt8(offset));
    case 'u1':
      return (view, offset) => String(view.getUint8(offset));
    case 'i2':
      return (view, offset) => String(view.getInt16(offset, little));
    case 'u2':
      return (view, offset) => String(view.getUint16(offset, little));
    case 'i4':
      return (view, offset) => String(view.getInt32(offset, little));
    case 'u4':
      return (view, offset) => String(view.getUint32(offset, little));
    // as text nothing of a large number is lost
    case 'i8':
      return (view, offset) => String(view.getBigInt64(offset, little));
    case 'u8':
      return (view, offset) => String(view.getBigUint64(offset, little));
    case 'f2':
      return (view, offset) => numberOrNothing(halfFloat(view.getUint16(offset, little)));
    case 'f4':
      return (view, offset) => numberOrNothing(view.getFloat32(offset, little));
    case 'f8':
      return (view, offset) => numberOrNothing(view.getFloat64(offset, little));
    default:
      return null;
  }
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bytesWord(view: DataView, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  return new TextDecoder('utf-8').decode(bytes).replace(/\0+$/, '');
}

function unicodeWord(view: DataView, offset: number, length: number, little: boolean): string {
  let word = '';
  for (let place = 0; place < length; place += 1) {
    const code = view.getUint32(offset + 4 * place, little);
    if (code !== 0) word += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return word;
}

const unitMilliseconds: Readonly<Record<string, number>> = {
  W: 604_800_000,
  D: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  ns: 1e-6,
};

/** Nothing for what is no time, and for months and years, which are no fixed span. */
function timeCell(view: DataView, offset: number, little: boolean, factor: number, unit: string): string {
  const ticks = view.getBigInt64(offset, little);
  const milliseconds = Math.round(Number(ticks) * factor * (unitMilliseconds[unit] ?? Number.NaN));
  return ticks !== -(2n ** 63n) && Math.abs(milliseconds) < 8.64e15
    ? new Date(milliseconds).toISOString()
    : '';
}
