/** Tile-compressed files that are cut short, damaged or odd; the sound ones are in encodings.spec.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';
import { ditherSequence, finalSeed } from '../../../main/formats/fits/tiles/dither.ts';
import { gunzipTile, unshuffle } from '../../../main/formats/fits/tiles/gzip.ts';
import { decodeRice } from '../../../main/formats/fits/tiles/rice.ts';
import { ReadWindow } from '../../../main/formats/read-window.ts';
import { type Card, headerBytes, joined, padded } from './build.ts';

const folder = join(import.meta.dirname, '../../fixtures/fits');

function load(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

function decode(bytes: Uint8Array) {
  return decodeFrame(bytesSource(bytes, 'frame.fits.fz'));
}

/** Writes over the value of the first card with this keyword. */
function withCard(name: string, keyword: string, value: string): Uint8Array {
  const bytes = load(name).slice();
  const at = Buffer.from(bytes).indexOf(`${keyword.padEnd(8)}=`);
  expect(at % 80).toBe(0);
  bytes.set(Buffer.from(`= ${value.padStart(20)}`.padEnd(72)), at + 8);
  return bytes;
}

/** A table of one tile in NOCOMPRESS. */
function uncompressedTile(
  words: Uint8Array,
  width: number,
  height: number,
  ...more: readonly Card[]
): Uint8Array {
  const cards: Card[] = [
    ['XTENSION', 'BINTABLE'],
    ['BITPIX', 8],
    ['NAXIS', 2],
    ['NAXIS1', 8],
    ['NAXIS2', 1],
    ['PCOUNT', words.length],
    ['GCOUNT', 1],
    ['TFIELDS', 1],
    ['TTYPE1', 'COMPRESSED_DATA'],
    ['TFORM1', '1PB(99)'],
    ['ZIMAGE', true],
    ['ZBITPIX', 16],
    ['ZNAXIS', 2],
    ['ZNAXIS1', width],
    ['ZNAXIS2', height],
    ['ZTILE1', width],
    ['ZTILE2', height],
    ['ZCMPTYPE', 'NOCOMPRESS'],
    ...more,
  ];
  const primary = headerBytes([
    ['SIMPLE', true],
    ['BITPIX', 8],
    ['NAXIS', 0],
    ['EXTEND', true],
  ]);
  const descriptor = new DataView(new ArrayBuffer(8));
  descriptor.setInt32(0, words.length);
  return joined(primary, headerBytes(cards), padded(joined(new Uint8Array(descriptor.buffer), words)));
}

describe('cut short', () => {
  it('keeps the rows of all whole tiles', async () => {
    const bytes = load('rice-u16.fits');
    const whole = await decode(bytes);
    let rowsBefore = -1;
    for (const share of [0.8, 0.9, 0.95]) {
      const frame = await decode(bytes.subarray(0, 5760 + Math.floor((bytes.length - 5760) * share) - 900));
      const rows = frame.truncated?.validRows ?? 0;
      expect(rows).toBeGreaterThan(rowsBefore);
      expect(rows).toBeLessThan(40);
      rowsBefore = rows;
      expect(frame.pixels.subarray(0, rows * 61)).toEqual(whole.pixels.subarray(0, rows * 61));
      expect(frame.pixels.subarray(rows * 61).every(Number.isNaN)).toBe(true);
    }
  });

  it('with tiles side by side counts rows that are whole across the frame', async () => {
    const bytes = load('rice-u16-tiles.fits');
    const frame = await decode(bytes.subarray(0, bytes.length - 2880));
    expect(frame.truncated).not.toBeNull();
    const { validRows } = frame.truncated ?? { validRows: 0 };
    expect(validRows % 9).toBe(0);
    expect(frame.pixels.subarray(0, validRows * 61).some(Number.isNaN)).toBe(false);
    expect(frame.pixels.subarray(validRows * 61, (validRows + 1) * 61).some(Number.isNaN)).toBe(true);
  });

  it('before its first tile is refused', async () => {
    await expect(decode(load('rice-u16.fits').subarray(0, 5760 + 20))).rejects.toMatchObject({
      code: 'damagedData',
    });
  });
});

describe('damaged or odd', () => {
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['an unknown codec', 'unsupportedCompression', withCard('rice-u16.fits', 'ZCMPTYPE', "'BZIP2_1 '")],
    [
      'an unknown quantiser',
      'unsupportedCompression',
      withCard('rice1-quantised-dither1.fits', 'ZQUANTIZ', "'ROUND'"),
    ],
    ['BYTEPIX 3', 'unsupportedCompression', withCard('rice-u16.fits', 'ZVAL2', '3')],
    ['BLOCKSIZE 0', 'unsupportedCompression', withCard('rice-u16.fits', 'ZVAL1', '0')],
    ['a tile length of 0', 'badHeader', withCard('rice-u16.fits', 'ZTILE1', '0')],
    ['more tiles than rows', 'badHeader', withCard('rice-u16.fits', 'ZNAXIS2', '41')],
    ['a broken column', 'badHeader', withCard('rice-u16.fits', 'TFORM1', "'?'")],
    [
      'a heap outside of the data',
      'badHeader',
      uncompressedTile(new Uint8Array(12), 3, 2, ['THEAP', 99_999_999]),
    ],
    ['the wrong codec', 'damagedData', withCard('rice-u16.fits', 'ZCMPTYPE', "'GZIP_1  '")],
    ['a wrong BITPIX', 'badHeader', withCard('rice-u16.fits', 'ZBITPIX', '12')],
    ['another HCOMPRESS size', 'damagedData', withCard('hcomp-i16.fits', 'ZNAXIS1', '60')],
    ['too large a claim', 'tooLarge', uncompressedTile(new Uint8Array(12), 30_000, 30_000)],
  ];
  for (const [name, code, bytes] of cases) {
    it(`${name}: ${code}`, async () => {
      await expect(decode(bytes)).rejects.toMatchObject({ name: 'NightsiftError', code });
    });
  }

  it('reads tiles that are not compressed, of the word length that their bytes tell', async () => {
    const words = Uint8Array.of(0, 1, 0xff, 0xfe, 0x7f, 0xff, 0x80, 0x00, 0, 0, 0x12, 0x34);
    const frame = await decode(uncompressedTile(words, 3, 2));
    expect([...frame.pixels]).toEqual([1, -2, 32767, -32768, 0, 0x1234]);
    const bytes = await decode(uncompressedTile(Uint8Array.of(1, 2, 3, 4, 5, 250), 3, 2, ['BLANK', 250]));
    expect([...bytes.pixels]).toEqual([1, 2, 3, 4, 5, Number.NaN]);
  });

  it('a descriptor that points outside is named', async () => {
    const bytes = load('rice-u16.fits').slice();
    new DataView(bytes.buffer).setInt32(5760 + 8 * 7, 1_000_000);
    await expect(decode(bytes)).rejects.toMatchObject({ code: 'damagedData', details: { tile: 7 } });
  });
});

describe('parts', () => {
  it('the dither sequence ends where the standard says', () => {
    const { values, seed } = ditherSequence();
    expect(seed).toBe(finalSeed);
    expect(values).toHaveLength(10_000);
    expect(values[0]).toBe(Math.fround(16_807 / 2_147_483_647));
  });

  it('shuffled bytes come back together', () => {
    expect([...unshuffle(Uint8Array.of(1, 3, 5, 2, 4, 6), 2)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...unshuffle(Uint8Array.of(1, 3, 2, 4, 9), 2)]).toEqual([1, 2, 3, 4, 9]);
  });

  it('a gzip tile that grows beyond its size is refused', () => {
    const zipped = Uint8Array.from(Buffer.from('H4sIAAAAAAAAA0tMAgDpHi0IAgAAAA==', 'base64'));
    expect(gunzipTile(zipped, 1)).toBeNull();
    expect(gunzipTile(Uint8Array.of(1, 2, 3), 100)).toBeNull();
  });

  it('RICE refuses streams that end early, whatever stands behind them', () => {
    const stream = Uint8Array.of(0, 5, 0x51, 0x23, 0x45, 0x67);
    const range = new ReadWindow(bytesSource(joined(stream, new Uint8Array(64).fill(0xaa)))).range(
      0,
      stream.length,
    )!;
    const out = new Int32Array(64);
    expect(decodeRice(range, out, 64, { blockSize: 32, bytePix: 2 })).toBe(false);
    const constant = new ReadWindow(bytesSource(Uint8Array.of(0xff, 0xf6, 0))).range(0, 3)!;
    expect(decodeRice(constant, out, 64, { blockSize: 32, bytePix: 2 })).toBe(true);
    expect(out.every((value) => value === -10)).toBe(true);
  });
});
