/**
 * The passes over pixels, compiled from assembly/ to WebAssembly with SIMD. The frame itself lies in the kernels'
 * memory, so that nothing is copied for them.
 */

import { type CompiledKernels, compile, KernelMemory } from '../../../formats/webassembly/kernel-memory.ts';
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

let compiled: CompiledKernels | null = null;

/** One instance of the kernels and its memory, for one frame at a time. The memory grows and is kept for the next. */
export class KernelSpace extends KernelMemory<KernelCalls> {
  constructor() {
    compiled ??= compile(kernelBytes);
    super(compiled);
  }
}
