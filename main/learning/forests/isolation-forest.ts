/** Isolation forest (Liu, Ting and Zhou 2008): strange rows are parted from the others by few random borders. */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { followSignal, obey, portions } from '../estimators/parallel.ts';
import { checkColumns, checkTable, type Table } from '../estimators/table.ts';
import { type Random, randomFor, shuffled } from '../random.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { addTrees } from './ensemble-graph.ts';
import { nodesOf, sumTrees, TreeBuilder, type Trees } from './trees.ts';

export const isolationForest: Estimator = {
  name: 'isolation-forest',
  description: 'isolation forest: strange rows are parted from the others by few random borders',
  task: 'anomaly',
  parameters: [
    { name: 'trees', description: 'trees', kind: 'integer', default: 100, minimum: 1, maximum: 10_000 },
    {
      name: 'sampleRows',
      description: 'rows that a tree sees, drawn without replacement',
      kind: 'integer',
      default: 256,
      minimum: 2,
      maximum: 1_000_000,
    },
  ],
  fit: fitIsolationForest,
};

/** Euler's constant. */
const euler = 0.5772156649015329;
const breath = 10;

/** Mean depth at which an unsuccessful search in a binary tree of so many rows ends. */
function meanPath(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + euler) - (2 * (rows - 1)) / rows;
}

async function fitIsolationForest(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  const { table } = input;
  checkTable(table);
  const total = numberOf(parameters, 'trees');
  const sample = Math.min(numberOf(parameters, 'sampleRows'), table.rows);
  const flag = followSignal(ports.signal);
  const builder = new TreeBuilder(1);
  try {
    for (const { from, to } of portions(total, breath)) {
      await new Promise((resolve) => setImmediate(resolve));
      obey(flag);
      for (let tree = from; tree < to; tree++) {
        const random = randomFor(ports.seed, 'isolation', tree);
        growIsolationTree(table, drawRows(table.rows, sample, random), random, builder);
      }
      ports.onProgress?.(to / total, { trees: to });
    }
  } finally {
    flag.release();
  }
  const paths = builder.finish();
  // depths over the depth to be expected, all trees together
  const whole = total * (meanPath(sample) || 1);
  const trees: Trees = { ...paths, leaves: paths.leaves.map((depth) => depth / whole) };
  const { columns } = table;
  return {
    columns,
    width: 1,
    inputType: 'float32',
    predict(rows) {
      checkColumns(rows, columns);
      return sumTrees(trees, rows).map((path) => 2 ** -path);
    },
    addTo(parts, name) {
      const path = parts.apply('Neg', [addTrees(parts, name, trees)]);
      return parts.apply('Pow', [parts.floats('float32', [2]), path]);
    },
    figures: { trees: total, nodes: nodesOf(trees), sampleRows: sample },
  };
}

function drawRows(rows: number, sample: number, random: Random): Int32Array {
  if (sample * 4 > rows) return shuffled(rows, random).slice(0, sample);
  const chosen = new Set<number>();
  while (chosen.size < sample) chosen.add(random.integer(rows));
  return Int32Array.from(chosen);
}

/** Depth of a leaf, with what further division of its rows would add. */
function growIsolationTree(table: Table, samples: Int32Array, random: Random, builder: TreeBuilder): void {
  const deepest = Math.ceil(Math.log2(Math.max(2, samples.length)));
  const divide = (node: number, start: number, end: number, depth: number): void => {
    const border = depth < deepest && end - start > 1 ? drawBorder(table, samples, start, end, random) : null;
    if (!border) {
      const place = builder.leaf(node);
      builder.leafValues[place] = depth + meanPath(end - start);
      return;
    }
    const middle = part(table, samples, start, end, border);
    const left = builder.node();
    const right = builder.node();
    builder.split(node, border.column, 0, border.value, left, right);
    divide(left, start, middle, depth + 1);
    divide(right, middle, end, depth + 1);
  };
  builder.startTree();
  divide(builder.node(), 0, samples.length, 0);
}

interface Border {
  readonly column: number;
  readonly value: number;
}

/** On a random column that is not constant among the rows, evenly between its extremes; null when all are. */
function drawBorder(
  { columns, values }: Table,
  samples: Int32Array,
  start: number,
  end: number,
  random: Random,
): Border | null {
  const order = Int32Array.from({ length: columns }, (_, column) => column);
  for (let drawn = 0; drawn < columns; drawn++) {
    const other = drawn + random.integer(columns - drawn);
    const column = order[other]!;
    order[other] = order[drawn]!;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let index = start; index < end; index++) {
      const value = Math.fround(values[samples[index]! * columns + column]!);
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (!(high > low)) continue;
    const value = Math.fround(low + random.uniform() * (high - low));
    return { column, value: value < high ? Math.max(low, value) : low };
  }
  return null;
}

/** Rows up to the border, and those where the value is missing, come first. */
function part(
  { columns, values }: Table,
  samples: Int32Array,
  start: number,
  end: number,
  { column, value }: Border,
): number {
  let left = start;
  let right = end - 1;
  while (left <= right) {
    const row = samples[left]!;
    if (!(Math.fround(values[row * columns + column]!) > value)) {
      left += 1;
      continue;
    }
    samples[left] = samples[right]!;
    samples[right] = row;
    right -= 1;
  }
  return left;
}
