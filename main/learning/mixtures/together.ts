/** Shapes that two classes share are what both look like at once: how probable such an answer is. */
import type { ModelParts } from '../estimators/model-parts.ts';
import { checkColumns, type Table } from '../estimators/table.ts';
import type { Mixture, Scores } from './blend.ts';
import { countsOf } from './misfit.ts';
import type { Shape } from './pooled-shapes.ts';

export interface Twins {
  /** 1 for every shape that two classes share. */
  readonly twins: Uint8Array;
  /** By how much their weights exceed how often two classes come at once. */
  readonly emphasis: number;
}

/** 1 for every shape that a shape of another class equals to the last bit. */
export function twinsAmong(shapes: readonly Shape[]): Uint8Array {
  const bySum = new Map<number, number[]>();
  shapes.forEach(({ shares }, place) => {
    const sum = shares.reduce((all, share, column) => all + share * Math.sqrt(column + 2), 0);
    bySum.set(sum, [...(bySum.get(sum) ?? []), place]);
  });
  const twins = new Uint8Array(shapes.length);
  for (const places of bySum.values()) {
    for (const one of places) {
      const own = shapes[one]!;
      const isShared = places.some(
        (other) =>
          shapes[other]!.label !== own.label &&
          shapes[other]!.shares.every((share, column) => share === own.shares[column]),
      );
      twins[one] = Number(isShared);
    }
  }
  return twins;
}

/** @returns the probability per row that its shape is one of two classes at once */
export function togetherOf(
  model: Mixture,
  { twins, emphasis }: Twins,
  table: Table,
  scoresOf: (model: Mixture, counts: Float64Array) => Float64Array,
): Float64Array {
  checkColumns(table, model.columns);
  return Float64Array.from({ length: table.rows }, (_, row) => {
    const scores = scoresOf(model, countsOf(table, row));
    const most = scores.reduce((largest, score) => Math.max(largest, score), Number.NEGATIVE_INFINITY);
    let [shared, all] = [0, 0];
    scores.forEach((score, place) => {
      const odds = Math.exp(score - most);
      all += odds;
      shared += twins[place]! * odds;
    });
    return shared / (shared + (all - shared) * emphasis);
  });
}

/** The same for all rows of a graph: [rows, 1]. */
export function addTogether(parts: ModelParts, { twins, emphasis }: Twins, { scores }: Scores): string {
  const column = parts.floats('float64', twins, [twins.length, 1]);
  const number = (value: number) => parts.floats('float64', [value]);
  const shared = parts.apply('MatMul', [parts.apply('Softmax', [scores], { axis: 1 }), column]);
  const others = parts.apply('Sub', [number(emphasis), parts.apply('Mul', [shared, number(emphasis - 1)])]);
  return parts.apply('Div', [shared, others]);
}
