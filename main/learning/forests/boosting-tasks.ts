/**
 * Gradient boosting by a team: each member grows the trees of some outputs, all see the scores of all, in shared memory,
 * and wait for each other before and after every round. One member alone does the same work in the same order.
 */
import { obey } from '../estimators/parallel.ts';
import { randomFor, shuffled } from '../random.ts';
import type { BinnedTable } from './binned-table.ts';
import {
  type BoostedTreeSettings,
  growBoostedTree,
  HistogramPool,
  type RowEntries,
  rowEntries,
  type SparseRows,
  sparseRows,
} from './boosted-tree.ts';
import { derivatives, type LossInput, meanLoss } from './losses.ts';
import { TreeBuilder, type Trees } from './trees.ts';

export interface BoostSettings extends BoostedTreeSettings {
  readonly rounds: number;
  /** Share of the rows that a tree learns from, drawn without replacement. */
  readonly rowShare: number;
  /** Share of the columns that a round asks. */
  readonly columnShare: number;
  /** Rounds without a better validation loss before the end; 0 never stops. */
  readonly patience: number;
}

export interface BoostMember {
  readonly member: number;
  readonly members: number;
  readonly table: BinnedTable;
  readonly loss: LossInput;
  /** [outputs, rows], shared; starts with the base score. */
  readonly scores: Float64Array<SharedArrayBuffer>;
  readonly validation:
    | {
        readonly table: BinnedTable;
        readonly loss: LossInput;
        readonly scores: Float64Array<SharedArrayBuffer>;
      }
    | undefined;
  readonly settings: BoostSettings;
  readonly seed: number;
  /** [members waiting, generation, rounds done, stop], shared. */
  readonly barrier: Int32Array<SharedArrayBuffer>;
  readonly stop: SharedArrayBuffer;
}

export interface BoostedMember {
  /** Output of each tree of `trees`; one for each round and each output of this member. */
  readonly outputs: Int32Array;
  readonly rounds: number;
  readonly bestRound: number;
  readonly validationLoss: number | undefined;
  readonly trees: Trees;
  readonly importances: Float64Array;
}

export const barrierLength = 4;

export async function boostMember(input: BoostMember): Promise<BoostedMember> {
  const { table, loss, scores, settings, seed, members, member, barrier } = input;
  const own = Array.from({ length: loss.outputs }, (_, output) => output).filter(
    (output) => output % members === member,
  );
  const all = rowEntries(table);
  const builder = new TreeBuilder(loss.outputs);
  const pool = new HistogramPool();
  const importances = new Float64Array(table.columns);
  const gradients = new Float64Array(table.rows);
  const hessians = new Float64Array(table.rows);
  const trees: number[] = [];
  const watch = { best: Number.POSITIVE_INFINITY, bestRound: 0 };
  let rounds = 0;
  let rows: SparseRows | undefined;
  for (let round = 0; round < settings.rounds; round++) {
    if (members === 1) await new Promise((resolve) => setImmediate(resolve));
    rows = roundRows(input, all, round, rows);
    const grown: number[] = [];
    for (const output of own) {
      derivatives(loss, scores, output, gradients, hessians);
      const samples = drawRows(table.rows, settings.rowShare, seed, round, output);
      growBoostedTree({ rows, samples, gradients, hessians, settings, output }, builder, pool, importances);
      trees.push(output);
      grown.push(output);
    }
    meet(barrier, members);
    grown.forEach((output, place) => {
      const root = builder.roots[builder.roots.length - grown.length + place]!;
      addToScores(builder, root, table, output, scores);
      if (input.validation) {
        addToScores(builder, root, input.validation.table, output, input.validation.scores);
      }
    });
    if (member === 0) Atomics.store(barrier, 2, round + 1);
    meet(barrier, members);
    rounds = round + 1;
    if (askedToStop(input)) obey(input);
    if (isOver(input, watch, rounds)) break;
  }
  return {
    outputs: Int32Array.from(trees),
    rounds,
    bestRound: input.validation && settings.patience > 0 ? watch.bestRound : rounds,
    validationLoss: input.validation ? watch.best : undefined,
    trees: builder.finish(),
    importances,
  };
}

/** The same for all members of a round, so that none waits for one that has left. */
function askedToStop({ stop, barrier, members }: BoostMember): boolean {
  const flag = new Int32Array(stop);
  const asked = Atomics.load(flag, 0) !== 0;
  if (members === 1) return asked;
  if (asked) Atomics.store(barrier, 3, 1);
  meet(barrier, members);
  return Atomics.load(barrier, 3) !== 0;
}

function roundRows(
  { table, settings, seed }: BoostMember,
  all: RowEntries,
  round: number,
  before: SparseRows | undefined,
): SparseRows {
  if (settings.columnShare >= 1) {
    return (
      before ??
      sparseRows(
        table,
        all,
        Int32Array.from({ length: table.columns }, (_, column) => column),
      )
    );
  }
  const count = Math.max(1, Math.round(table.columns * settings.columnShare));
  const order = shuffled(table.columns, randomFor(seed, 'columns', round));
  return sparseRows(table, all, order.slice(0, count).sort());
}

function drawRows(rows: number, share: number, seed: number, round: number, output: number): Int32Array {
  if (share >= 1) return Int32Array.from({ length: rows }, (_, row) => row);
  const random = randomFor(seed, 'rows', round, output);
  const wanted = Math.max(1, Math.round(rows * share));
  const samples = new Int32Array(wanted);
  let count = 0;
  // each row with the chance that fills what is left (Knuth's selection sampling)
  for (let row = 0; row < rows && count < wanted; row++) {
    if (random.uniform() * (rows - row) < wanted - count) samples[count++] = row;
  }
  return samples;
}

function addToScores(
  builder: TreeBuilder,
  root: number,
  table: BinnedTable,
  output: number,
  scores: Float64Array,
): void {
  for (let row = 0; row < table.rows; row++) {
    scores[output * table.rows + row]! +=
      builder.leafValues[builder.leafOfBinned(root, table, row) + output]!;
  }
}

function isOver(
  { validation, settings }: BoostMember,
  watch: { best: number; bestRound: number },
  rounds: number,
): boolean {
  if (!validation) return false;
  const loss = meanLoss(validation.loss, validation.scores);
  if (loss < watch.best) {
    watch.best = loss;
    watch.bestRound = rounds;
  }
  return settings.patience > 0 && rounds - watch.bestRound >= settings.patience;
}

/** Waits until all members are here. */
function meet(barrier: Int32Array<SharedArrayBuffer>, members: number): void {
  if (members === 1) return;
  const generation = Atomics.load(barrier, 1);
  if (Atomics.add(barrier, 0, 1) + 1 === members) {
    Atomics.store(barrier, 0, 0);
    Atomics.add(barrier, 1, 1);
    Atomics.notify(barrier, 1);
    return;
  }
  while (Atomics.load(barrier, 1) === generation) Atomics.wait(barrier, 1, generation, 1000);
}
