/** A short run over all encodings; decode.slow.ts goes on for longer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../contract/errors.ts';
import { decodeFrame } from '../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../main/formats/byte-source.ts';
import { type Card, headerBytes, joined } from '../formats/fits/build.ts';
import { fixtureSeeds, fuzz, rasterSeeds } from './decode-inputs.ts';

describe('damaged files', () => {
  it('are decoded or refused, 1,500 copies of all fixtures', async () => {
    const result = await fuzz(fixtureSeeds(), 1500, 1);
    expect(result.failures).toEqual([]);
    // Both ways out must have been taken, or the mutations are too mild or too wild to prove anything.
    expect(result.decoded).toBeGreaterThan(150);
    expect(result.refused).toBeGreaterThan(150);
    expect(Object.keys(result.byCode).length).toBeGreaterThanOrEqual(6);
  });

  it('are decoded or refused, 150 copies of pictures', async () => {
    expect((await fuzz(await rasterSeeds(), 150, 1)).failures).toEqual([]);
  });

  it('with any header at all are decoded or refused', async () => {
    const number = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.integer(), fc.double(), fc.maxSafeInteger());
    const value = fc.oneof(number, fc.string({ maxLength: 20 }), fc.boolean());
    const keyword = fc.constantFrom(
      'NAXIS',
      'NAXIS1',
      'NAXIS2',
      'NAXIS3',
      'BSCALE',
      'BZERO',
      'BLANK',
      'PCOUNT',
      'GROUPS',
      'ZIMAGE',
      'ZCMPTYPE',
      'BAYERPAT',
      'EXPTIME',
      'RA',
      'DATE-OBS',
      'XTENSION',
      'ROWORDER',
      'AIRMASS',
    );
    const card: fc.Arbitrary<Card> = fc.tuple(keyword, value);
    const structure = fc.record({
      bitpix: fc.constantFrom(8, 16, 32, 64, -32, -64),
      width: fc.nat(30),
      height: fc.nat(30),
      more: fc.array(card, { maxLength: 6 }),
      first: fc.boolean(),
      data: fc.uint8Array({ maxLength: 4000 }),
    });
    await fc.assert(
      fc.asyncProperty(structure, async ({ bitpix, width, height, more, first, data }) => {
        const plain: Card[] = [
          ['BITPIX', bitpix],
          ['NAXIS', 2],
          ['NAXIS1', width],
          ['NAXIS2', height],
        ];
        const cards: Card[] = [['SIMPLE', true], ...(first ? [...more, ...plain] : [...plain, ...more])];
        try {
          const frame = await decodeFrame(bytesSource(joined(headerBytes(cards), data), 'frame.fits'));
          expect(frame.pixels.length).toBe(frame.width * frame.height);
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});
