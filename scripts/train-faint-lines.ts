/**
 * Makes the weights that `faint-lines` starts from: simulates nights of many cameras, lays faint lines over their frames,
 * searches them, trains what tells lines apart and writes it and the record of the run to assets/:
 * `node scripts/train-faint-lines.ts [--nights 14] [--threads 1] [--seed 1] [--folder DIR]`
 * Searched nights stay in the folder; a second run trains only.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRecipe } from '../main/learning/recipes.ts';
import { onnxRuntime } from '../main/runtime/onnx-runtime.ts';
import { lineNights, searchedNight } from './backbone/faint-lines.ts';
import { singleLines } from './backbone/line-items.ts';
import { nightName } from './backbone/nights.ts';
import { shipBackbone } from './backbone/ship.ts';
import { teachLines } from './backbone/teach-lines.ts';

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '14' },
    threads: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-lines') },
  },
});

const recipes = lineNights(Number(values.nights));
const nights = [];
for (const recipe of recipes) {
  nights.push(await searchedNight(values.folder, recipe));
  console.error(`${nightName(recipe)}: ${nights[nights.length - 1]!.length} frames`);
}
const data = singleLines(nights);
const trained = await teachLines(data, Number(values.seed), {
  runtime: onnxRuntime({ threads: Number(values.threads) }),
  now: () => performance.now(),
});
const length = shipBackbone({
  recipe: 'faint-lines',
  command: `node scripts/train-faint-lines.ts --nights ${values.nights} --threads ${values.threads} --seed ${values.seed}`,
  nights: recipes.map(nightName),
  data,
  trained,
  isShipped: findRecipe('faint-lines').isBody!,
});
console.log(`${length} bytes, from ${data.ids.length} lines; validation:`, trained.evaluations.validation);
