/** NumPy's .npz: a zip of arrays. */

import { unzipSync } from 'fflate';
import { isNightsiftError } from '../../../contract/errors.ts';
import { quoted, refusal } from '../refusal.ts';
import type { NamedArray } from './arrays.ts';
import { readNpy } from './npy.ts';

const mostEntries = 4096;
const mostBytes = 2 * 1024 ** 3;
/** Zeros shrink a thousandfold; what claims more is a bomb. */
const largestRatio = 1100;

export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** Errors: badHeader (no arrays), damagedData, tooLarge (a bomb), and those of `readNpy`. */
export function readNpz(bytes: Uint8Array, file: { readonly name: string }): NamedArray[] {
  let entries = 0;
  let claimed = 0;
  let found: Record<string, Uint8Array>;
  try {
    found = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        entries += 1;
        claimed += originalSize;
        if (entries > mostEntries || claimed > mostBytes || originalSize > largestRatio * size + 4096) {
          throw refusal(
            'tooLarge',
            file,
            `its entry ${quoted(name)} claims ${originalSize} bytes of ${size} packed ones`,
            'Such archives are not unpacked. Save the arrays one by one.',
          );
        }
        return name.endsWith('.npy');
      },
    });
  } catch (thrown) {
    if (isNightsiftError(thrown)) throw thrown;
    throw refusal('damagedData', file, 'it is a damaged zip', 'Copy the file again.');
  }
  const names = Object.keys(found);
  if (names.length === 0)
    throw refusal(
      'badHeader',
      file,
      'it is a zip without an array',
      'Expected .npz, as numpy.savez writes it.',
    );
  return names.flatMap((name) => {
    const base = name.replace(/\.npy$/, '');
    const arrays = readNpy(found[name]!, { name: `${file.name}/${name}` }, base);
    return arrays.length === 1
      ? arrays
      : arrays.map((array) => ({ ...array, name: `${base}.${array.name}` }));
  });
}
