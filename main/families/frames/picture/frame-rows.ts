/**
 * A frame opened for looking at: rows on demand where the file allows it, else from its decoded pixels. Values are
 * physical; `unit` says what is shown as 1.
 */
import type { ByteSource } from '../../../formats/byte-source.ts';
import { isGzip } from '../../../formats/fits/gzip-file.ts';
import { looksLikeFits } from '../../../formats/fits/hdus.ts';
import type { FitsHeader } from '../../../formats/fits/header.ts';
import { openPlainRows, type PlainRows } from '../../../formats/fits/plain-rows.ts';
import { identifyLength } from '../../../formats/identify.ts';
import { decodeFrame } from '../decode-frame.ts';
import { readBayerPattern, readRowOrder, storedPattern } from '../header-mosaic.ts';
import { confirmedPattern } from '../mosaic-check.ts';
import type { BayerPattern } from '../record.ts';

export interface FrameRows {
  readonly width: number;
  readonly height: number;
  /** 3 for colour files whose planes can be read one by one, else 1. */
  readonly planes: 1 | 3;
  readonly mosaic: BayerPattern | null;
  readonly topDown: boolean;
  /** Physical value shown as 1; 0 is shown as 0. */
  readonly unit: number;
  /** True when levels fit 16 bits without loss. */
  readonly isInteger: boolean;
  /** Memory it keeps, bytes. */
  readonly byteLength: number;
  /** `count` whole rows of a plane from row `first`; undefined pixels NaN. Valid until the next call. */
  rows(plane: number, first: number, count: number): Float32Array;
}

/** @throws refusals, as `decodeFrame`. */
export async function openFrameRows(source: ByteSource): Promise<FrameRows> {
  const head = source.read(0, identifyLength);
  if (!isGzip(head) && looksLikeFits(head)) {
    const plain = openPlainRows(source);
    if (plain !== null) return fromPlainRows(plain);
  }
  const image = await decodeFrame(source);
  const { width, height, pixels, mosaic, bitpix } = image;
  return {
    width,
    height,
    planes: 1,
    mosaic,
    topDown: image.header.rowOrder !== 'bottomUp',
    unit: unitOf(bitpix, image.header.saturationAdu === null ? null : image.saturationLevel, pixels),
    isInteger: bitpix === 8 || bitpix === 16,
    byteLength: pixels.byteLength,
    rows: (_, first, count) => pixels.subarray(first * width, (first + count) * width),
  };
}

function fromPlainRows(plain: PlainRows): FrameRows {
  const { width, height, planes, bitpix, header } = plain;
  const sampleRows = Math.min(height, 256);
  const first = 2 * Math.floor((height - sampleRows) / 4);
  const sample = plain.rows(0, first, sampleRows);
  return {
    width,
    height,
    planes,
    mosaic: planes === 1 ? patternOf(header, sample, width, sampleRows, height) : null,
    topDown: readRowOrder(header) !== 'bottomUp',
    unit: unitOf(bitpix, plain.typeMaximum, sample),
    isInteger: bitpix === 8 || bitpix === 16,
    byteLength: 0,
    rows: plain.rows,
  };
}

function patternOf(
  header: FitsHeader,
  sample: Float32Array,
  width: number,
  rows: number,
  height: number,
): BayerPattern | null {
  const claimed = readBayerPattern(header, []);
  if (claimed === null) return null;
  return confirmedPattern(storedPattern(header, claimed, height), sample, width, rows);
}

/** Floats of 0..1 stay so; others are taken as counts of a 16-bit camera, or up to their own maximum. */
function unitOf(bitpix: number, typeMaximum: number | null, sample: Float32Array): number {
  if (bitpix === 8) return 255;
  if (bitpix === 16) return typeMaximum !== null && typeMaximum > 0 ? typeMaximum : 65_535;
  let most = 0;
  for (let at = 0; at < sample.length; at += 7) if (sample[at] > most) most = sample[at];
  if (most <= 1.5) return 1;
  return Math.max(65_535, most);
}
