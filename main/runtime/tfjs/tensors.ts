/** What the TensorFlow.js engine's operators see of a node. */
import type * as core from '@tensorflow/tfjs-core';
import type { OnnxAttribute } from '../../formats/onnx/index.ts';

/** TensorFlow.js with a backend: `@tensorflow/tfjs-node`, or `tfjs-core` with its JavaScript backend. */
export type Tf = typeof core;
export type Tensor = core.Tensor;

export interface NodeInput {
  readonly tf: Tf;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** Undefined for inputs that are left out. */
  readonly inputs: readonly (Tensor | undefined)[];
  /** Values of constant integers: shapes, axes, pads. */
  integers(index: number): readonly number[];
}

/** One tensor for each output. */
export type Operator = (node: NodeInput) => readonly Tensor[];

export function intOf({ attributes }: NodeInput, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.kind === 'int' ? attribute.value : fallback;
}

export function intsOf(
  { attributes }: NodeInput,
  name: string,
  fallback: readonly number[],
): readonly number[] {
  const attribute = attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : fallback;
}

export function floatOf({ attributes }: NodeInput, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.kind === 'float' ? attribute.value : fallback;
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

/** Every combination of places in a box of these sizes, the last axis fastest. */
export function placesOf(sizes: readonly number[]): number[][] {
  let places: number[][] = [[]];
  for (const size of sizes) {
    places = places.flatMap((place) => Array.from({ length: size }, (_, index) => [...place, index]));
  }
  return places;
}
