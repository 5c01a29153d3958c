import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesSource } from '../../../main/formats/byte-source.ts';
import { hashOnReading } from '../../../main/workflows/work/hash-on-reading.ts';

const bytes = Uint8Array.from({ length: 9_000_000 }, (_, i) => (i * 2_654_435_761) >>> 24);
const expected = createHash('sha256').update(bytes).digest('hex');

it('hashes the whole file whatever is read of it, in whatever order', () => {
  const read = fc.record({
    offset: fc.nat(bytes.length - 1),
    length: fc.nat(600_000),
    into: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(read, { maxLength: 12 }), (reads) => {
      const source = hashOnReading(bytesSource(bytes));
      for (const { offset, length, into } of reads) {
        const end = Math.min(bytes.length, offset + length);
        const target = new Uint8Array(length);
        const got = into ? target.subarray(0, source.readInto!(offset, target)) : source.read(offset, length);
        expect(Buffer.compare(got, bytes.subarray(offset, end))).toBe(0);
      }
      expect(source.digest()).toBe(expected);
      expect(source.digest()).toBe(expected);
    }),
    { numRuns: 12 },
  );
});

it('hashes a file that is read from front to back without reading it again', () => {
  let taken = 0;
  const source = hashOnReading({
    name: 'counted',
    byteLength: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    readInto(offset, target) {
      const part = bytes.subarray(offset, offset + target.length);
      target.set(part);
      taken += part.length;
      return part.length;
    },
  });
  const strip = new Uint8Array(250_000);
  for (let offset = 0; offset < bytes.length; offset += strip.length) {
    source.readInto!(offset, strip);
    // Readers turn the bytes round in place.
    strip.fill(0);
  }
  expect(source.digest()).toBe(expected);
  expect(taken).toBe(bytes.length);
});
