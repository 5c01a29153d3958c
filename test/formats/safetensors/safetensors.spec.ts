import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../../contract/errors.ts';
import {
  decodeSafeTensors,
  encodeSafeTensors,
  floatTensor,
  floatValues,
  halfToFloat,
} from '../../../main/formats/safetensors/safetensors.ts';

const foreign = readFileSync(new URL('../../fixtures/learning/narrow-resnet18.safetensors', import.meta.url));

describe('SafeTensors', () => {
  it('reads what another writer wrote', () => {
    const { tensors, metadata } = decodeSafeTensors(foreign);
    expect(metadata).toEqual({ format: 'pt' });
    expect(tensors.get('conv1.weight')).toMatchObject({ type: 'F32', shape: [4, 1, 7, 7] });
    expect(tensors.get('bn1.num_batches_tracked')).toMatchObject({ type: 'I64', shape: [] });
    expect(floatValues('fc.bias', tensors.get('fc.bias')!)).toHaveLength(2);
  });

  it('returns what was written, in order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string(), fc.float32Array({ maxLength: 9 })), {
          selector: ([name]) => name,
          maxLength: 5,
        }),
        fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
        (entries, metadata) => {
          const named = entries.filter(([name]) => name !== '__metadata__' && name !== '__proto__');
          const tensors = new Map(
            named.map(([name, values]) => [name, floatTensor(values, [values.length])]),
          );
          const read = decodeSafeTensors(encodeSafeTensors({ tensors, metadata }));
          expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
          for (const [name, values] of named)
            expect(floatValues(name, read.tensors.get(name)!)).toEqual(values);
        },
      ),
    );
  });

  it('widens half and brain floats', () => {
    expect([0x3c00, 0xc000, 0x0001, 0x7bff].map(halfToFloat)).toEqual([1, -2, 2 ** -24, 65504]);
    expect(halfToFloat(0x7c00)).toBe(Number.POSITIVE_INFINITY);
    expect(halfToFloat(0x7e00)).toBeNaN();
    const bytes = new Uint8Array(Uint16Array.of(0x3f80, 0xc040).buffer);
    expect(Array.from(floatValues('x', { type: 'BF16', shape: [2], bytes }))).toEqual([1, -3]);
  });

  it('refuses damaged bytes with a code, whatever the damage', () => {
    const cut = fc.integer({ min: 0, max: foreign.length - 1 }).map((length) => foreign.subarray(0, length));
    const flipped = fc
      .tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 255 }))
      .map(([place, bits]) => {
        const copy = Uint8Array.from(foreign);
        copy[place]! ^= bits;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(cut, flipped), (bytes) => {
        try {
          decodeSafeTensors(bytes);
        } catch (error) {
          expect(isNightsiftError(error) && error.code).toBe('badModel');
        }
      }),
    );
    expect(() => decodeSafeTensors(foreign.subarray(0, foreign.length - 1))).toThrow(/spans bytes/);
  });
});
