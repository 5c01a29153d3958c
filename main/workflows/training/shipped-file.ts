/** Files under assets/ that come with the program. */
import { readFileSync } from 'node:fs';

/** Null where the program was put together without it. */
export function shippedFile(name: string): Uint8Array | null {
  // assets/ lies one folder higher in a release than in the source
  for (const root of ['../../..', '../../../..']) {
    try {
      return readFileSync(new URL(`${root}/assets/${name}`, import.meta.url));
    } catch {
      // the other place, then
    }
  }
  return null;
}
