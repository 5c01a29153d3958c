/** Backbones under assets/: weights of bodies trained on simulated nights of many cameras, see scripts/train-*.ts. */
import { shippedFile } from './shipped-file.ts';

/** Recipes whose body it is, and its file under assets/. */
const files: Readonly<Record<string, string>> = {
  'star-crops': 'star-crops-backbone.safetensors',
  'faint-lines': 'faint-lines-backbone.safetensors',
};

/** Null for recipes without one, or where the program was put together without it. */
export function shippedBackbone(recipe: string): Uint8Array | null {
  const file = files[recipe];
  return file === undefined ? null : shippedFile(file);
}
