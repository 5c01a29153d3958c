/** The search among many points, compiled from assembly/ to WebAssembly with SIMD. */
import { type CompiledKernels, compile, KernelMemory } from '../../../formats/webassembly/kernel-memory.ts';
import { kernelBytes } from './kernel-bytes.ts';

/** What assembly/ exports; addresses are bytes in the kernels' memory. See there for what each one does. */
interface NearestKernelCalls {
  setIndex(
    points: number,
    source: number,
    octets: number,
    halves: number,
    count: number,
    columns: number,
    step: number,
  ): void;
  setGroup(
    queries: number,
    values: number,
    squares: number,
    thresholds: number,
    limits: number,
    distances: number,
    rows: number,
    found: number,
    count: number,
  ): void;
  begin(rows: number): void;
  scan(rows: number, firstOctet: number, octets: number, own: number): void;
  farthest(rows: number): number;
  sort(rows: number): void;
  firstFreeByte(): number;
}

let compiled: CompiledKernels | null = null;

/** An instance with a memory of its own, which goes with it. */
export function nearestKernels(): KernelMemory<NearestKernelCalls> {
  compiled ??= compile(kernelBytes);
  return new KernelMemory<NearestKernelCalls>(compiled);
}
