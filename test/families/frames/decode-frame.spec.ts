import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../contract/errors.ts';
import { decodeFrame, reusedPixels } from '../../../main/families/frames/decode-frame.ts';
import { type ByteSource, bytesSource } from '../../../main/formats/byte-source.ts';
import { headerBytes, imageCards, joined, rampImage } from '../../formats/fits/build.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/fits');

function fixture(name: string): ByteSource {
  return bytesSource(new Uint8Array(readFileSync(join(fixtures, name))), name);
}

describe('decodeFrame', () => {
  it('takes the saturation level from the header, else from the stored type', async () => {
    const unsigned = ['BZERO', 32768] as const;
    const level = async (...cards: readonly (readonly [string, number])[]) =>
      (await decodeFrame(bytesSource(rampImage(8, 8, ...cards)))).saturationLevel;
    expect(await level()).toBe(32767);
    expect(await level(unsigned)).toBe(65535);
    expect(await level(unsigned, ['SATURATE', 60000])).toBe(60000);
    expect(await level(unsigned, ['SATURATE', 1e9])).toBe(65535);
    expect(await level(['BSCALE', 2], ['BZERO', 10])).toBe(65544);
    expect((await decodeFrame(fixture('f32.fits'))).saturationLevel).toBeNull();
    expect((await decodeFrame(fixture('u8.fits'))).saturationLevel).toBe(255);
  });

  it('refuses a picture under the name of another format, and says what it is', async () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0);
    for (const name of ['screen.fits', 'screen.FIT', 'screen.xisf']) {
      const error: unknown = await decodeFrame(bytesSource(png, name)).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'notAnImage', details: { format: 'png' } });
      expect(String(error)).toContain('PNG');
    }
  });

  it('gives a mosaic as it lies in the stored rows, and none for colour', async () => {
    const cards = [
      ['BAYERPAT', 'RGGB'],
      ['ROWORDER', 'BOTTOM-UP'],
    ] as const;
    const frame = await decodeFrame(bytesSource(rampImage(8, 8, ...cards)));
    expect(frame.mosaic).toBe('GBRG');
    expect(frame.header).toMatchObject({ bayerPattern: 'RGGB', rowOrder: 'bottomUp' });
    expect((await decodeFrame(fixture('colour.fits'))).mosaic).toBeNull();
  });

  it('inherits what an extension does not say from the primary header, sizes and scales excepted', async () => {
    const primary = headerBytes([
      ['SIMPLE', true],
      ['BITPIX', 8],
      ['NAXIS', 0],
      ['OBJECT', 'M 1'],
      ['BZERO', 99],
    ]);
    const [, ...image] = imageCards(2, 1, ['FILTER', 'R']);
    const extension = headerBytes([['XTENSION', 'IMAGE'], ...image]);
    const bytes = joined(primary, extension, Uint8Array.of(0, 5, 0, 6));
    const frame = await decodeFrame(bytesSource(bytes));
    expect(frame.header).toMatchObject({ object: 'M 1', filter: 'R' });
    expect([...frame.pixels]).toEqual([5, 6]);
  });

  it('knows a calibration frame by its file name when its header says nothing', async () => {
    const frameType = async (name: string, ...cards: readonly (readonly [string, string])[]) =>
      (await decodeFrame(bytesSource(rampImage(4, 4, ...cards), name))).header.frameType;
    expect(await frameType('Dark_60.0s_0001.fit')).toBe('dark');
    expect(await frameType('Dark_60.0s_0001.fit', ['IMAGETYP', 'LIGHT'])).toBe('light');
    expect(await frameType('night.fit')).toBe('unknown');
  });

  it('decodes into a buffer that is used again, with nothing left over from the frame before', async () => {
    const allocate = reusedPixels();
    const names = ['u16.fits', 'i16-scaled-blank.fits', 'f32.fits', 'i64.fits', 'colour.fits'];
    let previous: Float32Array | null = null;
    for (const name of names) {
      const fresh = await decodeFrame(fixture(name));
      const reused = await decodeFrame(fixture(name), { allocate });
      expect(reused.pixels).toEqual(fresh.pixels);
      if (previous !== null) expect(reused.pixels).toBe(previous);
      previous = reused.pixels;
    }
    const whole = rampImage(37, 23);
    const cut = await decodeFrame(bytesSource(whole.subarray(0, 2880 + 37 * 2 * 4)), { allocate });
    expect(cut.pixels).toBe(previous);
    expect(cut.pixels.subarray(37 * 4).every(Number.isNaN)).toBe(true);
    expect(
      (await decodeFrame(fixture('rice-flat16.fits'), { allocate })).pixels.every((p) => p === 1890),
    ).toBe(true);
  });

  it('keeps errors of the source as they are and turns lack of memory into a refusal', async () => {
    const broken = {
      name: 'gone.fits',
      byteLength: 9000,
      read: () => {
        throw new Error('EIO');
      },
    };
    await expect(decodeFrame(broken)).rejects.toThrow('EIO');
    const noMemory = decodeFrame(bytesSource(rampImage(4, 4)), {
      allocate: () => {
        throw new RangeError('Array buffer allocation failed');
      },
    });
    const error: unknown = await noMemory.catch((cause: unknown) => cause);
    expect(isRefusal(error)).toBe(true);
    expect(error).toMatchObject({ code: 'tooLarge' });
  });

  it('notices a file that shrinks while it is read', async () => {
    const whole = rampImage(40, 30);
    const shrinking: ByteSource = {
      name: 'shrinking.fits',
      byteLength: whole.byteLength,
      read: (offset, length) => whole.subarray(offset, Math.min(offset + length, 2880 + 40 * 2 * 11)),
    };
    expect((await decodeFrame(shrinking)).truncated).toEqual({ validRows: 11 });
  });
});
