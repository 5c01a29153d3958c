import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePixels, encodePixels, type PixelFacts } from '../../contract/pixel-packet.ts';

const facts: PixelFacts = {
  width: 3,
  height: 2,
  channels: 1,
  type: 'u16',
  x: 4,
  y: 5,
  level: 1,
  fullWidth: 100,
  fullHeight: 80,
  mosaic: null,
  topDown: true,
  unit: 65_535,
  zero: 0,
  statistics: [{ median: 0.01, mad: 0.0002 }],
};

describe('pixels on a wire', () => {
  it('come back as they were, also from the middle of a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint16Array({ minLength: 6, maxLength: 6 }), fc.nat(7), (samples, shift) => {
        const bytes = encodePixels({ facts, samples });
        const wider = new Uint8Array(bytes.length + shift);
        wider.set(bytes, shift);
        const read = decodePixels(wider.subarray(shift));
        expect(read.facts).toEqual(facts);
        expect(read.samples).toEqual(samples);
      }),
    );
  });

  it('keep floats and colours', () => {
    const samples = Float32Array.from({ length: 18 }, (_, place) => place / 18);
    const read = decodePixels(encodePixels({ facts: { ...facts, channels: 3, type: 'f32' }, samples }));
    expect(read.samples).toEqual(samples);
  });

  it('are refused when they are none or were cut', () => {
    const bytes = encodePixels({ facts, samples: new Uint16Array(6) });
    expect(() => decodePixels(bytes.subarray(0, bytes.length - 1))).toThrow('end before their last row');
    expect(() => decodePixels(new Uint8Array(40))).toThrow('hold no pixels');
    expect(() => decodePixels(new Uint8Array(3))).toThrow('hold no pixels');
  });
});
