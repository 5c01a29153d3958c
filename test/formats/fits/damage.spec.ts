/** Broken files: what can be read is read and named, what cannot is refused with a code. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';
import { headerBytes, imageCards, joined, padded, rampImage, words16 } from './build.ts';

function decode(bytes: Uint8Array, name = 'frame.fits') {
  return decodeFrame(bytesSource(bytes, name));
}

function text(words: string): Uint8Array {
  return new Uint8Array(Buffer.from(words, 'latin1'));
}

describe('truncated files', () => {
  it('keep their whole rows and say how many there are', async () => {
    const whole = rampImage(50, 40);
    const frame = await decode(whole.subarray(0, 2880 + 50 * 2 * 13 + 7));
    expect(frame.truncated).toEqual({ validRows: 13 });
    expect(frame.pixels[13 * 50 - 1]).toBe(649);
    expect(frame.pixels.subarray(13 * 50).every(Number.isNaN)).toBe(true);
  });

  it('are whole when only the filling of the last block is missing', async () => {
    const frame = await decode(rampImage(50, 40).subarray(0, 2880 + 50 * 40 * 2));
    expect(frame.truncated).toBeNull();
    expect(frame.pixels.at(-1)).toBe(1999);
  });

  it('without one whole row are refused', async () => {
    for (const length of [2880, 2881, 2880 + 99]) {
      await expect(decode(rampImage(50, 40).subarray(0, length))).rejects.toMatchObject({
        code: 'damagedData',
      });
    }
  });

  it('inside a header are refused as such', async () => {
    await expect(decode(rampImage(50, 40).subarray(0, 300))).rejects.toMatchObject({
      code: 'badHeader',
      details: { keyword: 'END' },
    });
  });

  it('inside a gzip keep what comes before the cut', async () => {
    const noise = words16(Array.from({ length: 64 * 64 }, (_, index) => (index * 40503) & 0x7fff));
    const zipped = gzipSync(joined(headerBytes(imageCards(64, 64)), noise));
    const frame = await decode(new Uint8Array(zipped.subarray(0, Math.floor(zipped.length * 0.7))));
    expect(frame.truncated?.validRows).toBeGreaterThan(20);
    expect(frame.truncated?.validRows).toBeLessThan(60);
    expect(frame.warnings.join()).toContain('gzip');
  });

  it('of three colours give the second plane as far as it goes', async () => {
    const cards = [
      ['SIMPLE', true],
      ['BITPIX', 16],
      ['NAXIS', 3],
      ['NAXIS1', 4],
      ['NAXIS2', 5],
      ['NAXIS3', 3],
    ] as const;
    const data = words16(Array.from({ length: 60 }, (_, index) => index));
    const whole = joined(headerBytes(cards), data);
    expect((await decode(whole)).pixels[0]).toBe(20);
    expect(await decode(whole.subarray(0, 2880 + 2 * 30))).toMatchObject({
      truncated: { validRows: 2 },
      planes: 3,
    });
    const first = await decode(whole.subarray(0, 2880 + 2 * 16));
    expect(first.truncated).toEqual({ validRows: 4 });
    expect(first.pixels[0]).toBe(0);
  });
});

describe('odd files that can be read', () => {
  it('ignores bytes behind the last HDU', async () => {
    const frame = await decode(joined(rampImage(10, 10), text('left over by the camera'.repeat(9))));
    expect(frame.truncated).toBeNull();
    expect(frame.pixels.at(-1)).toBe(99);
  });

  it('reads a frame whose first card is damaged', async () => {
    const bytes = rampImage(10, 10).slice();
    bytes.set(text('S\x01MPLE'), 0);
    expect((await decode(bytes)).pixels.at(-1)).toBe(99);
  });

  it('reads headers in lower case', async () => {
    const bytes = rampImage(10, 10).slice();
    bytes.set(text('bitpix  '), 80);
    expect((await decode(bytes)).bitpix).toBe(16);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [string, string, Uint8Array])[] = [
    ['no bytes', 'empty', new Uint8Array(0)],
    ['words', 'notAnImage', text('Dear diary, tonight it rained. '.repeat(200))],
    ['zeros', 'notAnImage', new Uint8Array(9000)],
    ['a zip', 'unsupportedCompression', joined(text('PK\x03\x04'), new Uint8Array(99))],
    ['bzip2', 'unsupportedCompression', text('BZh91AY&SY')],
    ['a BITPIX of 12', 'badHeader', rampImage(4, 4, ['BITPIX', 12]).slice()],
    ['an axis of -1', 'badHeader', joined(headerBytes(imageCards(-1, 4)), new Uint8Array(2880))],
    ['an axis of 1.5', 'badHeader', joined(headerBytes(imageCards(1.5, 4)), new Uint8Array(2880))],
    [
      'a missing axis',
      'badHeader',
      headerBytes([
        ['SIMPLE', true],
        ['BITPIX', 16],
        ['NAXIS', 2],
        ['NAXIS1', 9],
      ]),
    ],
    ['2e9 x 2e9 pixels', 'tooLarge', joined(headerBytes(imageCards(2e9, 2e9)), new Uint8Array(2880))],
    [
      '30000 x 30000 pixels in 3 kB',
      'tooLarge',
      joined(headerBytes(imageCards(3e4, 3e4)), new Uint8Array(99_000)),
    ],
    [
      'nine axes',
      'unsupportedLayout',
      headerBytes([
        ['SIMPLE', true],
        ['BITPIX', 16],
        ['NAXIS', 9],
      ]),
    ],
    ['no END', 'badHeader', joined(headerBytes(imageCards(4, 4), false), new Uint8Array(2880).fill(7))],
    ['a negative PCOUNT', 'badHeader', headerBytes(imageCards(4, 4, ['PCOUNT', -5]))],
    ['a gzip of words', 'notAnImage', new Uint8Array(gzipSync(text('nothing to see here '.repeat(300))))],
    ['a gzip of nothing', 'notAnImage', new Uint8Array(gzipSync(new Uint8Array(0)))],
  ];
  for (const [name, code, bytes] of cases) {
    it(`${name}: ${code}`, async () => {
      // The first of two BITPIX cards holds, so that one is replaced.
      if (name.startsWith('a BITPIX')) bytes.set(text('BITPIX  =                   12'), 80);
      await expect(decode(bytes)).rejects.toMatchObject({ name: 'NightsiftError', code });
    });
  }

  it('a damaged gzip is not trusted', async () => {
    const noise = words16(Array.from({ length: 64 * 64 }, (_, index) => (index * 40503) & 0x7fff));
    const zipped = new Uint8Array(gzipSync(joined(headerBytes(imageCards(64, 64)), padded(noise))));
    zipped[zipped.length - 6]! ^= 0xff;
    await expect(decode(zipped)).rejects.toMatchObject({ code: 'damagedData' });
  });

  it('a bomb of zeros is stopped', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(96 * 1024 * 1024), { level: 9 }));
    const twice = new Uint8Array(gzipSync(bomb, { level: 9 }));
    await expect(decode(twice)).rejects.toMatchObject({ code: 'notAnImage' });
    const before = process.memoryUsage().arrayBuffers;
    await expect(decode(bomb)).rejects.toBeDefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * 1024 * 1024);
  });

  it('respects a smaller limit of pixels', async () => {
    const source = bytesSource(rampImage(50, 40), 'frame.fits');
    await expect(decodeFrame(source, { maximumPixels: 1999 })).rejects.toMatchObject({ code: 'tooLarge' });
    expect((await decodeFrame(source, { maximumPixels: 2000 })).width).toBe(50);
  });

  it('names the file, escapes its bytes and hints', async () => {
    const error: unknown = await decode(text('\x1b[31m<img onerror=1>'), 'odd.fits').catch((e: unknown) => e);
    expect(String(error)).toContain('odd.fits');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect(String(error)).not.toMatch(/[\x00-\x08\x1b]/);
    expect((error as { hint: string }).hint).not.toBe('');
  });
});
