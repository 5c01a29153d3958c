/**
 * Makes the backbone that is shipped: simulates and measures nights of many cameras, trains the body of `star-crops` to
 * tell kinds of defects apart, and writes its weights and the record of the run to assets/:
 * `node scripts/train-backbone.ts [--nights 40] [--epochs 14] [--threads 2] [--folder DIR]`
 * Measured nights stay in the folder; a second run trains only.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FrameRecord } from '../main/families/frames/record.ts';
import type { DefectKind } from '../main/families/frames/simulate/night.ts';
import { decodeSafeTensors, encodeSafeTensors } from '../main/formats/safetensors/safetensors.ts';
import type { TensorDataset } from '../main/learning/dataset.ts';
import { findRecipe } from '../main/learning/recipes.ts';
import { trainNetwork } from '../main/learning/train-network.ts';
import { onnxRuntime } from '../main/runtime/onnx-runtime.ts';
import { measuredNight, nightName, teachingNights } from './backbone/nights.ts';
import { backboneRecipe, picturesOf } from './backbone/pictures.ts';

/** What the body learns to tell apart; defects that look alike in a picture share a class. */
const groupOf: Readonly<Record<DefectKind | 'clean', string>> = {
  clean: 'clean',
  satellite: 'line',
  aircraft: 'line',
  meteor: 'line',
  cloud: 'light',
  veil: 'light',
  occlusion: 'light',
  defocus: 'blur',
  dew: 'blur',
  elongation: 'elongation',
  double: 'double',
  moonlight: 'sky',
  dawn: 'sky',
  strayLight: 'sky',
  cornerGlow: 'sky',
  overexposed: 'broken',
  blank: 'broken',
  shutter: 'broken',
  truncated: 'broken',
  hotPixelStorm: 'hits',
  cosmicRayStorm: 'hits',
};
const classes = [...new Set(Object.values(groupOf))];

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '40' },
    epochs: { type: 'string', default: '14' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-backbone') },
  },
});

/** Every sixth night is kept to choose the weights by. */
const validationEvery = 6;

async function dataset(): Promise<TensorDataset> {
  const records: FrameRecord[] = [];
  const labels: number[] = [];
  const split: number[] = [];
  const ids: string[] = [];
  for (const [place, recipe] of teachingNights(Number(values.nights)).entries()) {
    const frames = await measuredNight(values.folder, recipe, { trails: false });
    for (const { truth, record } of frames) {
      if (record === null) continue;
      records.push(record);
      labels.push(classes.indexOf(groupOf[truth.kind]));
      split.push(place % validationEvery === validationEvery - 1 ? 1 : 0);
      ids.push(`${nightName(recipe)}/${truth.file}`);
    }
    console.error(`${nightName(recipe)}: ${frames.length} frames`);
  }
  return {
    ids,
    inputs: picturesOf(records),
    classes,
    labels: Int32Array.from(labels),
    split: Uint8Array.from(split),
    personLabelled: new Uint8Array(ids.length),
  };
}

const data = await dataset();
const parameters = {
  epochs: Number(values.epochs),
  batchSize: 32,
  learningRate: 3e-3,
  weightDecay: 0.02,
  patience: 0,
  labelSmoothing: 0.05,
  classWeights: 'none',
  embeddingDropout: 0.1,
  frozenEpochs: 0,
  bodyRate: 1,
  embeddingDecay: 1,
};
const trained = await trainNetwork(
  data,
  { recipe: backboneRecipe, parameters, seed: Number(values.seed), metadata: {} },
  {
    runtime: onnxRuntime({ threads: Number(values.threads) }),
    now: () => performance.now(),
    onEvent({ kind, epoch, epochs, metrics }) {
      if (kind === 'epoch') console.error(`epoch ${epoch}/${epochs}`, JSON.stringify(metrics));
    },
  },
);
const isBody = findRecipe(backboneRecipe).isBody!;
const body = new Map([...decodeSafeTensors(trained.safetensors).tensors].filter(([name]) => isBody(name)));
const run = {
  schema: 'nightsift.backbone/1',
  recipe: backboneRecipe,
  command: `node scripts/train-backbone.ts --nights ${values.nights} --epochs ${values.epochs} --threads ${values.threads} --seed ${values.seed}`,
  parameters: trained.parameters,
  classes,
  nights: teachingNights(Number(values.nights)).map(nightName),
  frames: data.ids.length,
  dataHash: createHash('sha256')
    .update(Uint8Array.from(data.labels))
    .update(data.inputs[0]!.data as Uint8Array)
    .update(data.inputs[1]!.data as Uint8Array)
    .digest('hex'),
  metrics: trained.metrics,
};
const assets = fileURLToPath(new URL('../assets', import.meta.url));
mkdirSync(assets, { recursive: true });
const bytes = encodeSafeTensors({
  tensors: body,
  metadata: { recipe: backboneRecipe, command: run.command, dataHash: run.dataHash },
});
writeFileSync(join(assets, 'star-crops-backbone.safetensors'), bytes);
writeFileSync(join(assets, 'star-crops-backbone.json'), `${JSON.stringify(run, null, 2)}\n`);
console.log(
  `${bytes.length} bytes, from ${data.ids.length} frames; validation:`,
  trained.evaluations.validation,
);
