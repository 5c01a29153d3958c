/** Real frames, where the shared samples are at hand: the figures of their README, to six digits. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';
import { readFitsHdu } from '../../../main/formats/fits/read-image.ts';

const folder = join(
  process.env.NIGHTSIFT_SHARED_DATA ?? join(import.meta.dirname, '../../../../shared/data'),
  'frames',
);
const absent = existsSync(join(folder, 'truth.json')) ? '' : ` (skipped: no samples in ${folder})`;

interface TrueHdu {
  readonly hdu: number;
  readonly kind: string;
  readonly size?: readonly [number, number];
  readonly bitpix?: number;
  readonly undefined?: number;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
}

function figures(pixels: Float32Array) {
  const defined = pixels.filter((pixel) => !Number.isNaN(pixel));
  if (defined.length === 0) return { undefined: pixels.length };
  let [sum, minimum, maximum] = [0, defined[0]!, defined[0]!];
  for (const pixel of defined) {
    sum += pixel;
    minimum = Math.min(minimum, pixel);
    maximum = Math.max(maximum, pixel);
  }
  const digits = (value: number) => Number(value.toPrecision(6));
  return {
    min: digits(minimum),
    max: digits(maximum),
    mean: digits(sum / defined.length),
    undefined: pixels.length - defined.length,
  };
}

describe.skipIf(absent !== '')(`real frames${absent}`, () => {
  const truth = absent === '' ? JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) : {};
  for (const [name, hdus] of Object.entries(truth as Record<string, TrueHdu[]>)) {
    const images = hdus.filter((hdu) => hdu.size !== undefined);
    it(`${name}: every image`, () => {
      const source = bytesSource(new Uint8Array(readFileSync(join(folder, name))), name);
      expect(images.length).toBeGreaterThan(0);
      for (const { hdu, size, bitpix, min, max, mean, undefined: blanks } of images) {
        const image = readFitsHdu(source, hdu, {}, []);
        expect([image.width, image.height, image.bitpix]).toEqual([size?.[0], size?.[1], bitpix]);
        const wanted = min === undefined ? {} : { min, max, mean };
        expect(figures(image.pixels)).toEqual({ ...wanted, undefined: blanks ?? 0 });
      }
    });
    it(`${name}: the frame is the first image`, async () => {
      const frame = await decodeFrame(bytesSource(new Uint8Array(readFileSync(join(folder, name))), name));
      expect([frame.width, frame.height, frame.bitpix]).toEqual([...images[0]!.size!, images[0]!.bitpix]);
      expect(frame.truncated).toBeNull();
    });
  }

  it('the five copies of M13 are equal pixel for pixel', async () => {
    const read = async (name: string) =>
      (await decodeFrame(bytesSource(new Uint8Array(readFileSync(join(folder, name))), name))).pixels;
    const plain = await read('m13.fits');
    for (const codec of ['rice', 'gzip', 'hcomp', 'plio']) {
      expect(await read(`m13_${codec}.fits`)).toEqual(plain);
    }
  });
});
