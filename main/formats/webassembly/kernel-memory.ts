/** The memory of kernels that were compiled to WebAssembly, handed out from its beginning on. */
import { NightsiftError } from '../../../contract/errors.ts';

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

/** A compiled module of kernels, to make instances of. */
export type CompiledKernels = object;

/**
 * Compiles the bytes of a module, base64.
 * @throws NightsiftError `unsupported` where the engine lacks an instruction: relaxed SIMD came with Node 22
 */
export function compile(bytes: string): CompiledKernels {
  try {
    return new WebAssembly.Module(Buffer.from(bytes, 'base64'));
  } catch (thrown) {
    throw new NightsiftError(
      'unsupported',
      `This Node (${process.version}) cannot run a part that Nightsift computes with.`,
      {
        hint: 'Use Node 22 or newer; the command nightsift starts a bundled one by itself, a script has to be started by one.',
        details: { engine: thrown instanceof Error ? thrown.message : String(thrown) },
        cause: thrown,
      },
    );
  }
}

/** One instance of a module of kernels that exports `Calls`, and what it has allocated. The memory grows and is kept. */
export class KernelMemory<Calls extends { firstFreeByte(): number }> {
  readonly run: Calls;
  readonly #memory: Memory;
  readonly #start: number;
  #end: number;

  constructor(module: CompiledKernels) {
    const { exports } = new WebAssembly.Instance(module, { env: { abort: fail } });
    const calls = exports as Calls & { readonly memory: Memory };
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
