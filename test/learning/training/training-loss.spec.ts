import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../main/formats/onnx/index.ts';
import { Graph } from '../../../main/learning/graph/graph.ts';
import { loadPredictor } from '../../../main/learning/predict.ts';
import { trainNetwork } from '../../../main/learning/train-network.ts';
import { lossNames, trainingLoss } from '../../../main/learning/training/training-loss.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';
import { syntheticDataset } from '../synthetic.ts';

const runtime = onnxRuntime({ threads: 1 });
const logits = [1, -0.5, 0.2, 0.4, 2, -1];
/** Rows of one item that counts a quarter and one that counts three: as `lossTargets` has them. */
const targets = [0.25, 0, 0, 0.075, 0.6, 0.075];

async function lossOf(loss: string, teacher?: readonly number[]): Promise<number> {
  const graph = new Graph();
  const scope = {
    logits: graph.input('logits', 'float32', [2, 3]),
    targets: graph.input('targets', 'float32', [2, 3]),
  };
  const settings = { loss, ...(teacher && { teacher: { share: 0.3, temperature: 2 } }) };
  const value = trainingLoss(graph, scope, settings, (name, shape) => graph.input(name, 'float32', shape));
  const session = await runtime.load(encodeModel(graph.toModel({ name: 'loss', outputs: { value } })));
  const fed = (values: readonly number[]) => ({
    type: 'float32' as const,
    dims: [2, 3],
    data: Float32Array.from(values),
  });
  const found = await session.run({
    logits: fed(logits),
    targets: fed(targets),
    ...(teacher && { teacher: fed(teacher) }),
  });
  await session.release();
  return Number(found.value!.data[0]);
}

function softmax(row: readonly number[]): number[] {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

/** Both rows: what each counts times the sum over its classes. */
function byHand(each: (logit: number, probability: number, target: number) => number): number {
  return [0, 1].reduce((sum, row) => {
    const [own, wanted] = [logits.slice(3 * row, 3 * row + 3), targets.slice(3 * row, 3 * row + 3)];
    const share = wanted.reduce((all, value) => all + value, 0);
    const terms = softmax(own).map((probability, k) => each(own[k]!, probability, wanted[k]! / share));
    return sum + share * terms.reduce((all, term) => all + term, 0);
  }, 0);
}

describe('the loss of a training', () => {
  it.each([
    ['crossEntropy', (_: number, p: number, t: number) => -t * Math.log(p)],
    ['binary', (z: number, _: number, t: number) => Math.log(1 + Math.exp(z)) - z * t],
    ['squared', (_: number, p: number, t: number) => (p - t) ** 2],
    [
      'huber',
      (_: number, p: number, t: number) => {
        const near = Math.min(Math.abs(p - t), 0.25);
        return near * (Math.abs(p - t) - near / 2);
      },
    ],
  ])('%s counts every item by its share', async (loss, each) => {
    expect(await lossOf(loss)).toBeCloseTo(byHand(each), 5);
  });

  it('adds nothing for a teacher that says the same, and something for another', async () => {
    const alone = await lossOf('crossEntropy');
    expect(await lossOf('crossEntropy', logits)).toBeCloseTo(0.7 * alone, 5);
    expect(await lossOf('crossEntropy', [...logits].reverse())).toBeGreaterThan(0.7 * alone + 0.01);
  });
});

const dataset = syntheticDataset({ items: 200, side: 8, features: 3, seed: 6 });
const options = { recipe: 'mlp', seed: 3, metadata: {} };
const parameters = { epochs: 40, batchSize: 32, layers: 1, width: 16, learningRate: 0.01 };
const ports = { runtime, now: () => 0 };

it.each(lossNames)('teaches with %s', async (loss) => {
  const { evaluations } = await trainNetwork(
    dataset,
    { ...options, parameters: { ...parameters, loss } },
    ports,
  );
  expect(evaluations.test.balancedAccuracy).toBeGreaterThan(0.7);
});

describe('a teacher', () => {
  it('is imitated where the labels say nothing', async () => {
    const teacher = (await trainNetwork(dataset, { ...options, parameters }, ports)).onnx;
    // labels in pairs, whatever is seen; too few to watch, so that the last weights are kept
    const blind = {
      ...dataset,
      labels: dataset.labels.map((_, item) => (item >> 1) % 2),
      split: dataset.split.map((code) => (code === 1 ? 3 : code)),
    };
    const taught = await trainNetwork(
      blind,
      { ...options, teacher, parameters: { ...parameters, teacherShare: 1 } },
      ports,
    );
    const predictor = await loadPredictor(taught.onnx, runtime);
    const answers = await predictor.predict(dataset.inputs.filter(({ name }) => name === 'features'));
    await predictor.release();
    const right = dataset.labels.filter((label, item) => answers[2 * item + label]! > 0.5).length;
    expect(right / dataset.labels.length).toBeGreaterThan(0.75);
  });

  it('of other classes or inputs is refused', async () => {
    const teacher = (await trainNetwork(dataset, { ...options, parameters }, ports)).onnx;
    const renamed = { ...dataset, classes: ['good', 'bad'] };
    const narrower = syntheticDataset({ items: 40, side: 8, features: 2, seed: 6 });
    for (const other of [renamed, narrower]) {
      await expect(trainNetwork(other, { ...options, teacher, parameters }, ports)).rejects.toMatchObject({
        code: 'modelMismatch',
      });
    }
  });
});

describe('beside one class of several', () => {
  const shares = [0.25, 0.75];
  /** What each item is asked, times what it counts. */
  const weighed = [0.25, 0, 0.25, 0.75, 0.75, 0];

  async function targetLossOf(settings: Parameters<typeof trainingLoss>[2]): Promise<number> {
    const graph = new Graph();
    const parts = {
      logits: graph.input('logits', 'float32', [2, 3]),
      targets: graph.input('targets', 'float32', [2, 3]),
      representation: graph.input('representation', 'float32', [4, 2]),
    };
    const value = trainingLoss(graph, parts, settings, (name, shape) => graph.input(name, 'float32', shape));
    const session = await runtime.load(encodeModel(graph.toModel({ name: 'loss', outputs: { value } })));
    const fed = (dims: number[], values: readonly number[]) => ({
      type: 'float32' as const,
      dims,
      data: Float32Array.from(values),
    });
    const found = await session.run({
      logits: fed([2, 3], logits),
      targets: fed([2, 3], weighed),
      ...(settings.targets && { shares: fed([2, 1], shares) }),
      ...(settings.contrast && { representation: fed([4, 2], views) }),
    });
    await session.release();
    return Number(found.value!.data[0]);
  }

  /** Two items, each seen twice: at right angles to each other, the second views as the first. */
  const views = [2, 0, 0, 1, 1, 0, 0, 3];

  const summed = (each: (value: number, target: number) => number): number =>
    logits.reduce((sum, value, place) => {
      const share = shares[place < 3 ? 0 : 1]!;
      return sum + share * each(value, weighed[place]! / share);
    }, 0);

  it('asks marks one by one', async () => {
    const expected = summed((z, t) => Math.log(1 + Math.exp(z)) - z * t);
    expect(await targetLossOf({ targets: 'marks' })).toBeCloseTo(expected, 5);
  });

  it('asks numbers by squares or by Huber', async () => {
    expect(await targetLossOf({ targets: 'number' })).toBeCloseTo(
      summed((y, t) => (y - t) ** 2),
      5,
    );
    const huber = (error: number): number => (error < 1 ? error ** 2 / 2 : error - 0.5);
    expect(await targetLossOf({ targets: 'number', loss: 'huber' })).toBeCloseTo(
      summed((y, t) => huber(Math.abs(y - t))),
      5,
    );
  });

  it('asks two views of an item to be alike', async () => {
    const own = await targetLossOf({ targets: 'number' });
    // likeness 1 with itself and 0 with the other, divided by 0.1
    const apart = Math.log(1 + Math.exp(-10));
    const found = await targetLossOf({ targets: 'number', contrast: 0.4 });
    expect(found).toBeCloseTo(0.6 * own + 0.4 * apart, 5);
  });
});
