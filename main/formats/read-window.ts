/** Random reads that mostly go forward, served from one reused buffer. */
import type { ByteSource } from './byte-source.ts';

/** Copies bytes of a source into `target`; returns how many there were. */
export function readInto(source: ByteSource, offset: number, target: Uint8Array): number {
  if (source.readInto !== undefined) return source.readInto(offset, target);
  const bytes = source.read(offset, target.byteLength);
  target.set(bytes);
  return bytes.byteLength;
}

const defaultWindowBytes = 512 * 1024;

export interface ByteRange {
  /** The window: the range lies at `start`, and at least `ReadWindow.padding` more bytes may be touched behind it. */
  readonly bytes: Uint8Array;
  /** The same bytes, for words at any place. */
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

export class ReadWindow {
  /** Bytes behind a range that decoders may read without looking; their content has no meaning. */
  static readonly padding = 16;
  private readonly source: ByteSource;
  private buffer: Uint8Array;
  private view: DataView;
  private from = 0;
  private length = 0;

  constructor(source: ByteSource, windowBytes: number = defaultWindowBytes) {
    this.source = source;
    this.buffer = new Uint8Array(Math.min(windowBytes, source.byteLength) + ReadWindow.padding);
    this.view = new DataView(this.buffer.buffer);
  }

  /** The bytes at `offset`; valid until the next call. Null when the source does not hold all of them. */
  range(offset: number, length: number): ByteRange | null {
    if (length < 0 || offset < 0 || offset + length > this.source.byteLength) return null;
    if (offset < this.from || offset + length > this.from + this.length) this.load(offset, length);
    const start = offset - this.from;
    return start + length <= this.length
      ? { bytes: this.buffer, view: this.view, start, end: start + length }
      : null;
  }

  private load(offset: number, length: number): void {
    const capacity = this.buffer.byteLength - ReadWindow.padding;
    if (length > capacity) {
      this.buffer = new Uint8Array(length + ReadWindow.padding);
      this.view = new DataView(this.buffer.buffer);
    }
    const wanted = Math.min(Math.max(length, capacity), this.source.byteLength - offset);
    const target = this.buffer.subarray(0, wanted);
    this.length = readInto(this.source, offset, target);
    this.from = offset;
  }
}
