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

/** Spreads the four bits of each node over the 2 x 2 nodes of the next level, in place, from the last to the first. */
function spread(nodes: Uint8Array, height: number, width: number): void {
  const parentWidth = (width + 1) >> 1;
  for (let i = ((height + 1) >> 1) - 1; i >= 0; i--) {
    for (let j = parentWidth - 1; j >= 0; j--) {
      nodes[2 * i * width + 2 * j] = nodes[i * parentWidth + j]!;
    }
  }
  for (let i = 0; i < height; i += 2) {
    for (let j = 0; j < width; j += 2) {
      const upper = i * width + j;
      const lower = upper + width;
      const bits = nodes[upper]!;
      const hasRight = j + 1 < width;
      if (i + 1 < height) {
        if (hasRight) nodes[lower + 1] = bits & 1;
        nodes[lower] = (bits >> 1) & 1;
      }
      if (hasRight) nodes[upper + 1] = (bits >> 2) & 1;
      nodes[upper] = (bits >> 3) & 1;
    }
  }
}

/** Adds 2^bit to the coefficients whose bit is set in the last level of nodes. */
function insertPlane(nodes: Uint8Array, coefficients: Float64Array, quadrant: Quadrant, value: number): void {
  const { start, height, width, stride } = quadrant;
  let node = 0;
  for (let i = 0; i < height; i += 2) {
    const hasLower = i + 1 < height;
    for (let j = 0; j < width; j += 2) {
      const bits = nodes[node++]!;
      if (bits === 0) continue;
      const upper = start + i * stride + j;
      const lower = upper + stride;
      const hasRight = j + 1 < width;
      if ((bits & 8) !== 0) coefficients[upper]! += value;
      if ((bits & 4) !== 0 && hasRight) coefficients[upper + 1]! += value;
      if ((bits & 2) !== 0 && hasLower) coefficients[lower]! += value;
      if ((bits & 1) !== 0 && hasLower && hasRight) coefficients[lower + 1]! += value;
    }
  }
}

/** Walks one quadtree from its root to the level above the coefficients. */
function expandTree(reader: BitReader, nodes: Uint8Array, quadrant: Quadrant, levels: number): void {
  nodes[0] = reader.huffman();
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
    spread(nodes, height, width);
    for (let node = height * width - 1; node >= 0; node--) {
      if (nodes[node] !== 0) nodes[node] = reader.huffman();
    }
  }
}

/** Reads all bit planes of one quadrant. @returns false when the stream makes no sense. */
export function decodeQuadtree(reader: BitReader, coefficients: Float64Array, quadrant: Quadrant): boolean {
  const { height, width, bitPlanes } = quadrant;
  const levels = ceilLog2(Math.max(height, width));
  const nodeCount = ((height + 1) >> 1) * ((width + 1) >> 1);
  const nodes = new Uint8Array(Math.max(1, nodeCount));
  for (let bit = bitPlanes - 1; bit >= 0; bit--) {
    const format = reader.bits(4);
    if (format === 0) for (let node = 0; node < nodeCount; node++) nodes[node] = reader.bits(4);
    else if (format === 0xf) expandTree(reader, nodes, quadrant, levels);
    else return false;
    insertPlane(nodes, coefficients, quadrant, 2 ** bit);
    if (reader.exhausted()) return false;
  }
  return true;
}
