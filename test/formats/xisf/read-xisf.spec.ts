import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../../main/formats/byte-source.ts';
import { decodeLz4Block } from '../../../main/formats/xisf/lz4.ts';

const folder = join(import.meta.dirname, '../../fixtures/xisf');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<
  string,
  { width: number; height: number; planes: number; sha256: string }
>;

function load(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

function decode(bytes: Uint8Array) {
  return decodeFrame(bytesSource(bytes, 'frame.xisf'));
}

/** A file with this header and these bytes behind it, at `@`. */
function container(xml: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(xml.replace('@', '4096'));
  const out = Buffer.alloc(4096 + data.length);
  out.write('XISF0100');
  out.writeUInt32LE(text.length, 8);
  text.copy(out, 16);
  out.set(data, 4096);
  return new Uint8Array(out);
}

const image = 'geometry="4:3:1" sampleFormat="UInt16"';

describe('XISF', () => {
  for (const [name, truth] of Object.entries(expected)) {
    it(`reads ${name}`, async () => {
      const frame = await decode(load(name));
      const { width, height, planes } = frame;
      const sha256 = createHash('sha256').update(new Uint8Array(frame.pixels.buffer)).digest('hex');
      expect({ width, height, planes, sha256 }).toEqual(truth);
      expect(frame.truncated).toBeNull();
    });
  }

  it('reads keywords, properties, the mosaic and the kind of frame', async () => {
    const frame = await decode(load('u16.xisf'));
    expect(frame.header).toMatchObject({
      object: "M 31 & M'32",
      exposureSeconds: 120,
      filter: 'Ha',
      focalLengthMillimetres: 550,
      bayerPattern: 'GRBG',
      frameType: 'light',
    });
    expect(frame).toMatchObject({ mosaic: 'GRBG', bitpix: 16, saturationLevel: 65535 });
  });

  it('keeps the whole rows of a file that is cut short', async () => {
    const frame = await decode(load('u16.xisf').subarray(0, 4096 + 45 * 2 * 7 + 3));
    expect(frame.truncated).toEqual({ validRows: 7 });
    expect(Number.isNaN(frame.pixels[7 * 45]!)).toBe(true);
    expect(frame.pixels[7 * 45 - 1]).toBeGreaterThan(900);
  });

  const refusals: readonly (readonly [string, string, Uint8Array])[] = [
    ['a cube', 'unsupportedLayout', load('cube.xisf')],
    ['a cut compressed block', 'damagedData', load('u16-zlib.xisf').subarray(0, 5000)],
    ['a header longer than the file', 'badHeader', load('u16.xisf').subarray(0, 200)],
    ['no image', 'noImage', container('<xisf version="1.0"/>')],
    ['another root', 'badHeader', container('<svg/>')],
    ['no XML', 'badHeader', container('hello')],
    ['an entity bomb', 'badHeader', container('<!DOCTYPE x [<!ENTITY a "aaaa">]><xisf>&a;</xisf>')],
    ['a deep nest', 'badHeader', container(`<xisf>${'<a>'.repeat(500)}${'</a>'.repeat(500)}</xisf>`)],
    [
      'pixels elsewhere',
      'unsupportedLayout',
      container(`<xisf><Image ${image} location="url(http://x)"/></xisf>`),
    ],
    ['a wrong place', 'badHeader', container(`<xisf><Image ${image} location="attachment:-1:9"/></xisf>`)],
    [
      'complex samples',
      'unsupportedLayout',
      container('<xisf><Image geometry="4:3:1" sampleFormat="Complex32"/></xisf>'),
    ],
    ['no size', 'badHeader', container('<xisf><Image geometry="4:0:1" sampleFormat="UInt8"/></xisf>')],
    [
      'an unknown codec',
      'unsupportedCompression',
      container(
        `<xisf><Image ${image} compression="rar:24" location="attachment:@:8"/></xisf>`,
        new Uint8Array(8),
      ),
    ],
    [
      'a huge claim',
      'tooLarge',
      container(
        '<xisf><Image geometry="90000:90000:1" sampleFormat="UInt8" location="attachment:@:8"/></xisf>',
      ),
    ],
    [
      'a length that disagrees',
      'damagedData',
      container(
        `<xisf><Image ${image} compression="lz4:99" location="attachment:@:8"/></xisf>`,
        new Uint8Array(8),
      ),
    ],
  ];
  for (const [name, code, bytes] of refusals) {
    it(`refuses ${name}: ${code}`, async () => {
      await expect(decode(bytes)).rejects.toMatchObject({ name: 'NightsiftError', code });
    });
  }
});

describe('LZ4 blocks', () => {
  it('repeats overlapping matches', () => {
    // One literal, then 4 + 15 + 5 bytes from one byte back, then five literals to end with.
    const block = Uint8Array.of(0x1f, 7, 1, 0, 5, 0x50, 1, 2, 3, 4, 5);
    expect(decodeLz4Block(block, 30)).toEqual(Uint8Array.of(...new Array(25).fill(7), 1, 2, 3, 4, 5));
  });

  it('never writes beyond the length that was asked for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(500), (bytes, length) => {
        const out = decodeLz4Block(bytes, length);
        return out === null || out.length === length;
      }),
      { numRuns: 2000 },
    );
  });
});
