/**
 * Over-sampling of rare classes: new rows on the way from one row of a class to one of its nearest others of that class
 * (SMOTE; Chawla et al. 2002). Rows that a model is judged by are never among those given or made.
 */

import { nearestOthers } from '../neighbours/nearest.ts';
import { buildNearestIndex } from '../neighbours/nearest-index.ts';
import { type Random, randomFor } from '../random.ts';
import { numberOf, type ParameterDefinition, type Parameters } from '../recipes/recipe.ts';
import type { FitInput, FitPorts } from './estimator.ts';
import { followSignal } from './parallel.ts';
import { fitPreparation, type PreparedTable } from './preparation.ts';
import { pickRows, type Table } from './table.ts';

export const oversamplingParameters: readonly ParameterDefinition[] = [
  {
    name: 'oversampling',
    description: 'smote: rows of rare classes are made up between rows of theirs, in training only',
    kind: 'choice',
    default: 'none',
    choices: ['none', 'smote'],
  },
  {
    name: 'oversamplingShare',
    description: 'rows of every class at least, as a share of the largest class',
    kind: 'number',
    default: 1,
    minimum: 0.01,
    maximum: 1,
  },
  {
    name: 'oversamplingNeighbours',
    description: 'nearest rows of its class between which and a row new ones are made',
    kind: 'integer',
    default: 5,
    minimum: 1,
    maximum: 1000,
  },
];

/** The same input with made-up rows behind those given; the very same when none is needed. */
export async function oversample(
  input: FitInput,
  parameters: Parameters,
  ports: Pick<FitPorts, 'seed' | 'parallel' | 'signal'>,
): Promise<FitInput> {
  if (parameters.oversampling !== 'smote') return input;
  const { table, labels, classes = 0, weights } = input;
  const members = Array.from({ length: classes }, () => [] as number[]);
  labels!.forEach((label, row) => void members[label]!.push(row));
  const largest = members.reduce((most, { length }) => Math.max(most, length), 0);
  const wanted = Math.round(largest * numberOf(parameters, 'oversamplingShare'));
  const scaled = fitPreparation(table, 'standard').apply(table);
  const made: Made[] = [];
  for (const [label, rows] of members.entries()) {
    if (rows.length === 0 || rows.length >= wanted) continue;
    const count = Math.min(numberOf(parameters, 'oversamplingNeighbours'), rows.length - 1);
    const near = await neighboursWithin(scaled, rows, count, ports);
    const random = randomFor(ports.seed, 'smote', label);
    // one by one: as arguments of a single call they might be more than fit
    for (const row of betweenRows(rows, near, count, wanted - rows.length, random))
      made.push({ ...row, label });
  }
  if (made.length === 0) return input;
  return {
    ...input,
    table: withRows(table, made),
    labels: Int32Array.from([...labels!, ...made.map(({ label }) => label)]),
    ...(weights && {
      weights: Float64Array.from([
        ...weights,
        ...made.map(({ from, to, share }) => weights[from]! + share * (weights[to]! - weights[from]!)),
      ]),
    }),
  };
}

interface Between {
  readonly from: number;
  readonly to: number;
  /** Of the way. */
  readonly share: number;
}
type Made = Between & { readonly label: number };

/** For each row its nearest others, as places among `rows`. */
async function neighboursWithin(
  scaled: PreparedTable,
  rows: readonly number[],
  count: number,
  ports: Pick<FitPorts, 'parallel' | 'signal'>,
): Promise<Int32Array> {
  if (count === 0) return new Int32Array(0);
  const flag = followSignal(ports.signal);
  const index = buildNearestIndex(pickRows(scaled, rows) as PreparedTable);
  const found = await nearestOthers(index, count, { stop: flag.stop, parallel: ports.parallel }).finally(
    flag.release,
  );
  return found.rows;
}

/** A class of one row has nothing to lie between: the row is repeated. */
function betweenRows(
  rows: readonly number[],
  near: Int32Array,
  count: number,
  wanted: number,
  random: Random,
): Between[] {
  return Array.from({ length: wanted }, () => {
    const place = random.integer(rows.length);
    const other = count === 0 ? place : near[place * count + random.integer(count)]!;
    return { from: rows[place]!, to: rows[other]!, share: random.uniform() };
  });
}

/** A value that one of the two rows lacks is the other's, or missing where both lack it. */
function withRows({ rows, columns, values }: Table, made: readonly Made[]): Table {
  const length = (rows + made.length) * columns;
  const all = values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  all.set(values);
  made.forEach(({ from, to, share }, index) => {
    for (let column = 0; column < columns; column++) {
      const one = values[from * columns + column]!;
      const other = values[to * columns + column]!;
      const between = one + share * (other - one);
      all[(rows + index) * columns + column] = Number.isNaN(between)
        ? Number.isNaN(one)
          ? other
          : one
        : between;
    }
  });
  return { rows: rows + made.length, columns, values: all };
}
