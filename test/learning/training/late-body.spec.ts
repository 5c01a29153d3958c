import { expect, test } from 'vitest';
import { measureInput } from '../../../main/learning/input-statistics.ts';
import { assembleNetwork } from '../../../main/learning/nets/assemble.ts';
import { linear, relu } from '../../../main/learning/nets/layers.ts';
import { initialState } from '../../../main/learning/nets/network.ts';
import { mlp } from '../../../main/learning/recipes/mlp.ts';
import { completeParameters, type Recipe } from '../../../main/learning/recipes.ts';
import {
  decodeCheckpoint,
  startProgress,
  type TrainingState,
} from '../../../main/learning/training/state.ts';
import { Trainer, type TrainerTask } from '../../../main/learning/training/trainer.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';
import { syntheticDataset } from '../synthetic.ts';

const rate = 1e-3;
const bodyRate = 0.1;
const frozenEpochs = 5;

/** Two layers, the first of them a body. */
const recipe: Recipe = {
  ...mlp,
  isBody: (name) => name.startsWith('body.'),
  build(network, inputs, classes) {
    const body = relu(network, linear(network, 'body', inputs.get('features')!, { outputs: 6, bias: false }));
    return linear(network, 'head', body, { outputs: classes });
  },
};

const dataset = syntheticDataset({
  items: 12,
  side: 1,
  features: 4,
  seed: 3,
  validationShare: 0,
  testShare: 0,
});

function taskOf(epochs: number, further: Record<string, number> = {}): TrainerTask {
  const parameters = {
    ...completeParameters(recipe, {
      epochs,
      batchSize: 6,
      learningRate: rate,
      schedule: 'constant',
      warmup: 0,
      weightDecay: 0,
      clipNorm: 1000,
      patience: 0,
      ...further,
    }),
    frozenEpochs,
    bodyRate,
  };
  const items = Int32Array.from(dataset.ids.keys());
  const inputs = dataset.inputs.filter(({ name }) => name === 'features');
  const statistics = inputs.map((input) => measureInput(input, items));
  return {
    plan: { recipe, parameters, inputs: statistics, classes: 2 },
    source: {
      dataset,
      inputs,
      statistics,
      items,
      itemWeights: new Float32Array(items.length).fill(1),
      batchSize: 6,
      parameters,
      seed: 1,
    },
    hasBackbone: true,
    validation: new Int32Array(0),
    watchValidation: false,
    identity: { configuration: 'late body', seed: 1 },
  };
}

function freshState(task: TrainerTask): TrainingState {
  const { network } = assembleNetwork(task.plan, { mode: 'training', items: 2 });
  const values = initialState(network, 1);
  return { values, moments: new Map(), average: new Map(), best: undefined, progress: startProgress() };
}

async function trained(
  task: TrainerTask,
  state: TrainingState,
  saved: Uint8Array[] = [],
): Promise<TrainingState> {
  const checkpoints = {
    async save(_step: number, parts: readonly Uint8Array[]): Promise<void> {
      saved.push(Buffer.concat(parts));
    },
  };
  const trainer = await Trainer.open(task, state, {
    runtime: onnxRuntime({ threads: 1 }),
    checkpoints,
    now: () => 0,
  });
  try {
    await trainer.run();
  } finally {
    await trainer.release();
  }
  return state;
}

test.each([1, 2])(
  'a body moves by its rate in its own first step, with %i batches to a step',
  async (accumulation) => {
    // one step in each epoch where two batches are summed
    const steps = 2 / accumulation;
    const task = taskOf(frozenEpochs + 1, { accumulation });
    const start = freshState(task);
    const before = Float32Array.from(start.values.get('body.weight')!);
    const after = (await trained(task, start)).values.get('body.weight')!;
    const moved = Array.from(after, (value, index) => Math.abs(value - before[index]!)).filter(
      (by) => by > 0,
    );
    expect(moved.length).toBeGreaterThan(10);
    // Adam's first step is the rate itself, whatever the gradient; of two steps each is at most a little more
    expect(Math.max(...moved)).toBeLessThan(steps * rate * bodyRate * 1.01);
    expect(Math.max(...moved)).toBeGreaterThan(steps * rate * bodyRate * 0.99);
  },
);

test('goes on to the bit from before, at and behind the change', async () => {
  const task = taskOf(frozenEpochs + 3);
  const saved: Uint8Array[] = [];
  const whole = await trained(task, freshState(task), saved);
  expect(saved).toHaveLength(frozenEpochs + 3);
  for (const epoch of [2, frozenEpochs, frozenEpochs + 2]) {
    const { state } = decodeCheckpoint(saved[epoch - 1]!, task.identity);
    expect((await trained(task, state)).values).toEqual(whole.values);
  }
});
