/** The search among many points, compiled from assembly/ to WebAssembly with SIMD. */
import { type CompiledKernels, compile, KernelMemory } from '../../../formats/webassembly/kernel-memory.ts';
import { kernelBytes } from './kernel-bytes.ts';

/** What assembly/ exports; addresses are bytes in the kernels' memory. See there for what each one does. */
interface NearestKernelCalls {
  setPoints(
    points: number,
    source: number,
    count: number,
    columns: number,
    fineStep: number,
    coarseStep: number,
    coarseRounding: number,
  ): void;
  setRows(
    values: number,
    squares: number,
    coarseSquares: number,
    coarseRoundings: number,
    thresholds: number,
    coarseThresholds: number,
    limits: number,
    distances: number,
    rows: number,
    found: number,
    count: number,
  ): void;
  setFine(octets: number, halves: number, queries: number): void;
  setCoarse(sixteens: number, starts: number, queries: number): void;
  begin(rows: number): void;
  scanFine(rows: number, firstOctet: number, octets: number, own: number): void;
  scanCoarse(rows: number, firstSixteen: number, sixteens: number, own: number): void;
  takeConsidered(): number;
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
