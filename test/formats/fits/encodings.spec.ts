/** Every encoding, against pixels that astropy wrote and (for lossy ones) decoded: equal to the last bit of float32. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';

const folder = join(import.meta.dirname, '../../fixtures/fits');

interface Expected {
  readonly width: number;
  readonly height: number;
  readonly planes: number;
  readonly bitpix: number;
  readonly undefined: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly sha256: string;
}
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected>;

function load(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

/** NaN in one spelling, so that hashes compare values and not payloads. */
function hashPixels(pixels: Float32Array): string {
  const copy = Float32Array.from(pixels);
  const bits = new Uint32Array(copy.buffer);
  for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) bits[i] = 0x7fc00000;
  return createHash('sha256').update(new Uint8Array(copy.buffer)).digest('hex');
}

function figures(pixels: Float32Array) {
  let [minimum, maximum, undefinedPixels] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const pixel of pixels) {
    if (Number.isNaN(pixel)) undefinedPixels++;
    else {
      minimum = Math.min(minimum, pixel);
      maximum = Math.max(maximum, pixel);
    }
  }
  return { minimum, maximum, undefined: undefinedPixels };
}

describe('encodings', () => {
  for (const [name, truth] of Object.entries(expected)) {
    it(`reads ${name}`, async () => {
      const frame = await decodeFrame(bytesSource(load(name), name));
      const { width, height, planes, bitpix } = frame;
      expect({ width, height, planes, bitpix, ...figures(frame.pixels) }).toEqual({
        width: truth.width,
        height: truth.height,
        planes: truth.planes,
        bitpix: truth.bitpix,
        minimum: truth.minimum,
        maximum: truth.maximum,
        undefined: truth.undefined,
      });
      expect(hashPixels(frame.pixels)).toBe(truth.sha256);
      expect(frame.truncated).toBeNull();
    });
  }

  it('opens a gzipped file by its bytes, whatever its name says', async () => {
    for (const name of ['u16.fits', 'rice-u16.fits']) {
      const frame = await decodeFrame(bytesSource(new Uint8Array(gzipSync(load(name))), 'night.fits'));
      expect(hashPixels(frame.pixels)).toBe(expected[name]!.sha256);
    }
  });

  it('refuses what is no two-dimensional image, with the reason', async () => {
    const refusals = {
      'cube.fits': 'unsupportedLayout',
      'spectrum.fits': 'noImage',
      'table.fits': 'noImage',
      'no-data.fits': 'noImage',
    };
    for (const [name, code] of Object.entries(refusals)) {
      await expect(decodeFrame(bytesSource(load(name), name))).rejects.toMatchObject({ code });
    }
  });
});
