/** The bit stream of HCOMPRESS_1: nybbles, Huffman codes and quadtrees of bit planes. */
import type { ByteRange } from '../../read-window.ts';

/** The codes of the four bits of a quadtree node as text, the likelier combinations in fewer bits. */
const huffmanCodes: Readonly<Record<string, number>> = {
  '000': 1,
  '001': 2,
  '010': 4,
  '011': 8,
  '1000': 3,
  '1001': 5,
  '1010': 10,
  '1011': 12,
  '1100': 15,
  '11010': 6,
  '11011': 7,
  '11100': 9,
  '11101': 11,
  '11110': 13,
  '111110': 0,
  '111111': 14,
};
const longestCode = 6;

/** For every six bits the length of the code they begin with, times 16, plus its value. */
const huffmanTable = Uint8Array.from({ length: 2 ** longestCode }, (_, index) => {
  const bits = index.toString(2).padStart(longestCode, '0');
  const [code = '', value = 0] = Object.entries(huffmanCodes).find(([text]) => bits.startsWith(text)) ?? [];
  return code.length * 16 + value;
});

/** Reads bits from the high end of each byte; behind the end it stands still and says so. */
export class BitReader {
  private readonly view: DataView;
  private readonly limit: number;
  private at: number;

  /** Reads the range from `offset` bytes behind its start. */
  constructor(range: ByteRange, offset: number) {
    this.view = range.view;
    this.at = (range.start + offset) * 8;
    this.limit = range.end * 8;
  }

  /** The next `count` bits, 1 to 8. */
  bits(count: number): number {
    const { at } = this;
    if (at > this.limit) return 0;
    this.at = at + count;
    return (this.view.getInt32(at >>> 3) << (at & 7)) >>> (32 - count);
  }

  skipToByte(): void {
    this.at = (this.at + 7) & ~7;
  }

  /** True once more was read than there was. */
  exhausted(): boolean {
    return this.at > this.limit;
  }

  /** Four bits of a quadtree node. */
  huffman(): number {
    const { at } = this;
    if (at > this.limit) return 0;
    const entry = huffmanTable[(this.view.getInt32(at >>> 3) << (at & 7)) >>> (32 - longestCode)]!;
    this.at = at + (entry >> 4);
    return entry & 15;
  }
}

interface Quadrant {
  readonly start: number;
  readonly height: number;
  readonly width: number;
  readonly bitPlanes: number;
  /** Coefficients from one row to the next. */
  readonly stride: number;
}

/** Smallest n with 2^n >= length. */
export function ceilLog2(length: number): number {
  return length <= 1 ? 0 : 32 - Math.clz32(length - 1);
}

/** Adds 2^bit to the coefficients that a node's four bits stand for. */
function insertNode(
  coefficients: Float64Array,
  quadrant: Quadrant,
  row: number,
  column: number,
  bits: number,
  value: number,
): void {
  const upper = quadrant.start + 2 * row * quadrant.stride + 2 * column;
  const hasRight = 2 * column + 1 < quadrant.width;
  if ((bits & 8) !== 0) coefficients[upper]! += value;
  if ((bits & 4) !== 0 && hasRight) coefficients[upper + 1]! += value;
  if ((bits & 3) === 0 || 2 * row + 1 >= quadrant.height) return;
  const lower = upper + quadrant.stride;
  if ((bits & 2) !== 0) coefficients[lower]! += value;
  if ((bits & 1) !== 0 && hasRight) coefficients[lower + 1]! += value;
}

/** The nodes of one level whose bits are not all zero, from the last to the first, as the stream has them. */
interface NodeList {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly bits: Uint8Array;
  length: number;
}

function nodeList(capacity: number): NodeList {
  return {
    row: new Int32Array(capacity),
    column: new Int32Array(capacity),
    bits: new Uint8Array(capacity),
    length: 0,
  };
}

/** Reads the children of `parents` into `children`, in a level of `height` x `width` nodes. */
function readChildren(
  reader: BitReader,
  parents: NodeList,
  children: NodeList,
  height: number,
  width: number,
): void {
  children.length = 0;
  for (let first = 0; first < parents.length; ) {
    const row = parents.row[first]!;
    let end = first + 1;
    while (end < parents.length && parents.row[end] === row) end++;
    for (let below = 1; below >= 0; below--) {
      const childRow = 2 * row + below;
      if (childRow >= height) continue;
      for (let parent = first; parent < end; parent++) {
        const bits = parents.bits[parent]! >> (below === 1 ? 0 : 2);
        const column = 2 * parents.column[parent]!;
        if ((bits & 1) !== 0 && column + 1 < width) readChild(reader, children, childRow, column + 1);
        if ((bits & 2) !== 0) readChild(reader, children, childRow, column);
      }
    }
    first = end;
  }
}

function readChild(reader: BitReader, children: NodeList, row: number, column: number): void {
  const bits = reader.huffman();
  if (bits === 0) return;
  const at = children.length++;
  children.row[at] = row;
  children.column[at] = column;
  children.bits[at] = bits;
}

/** Walks one quadtree from its root to the level above the coefficients; only branches that are not empty. */
function readTree(
  reader: BitReader,
  lists: readonly [NodeList, NodeList],
  quadrant: Quadrant,
  levels: number,
): NodeList {
  let [nodes, spare] = lists;
  nodes.length = 0;
  readChild(reader, nodes, 0, 0);
  let [height, width] = [1, 1];
  let [restHeight, restWidth] = [quadrant.height, quadrant.width];
  let half = 1 << levels;
  for (let level = 1; level < levels; level++) {
    half >>= 1;
    height *= 2;
    width *= 2;
    if (restHeight <= half) height--;
    else restHeight -= half;
    if (restWidth <= half) width--;
    else restWidth -= half;
    readChildren(reader, nodes, spare, height, width);
    [nodes, spare] = [spare, nodes];
  }
  return nodes;
}

/** Reads all bit planes of one quadrant. @returns false when the stream makes no sense. */
export function decodeQuadtree(reader: BitReader, coefficients: Float64Array, quadrant: Quadrant): boolean {
  const { height, width, bitPlanes } = quadrant;
  const levels = ceilLog2(Math.max(height, width));
  const [rows, columns] = [(height + 1) >> 1, (width + 1) >> 1];
  const capacity = Math.max(1, rows * columns);
  const lists = [nodeList(capacity), nodeList(capacity)] as const;
  for (let bit = bitPlanes - 1; bit >= 0; bit--) {
    const value = 2 ** bit;
    const format = reader.bits(4);
    if (format === 0) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const bits = reader.bits(4);
          if (bits !== 0) insertNode(coefficients, quadrant, row, column, bits, value);
        }
      }
    } else if (format === 0xf) {
      const nodes = readTree(reader, lists, quadrant, levels);
      for (let i = 0; i < nodes.length; i++) {
        insertNode(coefficients, quadrant, nodes.row[i]!, nodes.column[i]!, nodes.bits[i]!, value);
      }
    } else {
      return false;
    }
    if (reader.exhausted()) return false;
  }
  return true;
}
