/**
 * Where a format reader's bytes come from. Synchronous, since readers run in worker threads on local
 * (or locally cached) files; remote sources fill a cache first.
 */
export interface ByteSource {
  /** Shown in errors. */
  readonly name: string;
  readonly byteLength: number;
  /** Bytes on the disk where they are fewer: an unpacked gzip. Claims of a file are held against these. */
  readonly storedLength?: number;
  /**
   * Bytes `offset` up to `offset + length`, fewer only at the end of the source.
   * The result may be a view: callers must not write to it.
   */
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` from `offset` on and returns the bytes there were; spares an allocation for each strip. */
  readInto?(offset: number, target: Uint8Array): number;
}

export function bytesSource(bytes: Uint8Array, name = 'memory'): ByteSource {
  return {
    name,
    byteLength: bytes.byteLength,
    read: (offset, length) => bytes.subarray(offset, Math.min(bytes.byteLength, offset + length)),
  };
}
