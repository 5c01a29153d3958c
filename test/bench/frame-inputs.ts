/**
 * What a network for frames should see: `node test/bench/frame-inputs.ts [--nights 6] [--camera 3] [--folder DIR]`.
 * Hard simulated nights of one camera: the first half teaches, the next one stops the training, the others are judged by
 * the prefilter alone and by networks on measured features, a squeezed view, native crops, and these together. Night by
 * night apart, so no judged frame is of a night that was learned from. Measured nights stay in the folder.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { splitCodes } from '../../main/learning/dataset.ts';
import { evaluateWithIntervals, pairedDifference } from '../../main/learning/metrics/index.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { shippedBackbone } from '../../main/workflows/training/shipped-backbone.ts';
import { cameraDataset, withInputs } from './camera-dataset.ts';

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '6' },
    camera: { type: 'string', default: '3' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-backbone') },
    'only-measured': { type: 'boolean', default: false },
  },
});

const runtime = onnxRuntime({ threads: 2 });
const { dataset: everything, scores } = await cameraDataset({
  camera: Number(values.camera),
  nights: Number(values.nights),
  folder: values.folder,
  onlyMeasured: values['only-measured'],
});
const { classes, labels, split } = everything;
const asked = [...labels.keys()].filter((item) => split[item] === splitCodes.test);
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
  const dataset = withInputs(everything, inputs);
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
