/**
 * HCOMPRESS_1 (FITS Standard 4.0, 10.4.4; White, Postman and Lattanzi 1992): the H-transform of the tile, its
 * coefficients divided by SCALE and written bit plane by bit plane as quadtrees with Huffman codes.
 */
import type { ByteRange } from '../../read-window.ts';
import { BitReader, decodeQuadtree } from './hcompress-bits.ts';
import { inverseTransform } from './hcompress-transform.ts';

const magic = 0xdd99;
/** Magic, two sizes, scale, sum, three counts of bit planes. */
const headerBytes = 2 + 4 + 4 + 4 + 8 + 3;
/** Integers in doubles are exact up to here. */
const maximumBitPlanes = 52;

export interface HcompressTile {
  readonly width: number;
  readonly height: number;
  /** ZVAL of SMOOTH: smooth the steps that a SCALE above 1 leaves. */
  readonly smooth: boolean;
}

/** Reads the four quadrants of coefficients and their signs. */
function decodeCoefficients(
  reader: BitReader,
  coefficients: Float64Array,
  tile: HcompressTile,
  planes: readonly [number, number, number],
): boolean {
  const { width, height } = tile;
  const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const [restWidth, restHeight] = [width >> 1, height >> 1];
  const quadrants = [
    { start: 0, height: halfHeight, width: halfWidth, bitPlanes: planes[0] },
    { start: halfWidth, height: halfHeight, width: restWidth, bitPlanes: planes[1] },
    { start: width * halfHeight, height: restHeight, width: halfWidth, bitPlanes: planes[1] },
    { start: width * halfHeight + halfWidth, height: restHeight, width: restWidth, bitPlanes: planes[2] },
  ];
  for (const quadrant of quadrants) {
    if (!decodeQuadtree(reader, coefficients, { ...quadrant, stride: width })) return false;
  }
  if (reader.bits(4) !== 0) return false;
  reader.skipToByte();
  for (let i = 0; i < coefficients.length; i++) {
    const coefficient = coefficients[i]!;
    if (coefficient !== 0 && reader.bits(1) === 1) coefficients[i] = -coefficient;
  }
  return !reader.exhausted();
}

/**
 * Decodes one tile from a range of bytes into `out`. The sizes inside the stream have to be those of the tile.
 * @returns false when the stream ends early or makes no sense.
 */
export function decodeHcompress(range: ByteRange, out: Int32Array, tile: HcompressTile): boolean {
  const { start, end } = range;
  // Bits are counted in 32-bit integers.
  if (end - start < headerBytes || end > 2 ** 28) return false;
  const view = new DataView(range.bytes.buffer, range.bytes.byteOffset + start, end - start);
  if (view.getUint16(0) !== magic) return false;
  // The slow axis comes first in the stream.
  if (view.getInt32(2) !== tile.height || view.getInt32(6) !== tile.width) return false;
  const scale = view.getInt32(10);
  const sum = Number(view.getBigInt64(14));
  const planes: [number, number, number] = [view.getUint8(22), view.getUint8(23), view.getUint8(24)];
  if (planes.some((count) => count > maximumBitPlanes)) return false;
  const coefficients = new Float64Array(tile.width * tile.height);
  const reader = new BitReader(range, headerBytes);
  if (!decodeCoefficients(reader, coefficients, tile, planes)) return false;
  coefficients[0] = sum;
  if (scale > 1) for (let i = 0; i < coefficients.length; i++) coefficients[i] = coefficients[i]! * scale;
  inverseTransform(coefficients, { ...tile, scale });
  out.set(coefficients);
  return true;
}
