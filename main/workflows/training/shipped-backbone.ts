/**
 * The backbone under assets/, where there is one: weights of a body trained on simulated nights of many cameras. None is
 * part of the program yet; scripts/train-backbone.ts makes one.
 */
import { readFileSync } from 'node:fs';

/** Recipes whose body it is, and its file under assets/. */
const files: Readonly<Record<string, string>> = { 'star-crops': 'star-crops-backbone.safetensors' };

/** Null for recipes without one, or where the program was put together without it. */
export function shippedBackbone(recipe: string): Uint8Array | null {
  const file = files[recipe];
  if (file === undefined) return null;
  // assets/ lies one folder higher in a release than in the source
  for (const root of ['../../..', '../../../..']) {
    try {
      return readFileSync(new URL(`${root}/assets/${file}`, import.meta.url));
    } catch {
      // the other place, then
    }
  }
  return null;
}
