/**
 * The same files through fitsjs, on the encodings that it reads right: BITPIX 8, 32 and -32. It is made for
 * browsers, so it runs in a context of its own with a request object that answers from memory.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';

interface FitsjsImage {
  readonly bitpix: number;
  readonly bzero: number;
  readonly bscale: number;
  readonly frameOffsets: readonly { readonly buffers: readonly ArrayBuffer[] }[];
  _getFrame(buffer: ArrayBuffer, bitpix: number, bzero: number, bscale: number): ArrayLike<number>;
}
interface Fitsjs {
  readonly FITS: new (url: string, callback: (fits: { getDataUnit(): FitsjsImage }) => void) => unknown;
}

const script = new Script(readFileSync(createRequire(import.meta.url).resolve('fitsjs'), 'utf8'));

async function readWithFitsjs(bytes: Uint8Array): Promise<number[]> {
  class Request {
    status = 200;
    response: ArrayBuffer = new Uint8Array(bytes).buffer;
    onload: () => void = () => undefined;
    open(): void {}
    send(): void {
      queueMicrotask(() => this.onload());
    }
  }
  class Empty {}
  const globals: Record<string, unknown> = {
    File: Empty,
    Blob: Empty,
    FileReader: Empty,
    XMLHttpRequest: Request,
  };
  for (const name of [
    'ArrayBuffer',
    'Uint8Array',
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
  ]) {
    globals[name] = Reflect.get(globalThis, name);
  }
  globals.Float32Array = Float32Array;
  const context = createContext(globals);
  script.runInContext(context);
  const { FITS } = globals.astro as Fitsjs;
  const image = await new Promise<FitsjsImage>((resolve) => {
    new FITS('memory', (fits) => resolve(fits.getDataUnit()));
  });
  const buffer = image.frameOffsets[0]!.buffers[0]!;
  return Array.from(image._getFrame(buffer, image.bitpix, image.bzero, image.bscale));
}

describe('fitsjs reads the same', () => {
  for (const name of ['u8.fits', 'i32.fits', 'f32.fits']) {
    it(name, async () => {
      const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, '../../fixtures/fits', name)));
      const theirs = (await readWithFitsjs(bytes)).map((pixel) =>
        Number.isFinite(pixel) ? Math.fround(pixel) : Number.NaN,
      );
      const ours = Array.from((await decodeFrame(bytesSource(bytes, name))).pixels);
      expect(theirs.length).toBe(ours.length);
      expect(theirs).toEqual(ours);
    });
  }

  it('but not unsigned 16-bit frames, which is why it is no dependency', async () => {
    const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, '../../fixtures/fits/u16.fits')));
    const theirs = await readWithFitsjs(bytes);
    const ours = (await decodeFrame(bytesSource(bytes, 'u16.fits'))).pixels;
    expect(theirs).not.toEqual(Array.from(ours));
    expect(theirs.every((pixel, index) => (pixel & 0xffff) === ours[index])).toBe(true);
  });
});
