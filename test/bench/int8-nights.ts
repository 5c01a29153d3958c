/**
 * What 8 bits cost on nights that were not learned from: `node test/bench/int8-nights.ts [--nights 6] [--camera 3] [--seeds 3]`.
 * Networks with convolutions are trained on hard simulated nights of one camera and delivered in 8 bits; the nights left over
 * are judged by the network in 32 bits and by the delivered file. Night by night apart; measured nights stay in the folder.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { cameraDataset, withInputs } from './camera-dataset.ts';

const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '6' },
    camera: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '3' },
    folder: { type: 'string', default: join(tmpdir(), 'nightsift-backbone') },
    'only-measured': { type: 'boolean', default: false },
  },
});

const runtime = onnxRuntime({ threads: 2 });
const { dataset: everything } = await cameraDataset({
  camera: Number(values.camera),
  nights: Number(values.nights),
  folder: values.folder,
  onlyMeasured: values['only-measured'],
});

const networks = [
  ['small-cnn', ['image', 'features']],
  ['small-cnn', ['image']],
  ['mobile-cnn', ['image']],
] as const;

for (const [recipe, inputs] of networks) {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { metrics, evaluations } = await trainNetwork(
      withInputs(everything, inputs),
      { recipe, parameters: { precision: 'int8' }, seed, metadata: {} },
      { runtime, now: () => performance.now() },
    );
    const figure = (name: string): string => (metrics[`int8/test/${name}`] ?? Number.NaN).toFixed(4);
    console.log(
      `${`${recipe} on ${inputs.join(' and ')}`.padEnd(34)} seed ${seed}: balanced accuracy in 32 bits ` +
        `${figure('float32BalancedAccuracy')}, in 8 bits ${figure('balancedAccuracy')}; accuracy ` +
        `${figure('float32Accuracy')} and ${figure('accuracy')}; mean difference of probabilities ` +
        `${figure('probabilityDifference')}; ${(100 * (metrics['int8/bytesShare'] ?? Number.NaN)).toFixed(0)} % of the bytes; ` +
        `${evaluations.test.items} frames`,
    );
  }
}
