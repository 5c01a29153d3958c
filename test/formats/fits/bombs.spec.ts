/** Small files that claim much: refused or decoded, in little memory and time. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../contract/errors.ts';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';
import { type Card, headerBytes, imageCards, joined, padded } from './build.ts';

/** Just below what a file of any length may ask for: 40 million pixels. */
const [width, height] = [8000, 5000];

/** One tile over the whole image. */
function oneTile(codec: string, stream: Uint8Array, bitpix: number, ...more: readonly Card[]): Uint8Array {
  const cards: Card[] = [
    ['XTENSION', 'BINTABLE'],
    ['BITPIX', 8],
    ['NAXIS', 2],
    ['NAXIS1', 8],
    ['NAXIS2', 1],
    ['PCOUNT', stream.length],
    ['GCOUNT', 1],
    ['TFIELDS', 1],
    ['TTYPE1', 'COMPRESSED_DATA'],
    ['TFORM1', '1PB'],
    ['ZIMAGE', true],
    ['ZBITPIX', bitpix],
    ['ZNAXIS', 2],
    ['ZNAXIS1', width],
    ['ZNAXIS2', height],
    ['ZTILE1', width],
    ['ZTILE2', height],
    ['ZCMPTYPE', codec],
    ...more,
  ];
  const descriptor = new DataView(new ArrayBuffer(8));
  descriptor.setInt32(0, stream.length);
  const primary = headerBytes([
    ['SIMPLE', true],
    ['BITPIX', 8],
    ['NAXIS', 0],
  ]);
  return joined(primary, headerBytes(cards), padded(joined(new Uint8Array(descriptor.buffer), stream)));
}

/** An HCOMPRESS stream that says 52 empty bit planes for each quadrant. */
function emptyPlanes(): Uint8Array {
  const stream = new Uint8Array(400).fill(0xff);
  const view = new DataView(stream.buffer);
  view.setUint16(0, 0xdd99);
  view.setInt32(2, height);
  view.setInt32(6, width);
  view.setInt32(10, 0);
  view.setBigInt64(14, 5n);
  stream.set([52, 52, 52], 22);
  return stream;
}

const rice: readonly Card[] = [
  ['ZNAME1', 'BLOCKSIZE'],
  ['ZVAL1', 65_536],
  ['ZNAME2', 'BYTEPIX'],
  ['ZVAL2', 2],
];

const bombs: readonly (readonly [string, Uint8Array])[] = [
  ['one RICE tile of long constant blocks', oneTile('RICE_1', new Uint8Array(400), 16, ...rice)],
  ['one HCOMPRESS tile of empty bit planes', oneTile('HCOMPRESS_1', emptyPlanes(), 32)],
  ['one PLIO tile of zeros', oneTile('PLIO_1', Uint8Array.of(0, 0, 0, 0, 0, 4, 0x0f, 0xff), 16)],
  ['one gzip tile of zeros', oneTile('GZIP_1', new Uint8Array(gzipSync(new Uint8Array(60_000_000))), -64)],
  [
    'a gzip of zeros behind a header',
    gzipSync(joined(headerBytes(imageCards(9000, 9000)), new Uint8Array(9e7))),
  ],
  ['a gzip of blanks', gzipSync(Buffer.alloc(90_000_000, 32))],
  ['a plain claim', joined(headerBytes(imageCards(width, height)), new Uint8Array(width * 2))],
];

describe('bombs', () => {
  for (const [name, bytes] of bombs) {
    it(name, async () => {
      const before = process.memoryUsage().rss;
      const start = performance.now();
      let pixels = 0;
      try {
        pixels = (await decodeFrame(bytesSource(new Uint8Array(bytes), 'bomb.fits'))).pixels.length;
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
      const grown = (process.memoryUsage().rss - before) / 2 ** 20;
      expect(grown).toBeLessThan(256);
      // Generous for a busy machine; the point is that it ends.
      expect(performance.now() - start).toBeLessThan(10_000);
      if (pixels > 0) expect(pixels).toBeLessThanOrEqual(width * height);
    });
  }
});
