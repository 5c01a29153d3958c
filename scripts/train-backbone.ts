/**
 * Makes the backbone that is shipped: simulates and measures nights of many cameras, trains the body of `star-crops` to
 * tell widths of stars and kinds of defects apart, and writes its weights and the record of the run to assets/:
 * `node scripts/train-backbone.ts [--nights 16] [--epochs 16] [--threads 2] [--folder DIR]`
 * Measured nights stay in the folder; a second run trains only.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FrameRecord } from '../main/families/frames/record.ts';
import type { DefectKind } from '../main/families/frames/simulate/night.ts';
import type { TensorDataset } from '../main/learning/dataset.ts';
import { findRecipe } from '../main/learning/recipes.ts';
import { trainNetwork } from '../main/learning/train-network.ts';
import { onnxRuntime } from '../main/runtime/onnx-runtime.ts';
import { type KnownTruth, measuredNight, nightName, teachingNights } from './backbone/nights.ts';
import { backboneRecipe, picturesOf } from './backbone/pictures.ts';
import { shipBackbone } from './backbone/ship.ts';

/** Kinds of defects that show in a picture, with the strength from which they do in a single frame. */
const seenKinds: Readonly<Partial<Record<DefectKind, readonly [string, number]>>> = {
  satellite: ['line', 1],
  aircraft: ['line', 1],
  meteor: ['line', 1],
  cloud: ['light', 0.15],
  veil: ['light', 0.15],
  occlusion: ['light', 0.1],
  elongation: ['elongation', 0],
  double: ['double', 0],
  moonlight: ['sky', 0.4],
  dawn: ['sky', 0.4],
  strayLight: ['sky', 0.3],
  cornerGlow: ['sky', 0.3],
  overexposed: ['broken', 0],
  blank: ['broken', 0],
  shutter: ['broken', 0],
  truncated: ['broken', 0],
  hotPixelStorm: ['hits', 0],
  cosmicRayStorm: ['hits', 0],
};
/**
 * All other frames by the width of their stars, px: whether that is seeing or focus no single frame tells, but the figures
 * that tell widths apart do, once they are compared with the night's.
 */
const widths = [2.2, 2.6, 3, 3.5, 4.2] as const;
const widthClass = (fwhm: number): string => `width ${widths.filter((limit) => fwhm >= limit).length}`;
const kindClasses = new Set(Object.values(seenKinds).map(([name]) => name));
const classes = [
  ...kindClasses,
  ...Array.from({ length: widths.length + 1 }, (_, place) => `width ${place}`),
];

function classOf({ kind, strength }: KnownTruth, { measurements }: FrameRecord): string | null {
  const seen = kind === 'clean' ? undefined : seenKinds[kind];
  if (seen !== undefined && strength >= seen[1]) return seen[0];
  return measurements.fwhm === null ? null : widthClass(measurements.fwhm);
}

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '16' },
    epochs: { type: 'string', default: '16' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-backbone') },
  },
});

/** The last frames of each night, by their share, choose the weights: no camera is left out of the teaching. */
const validationShare = 1 / 6;

async function dataset(): Promise<TensorDataset> {
  const records: FrameRecord[] = [];
  const labels: number[] = [];
  const split: number[] = [];
  const ids: string[] = [];
  for (const recipe of teachingNights(Number(values.nights))) {
    const frames = await measuredNight(values.folder, recipe, { trails: false });
    for (const [place, { truth, record }] of frames.entries()) {
      const seen = record === null ? null : classOf(truth, record);
      if (record === null || seen === null) continue;
      records.push(record);
      labels.push(classes.indexOf(seen));
      split.push(place >= (1 - validationShare) * frames.length ? 1 : 0);
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
  batchSize: 16,
  learningRate: 3e-3,
  weightDecay: 0.02,
  patience: 0,
  labelSmoothing: 0.05,
  sampling: 'weighted',
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
const length = shipBackbone({
  recipe: backboneRecipe,
  command: `node scripts/train-backbone.ts --nights ${values.nights} --epochs ${values.epochs} --threads ${values.threads} --seed ${values.seed}`,
  nights: teachingNights(Number(values.nights)).map(nightName),
  data,
  trained,
  isShipped: findRecipe(backboneRecipe).isBody!,
});
console.log(`${length} bytes, from ${data.ids.length} frames; validation:`, trained.evaluations.validation);
