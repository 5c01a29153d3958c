/** Rows of an uncompressed image as they are asked for: what a thumbnail or a tile needs, not the whole frame. */
import type { ByteSource } from '../byte-source.ts';
import { readInto } from '../read-window.ts';
import type { FitsHeader } from './header.ts';
import { convertSamples } from './samples.ts';
import { readScaling, typeMaximum } from './scaling.ts';
import { selectImage } from './select-image.ts';
import type { Bitpix } from './structure.ts';

export interface PlainRows {
  readonly width: number;
  readonly height: number;
  readonly planes: 1 | 3;
  readonly bitpix: Bitpix;
  readonly typeMaximum: number | null;
  readonly header: FitsHeader;
  /** `count` whole rows from row `first` of a plane, physical values; what the file lacks is NaN. */
  rows(plane: number, first: number, count: number): Float32Array;
}

/** Null when the image is compressed: its rows do not lie in the file one by one. @throws as `selectImage`. */
export function openPlainRows(source: ByteSource): PlainRows | null {
  const warnings: string[] = [];
  const image = selectImage(source, warnings);
  if (image.compressed) return null;
  const scaling = readScaling(image.hdu.header, image.bitpix, warnings);
  const { width, height, planes } = image.shape;
  const sampleBytes = Math.abs(image.bitpix) / 8;
  let strip = new Uint8Array(0);
  return {
    width,
    height,
    planes,
    bitpix: image.bitpix,
    typeMaximum: typeMaximum(image.bitpix, scaling),
    header: image.hdu.index === 0 ? image.hdu.header : image.primary,
    rows(plane, first, count) {
      const wanted = count * width * sampleBytes;
      if (strip.byteLength < wanted) strip = new Uint8Array(wanted);
      const start = (plane * height + first) * width * sampleBytes;
      const available = Math.max(0, Math.min(wanted, image.hdu.availableLength - start));
      const read = readInto(source, image.hdu.dataOffset + start, strip.subarray(0, available));
      const whole = read - (read % sampleBytes);
      const pixels = new Float32Array(count * width).fill(Number.NaN, whole / sampleBytes);
      convertSamples(strip.subarray(0, whole), image.bitpix, scaling, pixels, 0);
      return pixels;
    },
  };
}
