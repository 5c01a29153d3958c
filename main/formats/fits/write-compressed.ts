/** Writes tile-compressed FITS images: RICE_1, GZIP_1 and GZIP_2 in a binary table, as fpack lays them out. */
import { gzipSync } from 'node:zlib';
import { NightsiftError } from '../../../contract/errors.ts';
import { joinBytes } from '../join-bytes.ts';
import { emptyPrimary, type FitsImage, scalingCards, scalingOf } from './write.ts';
import { headerBytes, paddedBytes, type WriteCard } from './write-header.ts';
import { bytesPerSample, type Scaling, storedBytes, storedIntegers } from './write-pixels.ts';
import { type RiceBytes, riceEncode } from './write-rice.ts';

export type TileCompression = 'RICE_1' | 'GZIP_1' | 'GZIP_2';

export interface CompressedOptions {
  readonly compression: TileCompression;
  /** Tile size, px; default one row. */
  readonly tileWidth?: number;
  readonly tileHeight?: number;
}

/** GZIP_2 stores the bytes of one significance together: all first bytes, then all second ones. */
function shuffled(bytes: Uint8Array, size: number): Uint8Array {
  const count = bytes.byteLength / size;
  const out = new Uint8Array(bytes.byteLength);
  for (let i = 0; i < count; i++)
    for (let byte = 0; byte < size; byte++) out[byte * count + i] = bytes[i * size + byte];
  return out;
}

function packTile(values: Float64Array, scaling: Scaling, compression: TileCompression): Uint8Array {
  const size = bytesPerSample(scaling.bitpix);
  if (compression === 'RICE_1') {
    if (scaling.bitpix < 0 || scaling.bitpix === 64)
      throw new NightsiftError('badInput', `RICE_1 cannot hold BITPIX ${scaling.bitpix}.`, {
        hint: 'Write 8, 16 or 32-bit integers, or use GZIP_1 or GZIP_2.',
      });
    return riceEncode(storedIntegers(values, 0, values.length, scaling), size as RiceBytes);
  }
  const bytes = storedBytes(values, 0, values.length, scaling);
  return new Uint8Array(gzipSync(compression === 'GZIP_2' ? shuffled(bytes, size) : bytes, { level: 3 }));
}

/** Cuts the image into tiles, row of tiles after row of tiles, plane after plane. */
function cutTiles(image: FitsImage, tileWidth: number, tileHeight: number): Float64Array[] {
  const tiles: Float64Array[] = [];
  for (let plane = 0; plane < (image.planes ?? 1); plane++)
    for (let y0 = 0; y0 < image.height; y0 += tileHeight)
      for (let x0 = 0; x0 < image.width; x0 += tileWidth) {
        const width = Math.min(tileWidth, image.width - x0);
        const height = Math.min(tileHeight, image.height - y0);
        const tile = new Float64Array(width * height);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            tile[y * width + x] = image.data[(plane * image.height + y0 + y) * image.width + x0 + x];
        tiles.push(tile);
      }
  return tiles;
}

function compressionCards(image: FitsImage, options: CompressedOptions, tile: [number, number]): WriteCard[] {
  const axes = [image.width, image.height, ...((image.planes ?? 1) > 1 ? [image.planes ?? 1] : [])];
  const tiles = [...tile, 1].slice(0, axes.length);
  const cards: WriteCard[] = [
    { keyword: 'ZIMAGE', value: true, comment: 'extension contains compressed image' },
    { keyword: 'ZBITPIX', value: image.bitpix },
    { keyword: 'ZNAXIS', value: axes.length },
    ...axes.map((length, axis) => ({ keyword: `ZNAXIS${axis + 1}`, value: length })),
    ...tiles.map((length, axis) => ({ keyword: `ZTILE${axis + 1}`, value: length })),
    { keyword: 'ZCMPTYPE', value: options.compression },
  ];
  if (options.compression === 'RICE_1')
    cards.push(
      { keyword: 'ZNAME1', value: 'BLOCKSIZE' },
      { keyword: 'ZVAL1', value: 32 },
      { keyword: 'ZNAME2', value: 'BYTEPIX' },
      { keyword: 'ZVAL2', value: bytesPerSample(image.bitpix) },
    );
  // Without these some readers take plain floats for scaled integers.
  if (image.bitpix < 0)
    cards.push(
      { keyword: 'ZNAME1', value: 'NOISEBIT' },
      { keyword: 'ZVAL1', value: 0, comment: 'floats are kept exactly' },
      { keyword: 'ZQUANTIZ', value: 'NO_DITHER' },
    );
  return cards;
}

/** The bytes of a FITS file whose one image is tile-compressed. Floats are kept exactly (GZIP only). */
export function writeCompressedFits(image: FitsImage, options: CompressedOptions): Uint8Array {
  const scaling = scalingOf(image);
  const tile: [number, number] = [options.tileWidth ?? image.width, options.tileHeight ?? 1];
  const packed = cutTiles(image, ...tile).map((values) => packTile(values, scaling, options.compression));
  const heap = joinBytes(packed);
  const descriptors = new DataView(new ArrayBuffer(packed.length * 8));
  let offset = 0;
  packed.forEach((bytes, row) => {
    descriptors.setInt32(row * 8, bytes.byteLength);
    descriptors.setInt32(row * 8 + 4, offset);
    offset += bytes.byteLength;
  });
  const longest = packed.reduce((most, bytes) => Math.max(most, bytes.byteLength), 0);
  const header = headerBytes([
    { keyword: 'XTENSION', value: 'BINTABLE', comment: 'binary table extension' },
    { keyword: 'BITPIX', value: 8 },
    { keyword: 'NAXIS', value: 2 },
    { keyword: 'NAXIS1', value: 8 },
    { keyword: 'NAXIS2', value: packed.length },
    { keyword: 'PCOUNT', value: heap.byteLength },
    { keyword: 'GCOUNT', value: 1 },
    { keyword: 'TFIELDS', value: 1 },
    { keyword: 'TTYPE1', value: 'COMPRESSED_DATA' },
    { keyword: 'TFORM1', value: `1PB(${longest})` },
    ...compressionCards(image, options, tile),
    ...scalingCards(scaling),
    ...(image.cards ?? []),
  ]);
  const data = joinBytes([new Uint8Array(descriptors.buffer), heap]);
  return joinBytes([emptyPrimary(), header, paddedBytes(data)]);
}
