/** Where the bytes of one tile lie: rows of the table, descriptors, heap. */
import type { ByteSource } from '../../byte-source.ts';
import { type ByteRange, ReadWindow } from '../../read-window.ts';
import { refusal } from '../../refusal.ts';
import type { Hdu } from '../hdus.ts';
import { type BinaryTable, elementBytes, type TableColumn } from '../table.ts';

/** `missing`: the file ended before these bytes. */
export type StoredTile = { readonly range: ByteRange; readonly type: string } | 'empty' | 'missing';

export class TileRows {
  private readonly source: ByteSource;
  private readonly table: BinaryTable;
  private readonly dataOffset: number;
  private readonly dataEnd: number;
  private readonly truncated: boolean;
  private readonly rowWindow: ReadWindow;
  private readonly heapWindow: ReadWindow;

  constructor(source: ByteSource, hdu: Hdu, table: BinaryTable) {
    this.source = source;
    this.table = table;
    this.dataOffset = hdu.dataOffset;
    this.dataEnd = hdu.dataOffset + hdu.availableLength;
    this.truncated = hdu.availableLength < hdu.shape.byteLength;
    this.rowWindow = new ReadWindow(source, 64 * 1024);
    this.heapWindow = new ReadWindow(source);
  }

  has(name: string): boolean {
    return this.table.columns.has(name);
  }

  private cell(row: number, column: TableColumn, length: number): DataView | null {
    const offset = this.dataOffset + row * this.table.rowBytes + column.offset;
    if (offset + length > this.dataEnd) return null;
    const range = this.rowWindow.range(offset, length);
    return range === null
      ? null
      : new DataView(range.bytes.buffer, range.bytes.byteOffset + range.start, length);
  }

  /** A number of a plain column; null when the column or its bytes are not there. */
  number(row: number, name: string): number | null {
    const column = this.table.columns.get(name);
    if (column === undefined || column.descriptor !== null || column.repeat < 1) return null;
    const view = this.cell(row, column, elementBytes(column.type));
    if (view === null) return null;
    switch (column.type) {
      case 'B':
        return view.getUint8(0);
      case 'I':
        return view.getInt16(0);
      case 'J':
        return view.getInt32(0);
      case 'K':
        return Number(view.getBigInt64(0));
      case 'E':
        return view.getFloat32(0);
      case 'D':
        return view.getFloat64(0);
      default:
        return null;
    }
  }

  /** The bytes a variable-length column keeps for `row`. @throws `damagedData` for a descriptor that points outside. */
  stored(row: number, name: string): StoredTile {
    const column = this.table.columns.get(name);
    if (column === undefined) return 'empty';
    const descriptorBytes = column.descriptor === 'Q' ? 16 : 8;
    if (column.descriptor === null) return this.inline(row, column);
    const view = this.cell(row, column, descriptorBytes);
    if (view === null) return 'missing';
    const wide = column.descriptor === 'Q';
    const count = wide ? Number(view.getBigInt64(0)) : view.getInt32(0);
    const start = wide ? Number(view.getBigInt64(8)) : view.getUint32(4);
    if (count === 0) return 'empty';
    const length = count * elementBytes(column.type);
    if (count < 0 || start < 0 || length <= 0 || start + length > this.table.heapLength) {
      throw refusal(
        'damagedData',
        this.source,
        `tile ${row + 1} claims ${count} elements at byte ${start} of a heap of ${this.table.heapLength} bytes`,
        'The compressed image is damaged; take another copy of the file.',
        { tile: row },
      );
    }
    return this.bytes(this.table.heapOffset + start, length, column.type);
  }

  /** A fixed-length column holds its bytes in the row itself. */
  private inline(row: number, column: TableColumn): StoredTile {
    const length = column.repeat * elementBytes(column.type);
    if (length === 0) return 'empty';
    return this.bytes(this.dataOffset + row * this.table.rowBytes + column.offset, length, column.type);
  }

  private bytes(offset: number, length: number, type: string): StoredTile {
    if (offset + length > this.dataEnd) {
      if (this.truncated) return 'missing';
    }
    const range = this.heapWindow.range(offset, length);
    return range === null ? 'missing' : { range, type };
  }
}
