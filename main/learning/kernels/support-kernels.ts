/** Kernel rows and their solver, compiled from assembly/ to WebAssembly with SIMD, and tables laid out for them. */
import { type CompiledKernels, compile, KernelMemory } from '../../formats/webassembly/kernel-memory.ts';
import type { PreparedTable } from '../estimators/preparation.ts';
import { kernelBytes } from './kernel-bytes.ts';

/** What assembly/ exports; addresses are bytes in the kernels' memory. See there for what each one does. */
interface SupportKernelCalls {
  setPoints(points: number, squares: number, own: number, columns: number, gamma: number): void;
  packPoint(point: number, values: number): void;
  setAsked(weights: number, asked: number, count: number): void;
  scoreOne(): number;
  scoreTwo(): void;
  setCache(cells: number, bytes: number, slotOf: number, slotRoom: number, slots: number): void;
  setSolver(
    rows: number,
    tolerance: number,
    alpha: number,
    gradient: number,
    bound: number,
    source: number,
    pairs: number,
  ): void;
  startFrom(from: number, to: number): void;
  finishStart(): void;
  run(steps: number): number;
  rho(): number;
  firstFreeByte(): number;
}

export type SupportKernels = KernelMemory<SupportKernelCalls>;

let compiled: CompiledKernels | null = null;

/** An instance with a memory of its own, which goes with it. */
function supportKernels(): SupportKernels {
  compiled ??= compile(kernelBytes);
  return new KernelMemory<SupportKernelCalls>(compiled);
}

export interface PackedPoints {
  readonly kernels: SupportKernels;
  /** Points with those that fill up eights. */
  readonly padded: number;
  /** Column means, which were taken off: distances stay, and squares keep their digits. */
  readonly centre: Float64Array;
}

/** @throws RangeError when the points take more memory than there is */
export function packedPoints({ rows, columns, values }: PreparedTable, gamma: number): PackedPoints {
  const kernels = supportKernels();
  const { run } = kernels;
  const padded = Math.ceil(rows / 8) * 8;
  const points = kernels.allocate(padded * columns * 8);
  const squares = kernels.allocate(padded * 8);
  const own = kernels.allocate(2 * columns * 8);
  const row = kernels.allocate(columns * 8);
  const centre = meansOf(values, rows, columns);
  const figures = kernels.doubles(row, columns);
  run.setPoints(points, squares, own, columns, gamma);
  for (let point = 0; point < padded; point++) {
    for (let column = 0; column < columns; column++) {
      figures[column] = point < rows ? values[point * columns + column]! - centre[column]! : 0;
    }
    run.packPoint(point, row);
  }
  return { kernels, padded, centre };
}

function meansOf(values: Float64Array, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let place = 0; place < values.length; place++) means[place % columns]! += values[place]! / rows;
  return means;
}
