import { describe, expect, it } from 'vitest';
import { decodeFrame, decodeStored } from '../../../main/families/frames/decode-frame.ts';
import { KernelSpace } from '../../../main/families/frames/kernels/kernels.ts';
import { encodeFrame, planNight, renderFrame } from '../../../main/families/frames/simulate/index.ts';
import { encodings } from '../../../main/families/frames/simulate/night.ts';
import { valuesOf } from '../../../main/families/frames/stored-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';

const night = planNight({ seed: 5, kind: 'clean', frameCount: 2, width: 96, height: 70, encodings: 'plain' });
const short = new Set(['u16', 'i16', 'extension', 'cube', 'bayer', 'rice', 'gzip1', 'gzip2', 'fitsGz']);
const space = new KernelSpace();

function fileOf(encoding: (typeof encodings)[number]): Uint8Array {
  const frames = [{ ...night.frames[0], encoding }];
  return encodeFrame(renderFrame({ ...night, frames }, 0));
}

async function same(bytes: Uint8Array): Promise<string> {
  const image = await decodeFrame(bytesSource(bytes));
  const { pixels, ...facts } = image;
  const stored = await decodeStored(bytesSource(bytes), space);
  const value = valuesOf(stored);
  expect(pixels.every((pixel, index) => Object.is(pixel, value(index)))).toBe(true);
  expect(stored).toMatchObject(facts);
  return stored.kind;
}

describe('a frame in the kernels’ memory', () => {
  it.each(encodings)('has the values of the decoded one: %s', async (encoding) => {
    expect(await same(fileOf(encoding))).toBe(short.has(encoding) ? 'words' : 'floats');
  });

  it.each(['u16', 'rice', 'f32'] as const)('is cut short where the file is: %s', async (encoding) => {
    const bytes = fileOf(encoding);
    await same(bytes.subarray(0, bytes.length - Math.round(0.35 * bytes.length)));
  });
});
