/**
 * What a network for frames should see: `node test/bench/frame-inputs.ts [--nights 6] [--camera 3] [--folder DIR]`.
 * Hard simulated nights of one camera: the first half teaches, the next one stops the training, the others are judged by
 * the prefilter alone and by networks on measured features, a squeezed view, native crops, and these together. Night by
 * night apart, so no judged frame is of a night that was learned from. Measured nights stay in the folder.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeSession } from '../../main/families/frames/judge-session.ts';
import { splitCodes, type TensorDataset } from '../../main/learning/dataset.ts';
import { evaluateWithIntervals, pairedDifference } from '../../main/learning/metrics/index.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { shippedBackbone } from '../../main/workflows/training/shipped-backbone.ts';
import { cameraNights, measuredNight, nightName } from '../../scripts/backbone/nights.ts';
import { picturesOf } from '../../scripts/backbone/pictures.ts';

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '6' },
    camera: { type: 'string', default: '3' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-backbone') },
    'only-measured': { type: 'boolean', default: false },
  },
});

const runtime = onnxRuntime({ threads: 2 });
const classes = ['clean', 'contaminated'];
const recipes = cameraNights(Number(values.camera), Number(values.nights)).filter(
  (recipe) => !values['only-measured'] || existsSync(join(values.folder, `${nightName(recipe)}.night`)),
);
const teaching = Math.floor(recipes.length / 2);

const records = [];
const scores: number[] = [];
const features: Float32Array[] = [];
const labels: number[] = [];
const split: number[] = [];
for (const [place, recipe] of recipes.entries()) {
  const frames = (await measuredNight(values.folder, recipe, { trails: true })).filter(
    ({ record }) => record !== null,
  );
  const own = frames.map(({ record }) => record!);
  judgeSession(own, { policy: 'strict' }).forEach((judgement, item) => {
    scores.push(judgement.score);
    features.push(judgement.features);
    labels.push(frames[item]!.truth.kind === 'clean' ? 0 : 1);
    split.push(splitCodes[place < teaching ? 'train' : place === teaching ? 'validation' : 'test']);
  });
  records.push(...own);
}

const width = features[0]!.length;
const table = new Float32Array(features.length * width);
features.forEach((row, item) => {
  table.set(row, item * width);
});
const everything: TensorDataset = {
  ids: labels.map((_, item) => `frame ${item}`),
  inputs: [...picturesOf(records), { name: 'features', shape: [width], data: table }],
  classes,
  labels: Int32Array.from(labels),
  split: Uint8Array.from(split),
  personLabelled: new Uint8Array(labels.length).fill(1),
};
const asked = labels.map((_, item) => item).filter((item) => split[item] === splitCodes.test);
const truth = asked.map((item) => labels[item]!);

function pairs(contaminated: (item: number) => number): Float32Array {
  return Float32Array.from(asked.flatMap((item) => [1 - contaminated(item), contaminated(item)]));
}

const prefilter = pairs((item) => 1 - scores[item]!);
tell('prefilter alone', prefilter);

/** Recipe, inputs, and what differs from its defaults. */
const networks = [
  ['mlp', 'mlp', ['features'], {}],
  ['resnet18 on the squeezed view', 'resnet18', ['image'], { epochs: 6, patience: 0 }],
  ['small-cnn on the squeezed view and features', 'small-cnn', ['image', 'features'], {}],
  ['star-crops on crops and view', 'star-crops', ['crops', 'image'], {}],
  ['star-crops on crops, view and features', 'star-crops', ['crops', 'image', 'features'], {}],
] as const;

for (const [name, recipe, inputs, parameters] of networks) {
  const dataset = {
    ...everything,
    inputs: everything.inputs.filter((input) => (inputs as readonly string[]).includes(input.name)),
  };
  const backbone = shippedBackbone(recipe);
  const { onnx } = await trainNetwork(
    dataset,
    { recipe, parameters, seed: 1, metadata: {}, ...(backbone && { backbone }) },
    { runtime, now: () => performance.now() },
  );
  const predictor = await loadPredictor(onnx, runtime);
  const found = await predictor.predict(dataset.inputs);
  await predictor.release();
  tell(
    name,
    pairs((item) => found[2 * item + 1]!),
  );
}

function tell(name: string, probabilities: Float32Array): void {
  const { balancedAccuracy, calibrationError } = evaluateWithIntervals(probabilities, truth, classes);
  const gain = pairedDifference(probabilities, prefilter, truth, classes);
  console.log(
    `${name.padEnd(44)} balanced accuracy ${balancedAccuracy.toFixed(4)}, over the prefilter ` +
      `${gain.difference.toFixed(4)} (${gain.low.toFixed(4)} to ${gain.high.toFixed(4)}), ` +
      `calibration error ${calibrationError.toFixed(4)}, ${truth.length} frames`,
  );
}
