import { expect, it } from 'vitest';
import { trainNetwork } from '../../../main/learning/train-network.ts';
import type { BatchesBeside } from '../../../main/learning/training/batch-feeder.ts';
import { type FeedSource, trainingFeeds } from '../../../main/learning/training/batches.ts';
import { giveBack } from '../../../main/learning/training/state.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';
import { syntheticDataset } from '../synthetic.ts';

/** As another thread would: what comes and goes is copied, and answers come late. */
function otherThread(): BatchesBeside & { readonly made: string[] } {
  let source: FeedSource | null = null;
  const made: string[] = [];
  return {
    made,
    async open(given) {
      source = structuredClone(given);
    },
    async make(items, epoch) {
      made.push(`${epoch}: ${items.join()}`);
      const copied = structuredClone(items);
      await new Promise((resolve) => setTimeout(resolve, made.length % 3));
      return structuredClone(trainingFeeds(source!, copied, epoch));
    },
  };
}

const runtime = onnxRuntime({ threads: 1 });
const dataset = syntheticDataset({ items: 40, side: 8, features: 2, seed: 5 });
const options = {
  recipe: 'small-cnn',
  seed: 3,
  metadata: {},
  parameters: {
    epochs: 3,
    batchSize: 8,
    imageWidth: 4,
    mixup: 0.2,
    noise: 0.1,
    accumulation: 2,
    patience: 0,
  },
};

it('gives the same model to the bit, each batch made once', async () => {
  const beside = otherThread();
  const ports = { runtime, now: () => 0 };
  const alone = await trainNetwork(dataset, options, ports);
  const helped = await trainNetwork(dataset, options, { ...ports, beside });
  expect(Buffer.compare(helped.onnx, alone.onnx)).toBe(0);
  // 24 or so training items in batches of 8, two to a step, in each of three epochs
  expect(beside.made.length).toBeGreaterThan(0);
  expect(beside.made.length % 6).toBe(0);
  expect(new Set(beside.made).size).toBe(beside.made.length);
});

it('tells what went wrong on the other thread', async () => {
  const beside = { ...otherThread(), make: () => Promise.reject(new Error('no more memory')) };
  await expect(trainNetwork(dataset, options, { runtime, now: () => 0, beside })).rejects.toThrow(
    'no more memory',
  );
});

it('gives back the memory of arrays that own theirs', () => {
  const own = Float32Array.of(1, 2);
  const whole = Float32Array.of(1, 2, 3);
  giveBack(own);
  giveBack(whole.subarray(1));
  expect([own.length, whole.length]).toEqual([0, 3]);
});
