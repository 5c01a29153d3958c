/** The bit stream of HCOMPRESS_1: nybbles, Huffman codes and quadtrees of bit planes. */

/** Reads bits from the high end of each byte; behind the end it gives zeros and says so. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private position: number;
  private window = 0;
  private held = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** The next `count` bits, at most 8. */
  bits(count: number): number {
    if (this.held < count) {
      const byte = this.position < this.end ? this.bytes[this.position]! : 0;
      this.position++;
      this.window = ((this.window << 8) | byte) & 0xffff;
      this.held += 8;
    }
    this.held -= count;
    return (this.window >>> this.held) & ((1 << count) - 1);
  }

  skipToByte(): void {
    this.held = 0;
  }

  /** True once more was read than there was. */
  exhausted(): boolean {
    return this.position > this.end;
  }

  /** Four bits of a quadtree node, the likelier combinations in fewer bits. */
  huffman(): number {
    let code = this.bits(3);
    if (code < 4) return 1 << code;
    code = (code << 1) | this.bits(1);
    if (code < 13) return fourBitCodes[code - 8]!;
    code = (code << 1) | this.bits(1);
    if (code < 31) return fiveBitCodes[code - 26]!;
    return this.bits(1) === 0 ? 0 : 14;
  }
}

const fourBitCodes = [3, 5, 10, 12, 15] as const;
const fiveBitCodes = [6, 7, 9, 11, 13] as const;

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
