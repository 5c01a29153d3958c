import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../main/formats/byte-source.ts';
import { readFitsImage } from '../../../main/formats/fits/read-image.ts';
import { type FitsImage, writeFits } from '../../../main/formats/fits/write.ts';
import { writeCompressedFits } from '../../../main/formats/fits/write-compressed.ts';
import { cardText, headerBytes } from '../../../main/formats/fits/write-header.ts';
import { bitpixValues } from '../../../main/formats/fits/write-pixels.ts';
import { riceEncode } from '../../../main/formats/fits/write-rice.ts';

function readBack(bytes: Uint8Array): Float32Array {
  return readFitsImage(bytesSource(bytes), {}, []).pixels;
}

const ranges: Record<number, readonly [number, number]> = {
  8: [0, 255],
  16: [-32768, 32767],
  32: [-(2 ** 24), 2 ** 24],
  64: [-(2 ** 24), 2 ** 24],
  [-32]: [-1e6, 1e6],
  [-64]: [-1e6, 1e6],
};

const anyImage = fc
  .record({
    bitpix: fc.constantFrom(...bitpixValues),
    width: fc.integer({ min: 1, max: 70 }),
    height: fc.integer({ min: 1, max: 12 }),
    place: fc.constantFrom('primary' as const, 'extension' as const),
    smooth: fc.boolean(),
    seed: fc.integer(),
  })
  .map(({ smooth, seed, ...image }): FitsImage => {
    const [low, high] = ranges[image.bitpix] ?? [0, 1];
    let state = seed | 1;
    const data = Float32Array.from({ length: image.width * image.height }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const share = (state >>> 8) / 2 ** 24;
      const value = smooth
        ? low + (high - low) * (0.4 + 0.05 * Math.sin(i / 9) + 0.001 * share)
        : low + (high - low) * share;
      // Rounding can give minus zero, which integers do not have.
      return Math.round(value) + 0;
    });
    return { ...image, data };
  });

describe('writeFits', () => {
  it('keeps every value of every type', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        expect(readBack(writeFits(image))).toEqual(image.data);
      }),
      { numRuns: 120 },
    );
  });

  it('scales, clips and marks undefined pixels', () => {
    const data = [0, 1, 65535, 70000, Number.NaN, 32768];
    const bytes = writeFits({ width: 6, height: 1, bitpix: 16, bzero: 32768, blank: -32768, data });
    const read = readBack(bytes);
    expect([...read.subarray(1, 4)]).toEqual([1, 65535, 65535]);
    expect(Number.isNaN(read[4])).toBe(true);
    expect(read[5]).toBe(32768);
    expect(() => writeFits({ width: 1, height: 1, bitpix: 16, data: [Number.NaN] })).toThrow(/BLANK/);
  });

  it('keeps to blocks of 2880 bytes and 80-character cards', () => {
    const bytes = writeFits({ width: 7, height: 5, bitpix: -32, data: new Float32Array(35) });
    expect(bytes.byteLength % 2880).toBe(0);
    expect(headerBytes([]).byteLength).toBe(2880);
    const card = cardText({ keyword: 'OBJECT', value: "Barnard's star", comment: 'c'.repeat(90) });
    expect(card).toHaveLength(80);
    expect(card).toMatch(/^OBJECT {2}= 'Barnard''s star' +\/ ccc/);
    expect(cardText({ keyword: 'SIMPLE', value: true }).slice(29, 30)).toBe('T');
    expect(() => cardText({ keyword: 'OBJECT', value: 'x'.repeat(90) })).toThrow(/80 characters/);
  });
});

describe('writeCompressedFits', () => {
  it.each(['RICE_1', 'GZIP_1', 'GZIP_2'] as const)('keeps every value through %s', (compression) => {
    fc.assert(
      fc.property(
        anyImage.filter(({ bitpix }) => compression !== 'RICE_1' || (bitpix > 0 && bitpix < 64)),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 12 }),
        (image, tileWidth, tileHeight) => {
          const tiles = {
            compression,
            tileWidth: Math.min(tileWidth, image.width),
            tileHeight: Math.min(tileHeight, image.height),
          };
          expect(readBack(writeCompressedFits(image, tiles))).toEqual(image.data);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses to put floats through RICE_1', () => {
    const image = { width: 2, height: 1, bitpix: -32, data: [1, 2] } as const;
    expect(() => writeCompressedFits(image, { compression: 'RICE_1' })).toThrow(/RICE_1 cannot hold/);
  });
});

describe('riceEncode', () => {
  it('spends four bits on a block without change and about the noise on noise', () => {
    // 16 bits for the first sample, then a 4-bit field for each of two blocks: three bytes.
    expect([...riceEncode(new Int32Array(64).fill(0x1234), 2)]).toEqual([0x12, 0x34, 0]);
    const noise = Int32Array.from({ length: 3200 }, (_, i) => ((Math.imul(i, 2654435761) >>> 24) & 31) - 16);
    expect(riceEncode(noise, 2).byteLength / 3200).toBeLessThan(0.95);
  });
});
