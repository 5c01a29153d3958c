/** Just enough of FITS binary tables (FITS Standard 4.0, section 7.3) to find the tiles of a compressed image. */
import type { ByteSource } from '../byte-source.ts';
import { refusal } from '../refusal.ts';
import type { Hdu } from './hdus.ts';
import type { FitsHeader } from './header.ts';
import { type Bitpix, integerKeyword } from './structure.ts';

export interface TableColumn {
  readonly name: string;
  /** Bytes from the start of a row. */
  readonly offset: number;
  /** Letter of the type: of the elements for a variable-length array. */
  readonly type: string;
  /** Elements in the row; for a variable-length array the descriptor's kind instead. */
  readonly repeat: number;
  readonly descriptor: 'P' | 'Q' | null;
}

export interface BinaryTable {
  readonly rowBytes: number;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** Start of the heap from the start of the file, and its declared length. */
  readonly heapOffset: number;
  readonly heapLength: number;
}

const typeBytes: Readonly<Record<string, number>> = {
  L: 1,
  B: 1,
  A: 1,
  I: 2,
  J: 4,
  K: 8,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
  P: 8,
  Q: 16,
};

/** Bytes of one element of a column type; 0 for unknown ones. */
export function elementBytes(type: string): number {
  return typeBytes[type] ?? 0;
}

/** BITPIX of array elements of a column type, null for anything but numbers. */
export function elementBitpix(type: string): Bitpix | null {
  const table: Readonly<Record<string, Bitpix>> = { B: 8, I: 16, J: 32, K: 64, E: -32, D: -64 };
  return table[type] ?? null;
}

const formPattern = /^\s*(\d*)\s*([LXBIJKAEDCMPQ])\s*([LXBIJKAEDCM]?)/i;

function parseColumn(source: ByteSource, header: FitsHeader, index: number, offset: number) {
  const form = header.text(`TFORM${index}`) ?? '';
  const match = formPattern.exec(form);
  if (match === null) {
    throw refusal(
      'badHeader',
      source,
      `TFORM${index} is '${form.slice(0, 20)}'`,
      'The table that holds the compressed image is damaged; take another copy of the file.',
      { keyword: `TFORM${index}` },
    );
  }
  const repeat = match[1] === '' ? 1 : Number(match[1]);
  const letter = (match[2] ?? '').toUpperCase();
  const descriptor = letter === 'P' || letter === 'Q' ? letter : null;
  const bytes = letter === 'X' ? Math.ceil(repeat / 8) : repeat * elementBytes(letter);
  const type = descriptor === null ? letter : (match[3] ?? '').toUpperCase() || 'B';
  const name = (header.text(`TTYPE${index}`) ?? '').toUpperCase();
  return { column: { name, offset, type, repeat, descriptor } satisfies TableColumn, bytes };
}

/** @throws `badHeader` where the keywords contradict each other. */
export function readTable(source: ByteSource, hdu: Hdu): BinaryTable {
  const { header, shape, dataOffset } = hdu;
  const most = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
  const rowBytes = integerKeyword(source, header, 'NAXIS1', most);
  const rows = integerKeyword(source, header, 'NAXIS2', most);
  const fields = integerKeyword(source, header, 'TFIELDS', { minimum: 0, maximum: 999 });
  const columns = new Map<string, TableColumn>();
  let offset = 0;
  for (let index = 1; index <= fields; index++) {
    const { column, bytes } = parseColumn(source, header, index, offset);
    if (!columns.has(column.name)) columns.set(column.name, column);
    offset += bytes;
  }
  const tableBytes = rowBytes * rows;
  const heapStart = integerKeyword(source, header, 'THEAP', { ...most, fallback: tableBytes });
  if (offset > rowBytes || heapStart < tableBytes || heapStart > shape.byteLength) {
    throw refusal(
      'badHeader',
      source,
      `the table's columns take ${offset} of ${rowBytes} bytes and its heap begins at ${heapStart} of ${shape.byteLength}`,
      'The table that holds the compressed image is damaged; take another copy of the file.',
    );
  }
  return {
    rowBytes,
    rows,
    columns,
    heapOffset: dataOffset + heapStart,
    heapLength: shape.byteLength - heapStart,
  };
}
