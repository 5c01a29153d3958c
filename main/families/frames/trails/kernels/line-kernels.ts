/** The line sums, compiled from assembly/ to WebAssembly with SIMD. */
import {
  type CompiledKernels,
  compile,
  KernelMemory,
} from '../../../../formats/webassembly/kernel-memory.ts';
import { kernelBytes } from './kernel-bytes.ts';

/** What assembly/ exports; addresses are bytes in the kernels' memory. See there for what each one does. */
interface LineKernelCalls {
  quantise(data: number, blocked: number, count: number, perSigma: number, clip: number, out: number): number;
  transpose(from: number, width: number, height: number, out: number): void;
  flipRows(from: number, width: number, height: number, out: number): void;
  stripLength(across: number, columns: number): number;
  beginPeaks(at: number, most: number): void;
  countPeaks(): number;
  joinStrips(
    from: number,
    to: number,
    along: number,
    across: number,
    half: number,
    noise: number,
    threshold: number,
  ): void;
  subtractSurroundings(
    data: number,
    old: number,
    blocked: number,
    width: number,
    height: number,
    radius: number,
    clip: number,
    room: number,
  ): void;
  firstFreeByte(): number;
}

export type LineKernels = KernelMemory<LineKernelCalls>;

let compiled: CompiledKernels | null = null;
let shared: LineKernels | null = null;

/** The one instance that the trail search uses, with nothing allocated. */
export function emptyKernels(): LineKernels {
  compiled ??= compile(kernelBytes);
  shared ??= new KernelMemory<LineKernelCalls>(compiled);
  shared.reset();
  return shared;
}
