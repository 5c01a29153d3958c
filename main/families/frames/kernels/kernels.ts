/**
 * The passes over pixels, compiled from assembly/ to WebAssembly with SIMD. The frame itself lies in the kernels'
 * memory, so that nothing is copied for them.
 */
import { kernelBytes } from './kernel-bytes.ts';

/** What assembly/ exports; addresses are bytes in the kernels' memory. See there for what each one does. */
interface KernelCalls {
  setFrame(samples: number, isFloat: boolean, width: number, height: number, holes: number): void;
  setMesh(
    columns: number,
    rows: number,
    cell: number,
    lattices: number,
    levels: number,
    inverses: number,
  ): void;
  residualWindow(left: number, top: number, right: number, bottom: number, out: number): void;
  setHole(x: number, y: number, hole: boolean): void;
  resultsAt(): number;
  firstFreeByte(): number;
  swapWords(at: number, count: number): void;
  extremes(from: number, to: number): void;
  atLeast(from: number, to: number, level: number, out: number, room: number): number;
  gather(
    left: number,
    right: number,
    top: number,
    bottom: number,
    step: number,
    stride: number,
    out: number,
    room: number,
  ): number;
  windowSums(at: number, count: number, low: number, high: number, level: number): void;
  blockSums(
    top: number,
    bottom: number,
    stride: number,
    edges: number,
    ranges: number,
    lines: number,
    out: number,
  ): void;
  heal(x: number, y: number, height: number): void;
  setLine(at: number): void;
  brightPixels(
    top: number,
    bottom: number,
    least: number,
    thresholds: number,
    columns: number,
    rows: number,
    cell: number,
    out: number,
    room: number,
  ): number;
  coarseRow(row: number, sums: number, out: number): void;
  columnSums(y: number, clip: number, sums: number, numbers: number): void;
  rowSums(y: number, from: number, to: number, clip: number): void;
  skySums(
    y: number,
    mask: number,
    low: number,
    high: number,
    columns: number,
    cell: number,
    sums: number,
  ): void;
  peaks(indices: number, count: number, least: number, mosaic: boolean, out: number): number;
  spikes(indices: number, count: number, least: number, share: number, mosaic: boolean, out: number): number;
  detectionBytes(reach: number): number;
  beginDetection(
    block: number,
    rows: number,
    weights: number,
    reach: number,
    threshold: number,
    buffers: number,
    cell: number,
    cells: number,
  ): void;
  detectRows(until: number, out: number, room: number): number;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the engine's WebAssembly that is used; the types of Node leave it to the browser's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const pageBytes = 65_536;
let compiled: object | null = null;

/** One instance of the kernels and its memory, for one frame at a time. The memory grows and is kept for the next. */
export class KernelSpace {
  readonly run: KernelCalls;
  readonly #memory: Memory;
  readonly #start: number;
  #end: number;

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(kernelBytes, 'base64'));
    const { exports } = new WebAssembly.Instance(compiled, { env: { abort: fail } });
    const calls = exports as KernelCalls & { readonly memory: Memory };
    this.run = calls;
    this.#memory = calls.memory;
    this.#start = align(calls.firstFreeByte());
    this.#end = this.#start;
  }

  /** Gives everything up that was allocated. */
  reset(): void {
    this.#end = this.#start;
  }

  /**
   * Address of that many bytes, of no particular content, 64 more behind them that may be touched. Views made before
   * may be void afterwards. @throws RangeError when there is no memory.
   */
  allocate(bytes: number): number {
    const at = this.#end;
    this.#end = align(at + bytes + 64);
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / pageBytes));
    return at;
  }

  /** Runs `work` and gives up what it allocated. */
  borrow<T>(work: () => T): T {
    const end = this.#end;
    try {
      return work();
    } finally {
      this.#end = end;
    }
  }

  bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, at, length);
  }

  words(at: number, length: number): Uint16Array<ArrayBuffer> {
    return new Uint16Array(this.#memory.buffer, at, length);
  }

  integers(at: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#memory.buffer, at, length);
  }

  floats(at: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#memory.buffer, at, length);
  }

  doubles(at: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#memory.buffer, at, length);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

function fail(): never {
  throw new Error('a kernel was called with arguments that it cannot take');
}
