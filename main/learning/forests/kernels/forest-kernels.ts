/** The search for splits, compiled from assembly/ to WebAssembly. */
import { type CompiledKernels, compile, KernelMemory } from '../../../formats/webassembly/kernel-memory.ts';
import { kernelBytes } from './kernel-bytes.ts';

/** What assembly/ exports; addresses are bytes in the kernels' memory. See there for what each one does. */
interface ForestKernelCalls {
  setTable(
    bins: number,
    byRow: number,
    isWide: boolean,
    rows: number,
    columns: number,
    commonest: number,
  ): void;
  setRoom(samples: number, found: number, spare: number, constants: number): void;
  setClasses(
    entropy: boolean,
    classes: number,
    labels: number,
    weights: number,
    records: number,
    places: number,
    room: number,
  ): void;
  setValues(values: number, weights: number, records: number, places: number): void;
  readWeights(rows: number): void;
  enter(samples: number, count: number): number;
  leaf(out: number): void;
  setOrder(at: number, columns: number): void;
  startDraws(low: number, high: number): void;
  draw(drawn: number): number;
  choose(number: number, start: number, count: number, minimumLeaf: number): number;
  at(column: number, bin: number, start: number, count: number, minimumLeaf: number): number;
  range(column: number, start: number, count: number): number;
  divide(list: number, start: number, end: number, column: number, bin: number): number;
  resultsAt(): number;
  firstFreeByte(): number;
}

let compiled: CompiledKernels | null = null;

/** An instance with a memory of its own, which goes with it. */
export function forestKernels(): KernelMemory<ForestKernelCalls> {
  compiled ??= compile(kernelBytes);
  return new KernelMemory<ForestKernelCalls>(compiled);
}
