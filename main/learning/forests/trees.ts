/** Fitted trees as flat arrays, their predictions, and how parts grown apart are joined. */
import type { Table } from '../estimators/table.ts';
import type { BinnedTable } from './binned-table.ts';

/** Trees of one ensemble. Nodes of a tree follow each other; children are numbered within the whole. */
export interface Trees {
  /** First node of each tree. */
  readonly roots: Int32Array;
  /** Column asked at the node; -1 at a leaf. */
  readonly column: Int32Array;
  /** A value up to this, and a missing one, goes left. */
  readonly border: Float32Array;
  /** For a leaf: its place in `leaves`. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** [leaves, width] */
  readonly leaves: Float32Array;
  readonly width: number;
}

export function nodesOf(trees: Trees): number {
  return trees.column.length;
}

/** The leaf (place in `leaves`) that a row of the table ends in. */
function leafOf(trees: Trees, root: number, values: Float32Array, start: number): number {
  const { column, border, left, right } = trees;
  let node = root;
  for (let asked = column[node]!; asked >= 0; asked = column[node]!) {
    node = values[start + asked]! > border[node]! ? right[node]! : left[node]!;
  }
  return left[node]!;
}

/**
 * Sum of all trees' leaves, [rows, width].
 * @param start added to every row; width values
 */
export function sumTrees(trees: Trees, table: Table, start?: ArrayLike<number>): Float64Array {
  const { width, leaves, roots } = trees;
  const { rows, columns } = table;
  const values = table.values instanceof Float32Array ? table.values : Float32Array.from(table.values);
  const sums = new Float64Array(rows * width);
  if (start) for (let place = 0; place < sums.length; place++) sums[place] = start[place % width]!;
  // a tree and some rows fit into the cache together, all trees do not
  for (let first = 0; first < rows; first += rowsTogether) {
    const end = Math.min(rows, first + rowsTogether);
    for (const root of roots) {
      for (let row = first; row < end; row++) {
        const leaf = leafOf(trees, root, values, row * columns) * width;
        for (let output = 0; output < width; output++) sums[row * width + output]! += leaves[leaf + output]!;
      }
    }
  }
  return sums;
}

const rowsTogether = 256;

export function joinTrees(parts: readonly Trees[]): Trees {
  const width = parts[0]?.width ?? 1;
  const nodes = parts.reduce((sum, part) => sum + part.column.length, 0);
  const leaves = parts.reduce((sum, part) => sum + part.leaves.length, 0);
  const joined = {
    roots: new Int32Array(parts.reduce((sum, part) => sum + part.roots.length, 0)),
    column: new Int32Array(nodes),
    border: new Float32Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    leaves: new Float32Array(leaves),
    width,
  };
  let node = 0;
  let leaf = 0;
  let tree = 0;
  for (const part of parts) {
    joined.column.set(part.column, node);
    joined.border.set(part.border, node);
    joined.leaves.set(part.leaves, leaf * width);
    for (let index = 0; index < part.column.length; index++) {
      const isLeaf = part.column[index]! < 0;
      joined.left[node + index] = part.left[index]! + (isLeaf ? leaf : node);
      joined.right[node + index] = isLeaf ? 0 : part.right[index]! + node;
    }
    for (const root of part.roots) joined.roots[tree++] = root + node;
    node += part.column.length;
    leaf += part.leaves.length / width;
  }
  return joined;
}

/** Trees from … to - 1. */
export function pickTrees(trees: Trees, from: number, to: number): Trees {
  const first = trees.roots[from] ?? trees.column.length;
  const end = trees.roots[to] ?? trees.column.length;
  const column = trees.column.slice(first, end);
  const left = trees.left.slice(first, end);
  const firstLeaf = left.reduce(
    (least, place, node) => (column[node]! < 0 ? Math.min(least, place) : least),
    Infinity,
  );
  const leaves = column.reduce((count, asked) => (asked < 0 ? count + 1 : count), 0);
  const start = Number.isFinite(firstLeaf) ? firstLeaf : 0;
  return {
    roots: trees.roots.slice(from, to).map((root) => root - first),
    column,
    border: trees.border.slice(first, end),
    left: left.map((place, node) => place - (column[node]! < 0 ? start : first)),
    right: trees.right.slice(first, end).map((place) => place - first),
    leaves: trees.leaves.slice(start * trees.width, (start + leaves) * trees.width),
    width: trees.width,
  };
}

/** Collects the nodes of trees while they grow. */
export class TreeBuilder {
  readonly width: number;
  readonly roots: number[] = [];
  private nodes = 0;
  private leafCount = 0;
  private column = new Int32Array(1024);
  private border = new Float32Array(1024);
  /** Last bin that goes left. */
  private bin = new Int32Array(1024);
  private left = new Int32Array(1024);
  private right = new Int32Array(1024);
  private leaves: Float32Array;

  constructor(width: number) {
    this.width = width;
    this.leaves = new Float32Array(1024 * width);
  }

  startTree(): void {
    this.roots.push(this.nodes);
  }

  /** Adds an undecided node. */
  node(): number {
    if (this.nodes === this.column.length) this.grow();
    this.column[this.nodes] = -1;
    return this.nodes++;
  }

  split(node: number, column: number, bin: number, border: number, left: number, right: number): void {
    this.column[node] = column;
    this.bin[node] = bin;
    this.border[node] = border;
    this.left[node] = left;
    this.right[node] = right;
  }

  /** Makes the node a leaf; returns where its values are to be written in `leafValues`. */
  leaf(node: number): number {
    if ((this.leafCount + 1) * this.width > this.leaves.length) {
      const larger = new Float32Array(this.leaves.length * 2);
      larger.set(this.leaves);
      this.leaves = larger;
    }
    this.left[node] = this.leafCount;
    return this.leafCount++ * this.width;
  }

  get leafValues(): Float32Array {
    return this.leaves;
  }

  /** Where the values of the leaf are that a row of the binned table ends in. */
  leafOfBinned(root: number, table: BinnedTable, row: number): number {
    const { column, bin, left, right } = this;
    const { bins, rows } = table;
    let node = root;
    for (let asked = column[node]!; asked >= 0; asked = column[node]!) {
      node = bins[asked * rows + row]! > bin[node]! ? right[node]! : left[node]!;
    }
    return left[node]! * this.width;
  }

  finish(): Trees {
    return {
      roots: Int32Array.from(this.roots),
      column: this.column.slice(0, this.nodes),
      border: this.border.slice(0, this.nodes),
      left: this.left.slice(0, this.nodes),
      right: this.right.slice(0, this.nodes),
      leaves: this.leaves.slice(0, this.leafCount * this.width),
      width: this.width,
    };
  }

  private grow(): void {
    const size = this.column.length * 2;
    const longer = <A extends Int32Array | Float32Array>(made: A, from: A): A => {
      made.set(from);
      return made;
    };
    this.column = longer(new Int32Array(size), this.column);
    this.bin = longer(new Int32Array(size), this.bin);
    this.border = longer(new Float32Array(size), this.border);
    this.left = longer(new Int32Array(size), this.left);
    this.right = longer(new Int32Array(size), this.right);
  }
}
