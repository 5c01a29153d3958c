import { describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../contract/errors.ts';
import { decodeModel } from '../../main/formats/onnx/index.ts';
import { decodeSafeTensors } from '../../main/formats/safetensors/safetensors.ts';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { type TrainEvent, type TrainPorts, trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { syntheticDataset } from './synthetic.ts';

const dataset = syntheticDataset({ items: 46, side: 16, features: 3, seed: 3 });
const options = {
  recipe: 'small-cnn',
  parameters: { epochs: 4, batchSize: 8, imageWidth: 4 },
  seed: 5,
  metadata: { run: 'run-1', dataset: 'abc' },
};

function ports(extra: Partial<TrainPorts> = {}): TrainPorts {
  let clock = 0;
  return { runtime: onnxRuntime({ threads: 2 }), now: () => (clock += 10), ...extra };
}

/** Every checkpoint of a run, by step. */
function recorder() {
  const saved = new Map<number, Uint8Array>();
  const store = {
    async save(step: number, parts: readonly Uint8Array[]): Promise<void> {
      saved.set(step, Buffer.concat(parts)); // as a file would give it back
    },
  };
  return { saved, store };
}

async function failureOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!isNightsiftError(error)) throw new Error(`A NightsiftError was expected, found ${String(error)}.`);
  return error;
}

describe('trainNetwork', () => {
  it('learns, evaluates, exports and predicts the same', async () => {
    const events: TrainEvent[] = [];
    const trained = await trainNetwork(dataset, options, ports({ onEvent: (event) => events.push(event) }));
    expect(trained.exportCheck.maximumDifference).toBeLessThan(1e-4);
    expect(trained.exportCheck.items).toBeGreaterThan(0);
    expect(trained.parameters).toMatchObject({ epochs: 4, labelSmoothing: 0.05 });
    expect(events.filter((event) => event.kind === 'epoch')).toHaveLength(4);
    expect(events.filter((event) => event.kind === 'step')).toHaveLength(events.at(-1)!.totalSteps);
    expect(events.at(-1)!.etaSeconds).toBe(0);
    const predictor = await loadPredictor(trained.onnx, onnxRuntime());
    expect(predictor.metadata).toMatchObject({ run: 'run-1', dataset: 'abc', recipe: 'small-cnn' });
    expect(predictor.classes).toEqual(['clean', 'contaminated']);
    const probabilities = await predictor.predict(dataset.inputs);
    expect(probabilities).toHaveLength(2 * dataset.ids.length);
    for (let item = 0; item < dataset.ids.length; item++) {
      expect(probabilities[2 * item]! + probabilities[2 * item + 1]!).toBeCloseTo(1, 5);
    }
    await predictor.release();
  });

  it('answers each item once beside its steps, but for validation after each epoch and the check of the file', async () => {
    const plain = onnxRuntime({ threads: 2 });
    let answered = 0;
    const runtime: TrainPorts['runtime'] = {
      ...plain,
      async load(model, settings) {
        const session = await plain.load(model, settings);
        return {
          ...session,
          run(feeds, fetches) {
            if (!fetches?.includes('loss')) answered += feeds.image!.dims[0]!;
            return session.run(feeds, fetches);
          },
        };
      },
    };
    const { evaluations, exportCheck } = await trainNetwork(dataset, options, ports({ runtime }));
    const { train, validation, test } = evaluations;
    expect(exportCheck.items).toBe(validation.items);
    expect(answered).toBe(5 * validation.items + train.items + test.items + exportCheck.items);
  });

  it('separates what can be separated', async () => {
    const clear = syntheticDataset({ items: 120, side: 16, features: 3, seed: 8, testShare: 0.4 });
    const trained = await trainNetwork(
      clear,
      { ...options, parameters: { imageWidth: 8, epochs: 20 } },
      ports(),
    );
    expect(trained.evaluations.test.balancedAccuracy).toBeGreaterThan(0.8);
    expect(trained.metrics['test/balancedAccuracy']).toBe(trained.evaluations.test.balancedAccuracy);
    expect(trained.evaluatedOnPersons!.items).toBeLessThan(trained.evaluations.test.items);
  }, 60_000);

  it('gives the same bytes for the same seed and others for another', async () => {
    const first = await trainNetwork(dataset, options, ports());
    const second = await trainNetwork(dataset, options, ports());
    const other = await trainNetwork(dataset, { ...options, seed: 6 }, ports());
    expect(Buffer.compare(first.onnx, second.onnx)).toBe(0);
    expect(Buffer.compare(first.safetensors, other.safetensors)).not.toBe(0);
  });

  it('resumed from any checkpoint, ends with the same weights', async () => {
    const { saved, store } = recorder();
    const settings = { ...options, parameters: { ...options.parameters, checkpointSteps: 1 } };
    const whole = await trainNetwork(dataset, settings, ports({ checkpoints: store }));
    expect(saved.size).toBeGreaterThan(8);
    for (const step of [1, 5, 9, saved.size]) {
      const resumed = await trainNetwork(dataset, settings, ports({ resumeFrom: saved.get(step)! }));
      expect(Buffer.compare(resumed.safetensors, whole.safetensors), `from step ${step}`).toBe(0);
      expect(resumed.metrics).toEqual(whole.metrics);
    }
  }, 60_000);

  it.each([
    { optimiser: 'sgd', schedule: 'plateau', learningRate: 0.05 },
    { optimiser: 'lion', schedule: 'oneCycle', averageDecay: 0.9 },
    { optimiser: 'lamb', focus: 2, clipValue: 0.1, averageDecay: 0.5 },
  ])('resumes to the bit with %j', async (chosen) => {
    const { saved, store } = recorder();
    const settings = { ...options, parameters: { ...options.parameters, ...chosen, checkpointSteps: 2 } };
    const whole = await trainNetwork(dataset, settings, ports({ checkpoints: store }));
    const resumed = await trainNetwork(dataset, settings, ports({ resumeFrom: saved.get(6)! }));
    expect(Buffer.compare(resumed.safetensors, whole.safetensors)).toBe(0);
    expect(whole.exportCheck.maximumDifference).toBeLessThan(1e-4);
    expect(Number.isFinite(whole.metrics['train/loss'])).toBe(true);
  });

  it('lowers the rate on a plateau', async () => {
    const rates: number[] = [];
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === 'step') rates.push(event.metrics.learningRate!);
    };
    // labels drawn at random: the validation loss cannot keep falling
    const labels = Int32Array.from(dataset.labels, (_, item) => ((item * 7) % 3 === 0 ? 1 : 0));
    const parameters = { ...options.parameters, schedule: 'plateau', epochs: 12, patience: 0, warmup: 0 };
    const clear = syntheticDataset({ items: 80, side: 16, features: 3, seed: 9, validationShare: 0.3 });
    await trainNetwork(
      { ...clear, labels: Int32Array.from(clear.labels, (_, item) => labels[item % labels.length]!) },
      { ...options, parameters },
      ports({ onEvent }),
    );
    expect(rates.at(-1)!).toBeLessThan(rates[0]!);
  });

  it('stops between two steps when cancelled, and goes on from there', async () => {
    const { saved, store } = recorder();
    const stop = new AbortController();
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === 'step' && event.step === 6) stop.abort();
    };
    const error = await failureOf(
      trainNetwork(dataset, options, ports({ checkpoints: store, signal: stop.signal, onEvent })),
    );
    expect(error.code).toBe('cancelled');
    expect([...saved.keys()].at(-1)).toBe(6);
    const resumed = await trainNetwork(dataset, options, ports({ resumeFrom: saved.get(6)! }));
    const whole = await trainNetwork(dataset, options, ports());
    expect(Buffer.compare(resumed.safetensors, whole.safetensors)).toBe(0);
  });

  it('stores no step twice when it is stopped right behind a checkpoint', async () => {
    const steps: number[] = [];
    const store = { save: async (step: number) => void steps.push(step) };
    const stop = new AbortController();
    const onEvent = (event: TrainEvent) => event.kind === 'epoch' && event.epoch === 1 && stop.abort();
    const stopped = trainNetwork(
      dataset,
      options,
      ports({ checkpoints: store, onEvent, signal: stop.signal }),
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(steps).toHaveLength(1);
  });

  it('sums gradients over batches as one large batch would', async () => {
    const { inputs, ...rest } = syntheticDataset({ items: 40, side: 8, seed: 8 });
    const signals = { ...rest, inputs: [{ name: 'signal', shape: [1, 64], data: inputs[0]!.data }] };
    // no batch statistics and nothing drawn, so that the two are the same function
    const shared = {
      epochs: 2,
      dropout: 0,
      shift: 0,
      stretch: 0,
      brightness: 0,
      patience: 0,
      clipNorm: 1e6,
      classWeights: 'none',
      personWeight: 1,
      averageDecay: 0.5,
    };
    const norms = async (parameters: Record<string, number>): Promise<number[]> => {
      const seen: number[] = [];
      const onEvent = ({ kind, metrics }: TrainEvent): void => {
        if (kind === 'step') seen.push(metrics.gradientNorm!);
      };
      await trainNetwork(
        signals,
        { recipe: 'transformer', parameters: { ...shared, ...parameters }, seed: 4, metadata: {} },
        ports({ onEvent }),
      );
      return seen;
    };
    const large = await norms({ batchSize: 12 });
    const summed = await norms({ batchSize: 4, accumulation: 3 });
    expect(summed).toHaveLength(large.length);
    summed.forEach((norm, step) => {
      expect(norm).toBeCloseTo(large[step]!, 4);
    });
  });

  it('resumes to the bit while gradients are summed, and says how fast it is and what it holds', async () => {
    const parameters = { ...options.parameters, batchSize: 4, accumulation: 2, epochs: 2 };
    const saved: Uint8Array[] = [];
    const speeds: number[] = [];
    const whole = await trainNetwork(
      dataset,
      { ...options, parameters },
      ports({
        memory: () => 3e6,
        onEvent({ kind, metrics }) {
          if (kind === 'step') speeds.push(metrics.itemsPerSecond!, metrics.memoryMegabytes!);
        },
        checkpoints: { save: async (_, parts) => void saved.push(Buffer.concat(parts)) },
      }),
    );
    expect(speeds.slice(0, 2)).toEqual([800, 3]);
    const resumed = await trainNetwork(dataset, { ...options, parameters }, ports({ resumeFrom: saved[0]! }));
    expect(Buffer.compare(resumed.safetensors, whole.safetensors)).toBe(0);
  });

  it('goes on for more epochs when asked to', async () => {
    const saved: Uint8Array[] = [];
    const checkpoints = {
      save: async (_: number, parts: readonly Uint8Array[]) => void saved.push(Buffer.concat(parts)),
    };
    const short = { ...options, parameters: { ...options.parameters, epochs: 2 } };
    await trainNetwork(dataset, short, ports({ checkpoints }));
    const longer = { ...options, parameters: { ...options.parameters, epochs: 4 } };
    const trained = await trainNetwork(dataset, longer, ports({ resumeFrom: saved.at(-1)! }));
    expect(trained.epochs).toBe(4);
  });

  it('says by cross-validation how much results vary', async () => {
    const notes: string[] = [];
    const { metrics } = await trainNetwork(
      dataset,
      { ...options, parameters: { ...options.parameters, epochs: 1, folds: 3 } },
      ports({ onEvent: ({ message }) => void (message && notes.push(message)) }),
    );
    expect(notes).toHaveLength(3);
    expect(metrics['crossValidation/balancedAccuracy']).toBeGreaterThan(0.3);
    expect(metrics['crossValidation/balancedAccuracyDeviation']).toBeGreaterThanOrEqual(0);
  });

  it('refuses a checkpoint of another configuration', async () => {
    const { saved, store } = recorder();
    await trainNetwork(dataset, options, ports({ checkpoints: store }));
    const resumeFrom = [...saved.values()][0]!;
    const changed = { ...options, parameters: { ...options.parameters, weightDecay: 0.3 } };
    expect((await failureOf(trainNetwork(dataset, changed, ports({ resumeFrom })))).code).toBe('conflict');
    const otherSeed = { ...options, seed: 99 };
    expect((await failureOf(trainNetwork(dataset, otherSeed, ports({ resumeFrom })))).code).toBe('conflict');
  });

  it('names the item whose values are no numbers', async () => {
    const data = Float32Array.from(dataset.inputs[0]!.data);
    const broken = dataset.split.indexOf(0);
    data[broken * 256 + 17] = Number.NaN;
    const inputs = [{ ...dataset.inputs[0]!, data }, dataset.inputs[1]!];
    const error = await failureOf(trainNetwork({ ...dataset, inputs }, options, ports()));
    expect(error.code).toBe('diverged');
    expect(error.details.items).toEqual([`frame-${broken}.fits`]);
  });

  it('takes a missing feature as typical', async () => {
    const features = Float32Array.from(dataset.inputs[1]!.data);
    for (let item = 0; item < dataset.ids.length; item += 4) features[item * 3 + 1] = Number.NaN;
    const inputs = [dataset.inputs[0]!, { ...dataset.inputs[1]!, data: features }];
    const trained = await trainNetwork({ ...dataset, inputs }, options, ports());
    expect(Number.isFinite(trained.metrics['train/loss'])).toBe(true);
  });

  it('refuses too few items, one class, wrong settings and unknown recipes', async () => {
    const none = { ...dataset, split: new Uint8Array(dataset.split.length).fill(3) };
    expect((await failureOf(trainNetwork(none, options, ports()))).code).toBe('notEnoughData');
    const same: TensorDataset = { ...dataset, labels: new Int32Array(dataset.labels.length) };
    expect((await failureOf(trainNetwork(same, options, ports()))).code).toBe('notEnoughData');
    const wrong = { ...options, parameters: { epochs: 0 } };
    expect((await failureOf(trainNetwork(dataset, wrong, ports()))).code).toBe('wrongUse');
    const unknown = { ...options, recipe: 'huge' };
    expect((await failureOf(trainNetwork(dataset, unknown, ports()))).code).toBe('wrongUse');
  });

  it('trains on images alone, in bytes, with fewer items than a batch', async () => {
    const small = syntheticDataset({ items: 12, side: 16, seed: 2 });
    const bytes = Uint8Array.from(small.inputs[0]!.data, (value) => Math.round(value * 255));
    const input = { ...small.inputs[0]!, data: bytes };
    const trained = await trainNetwork(
      { ...small, inputs: [input] },
      { ...options, parameters: { epochs: 2, batchSize: 64 } },
      ports(),
    );
    expect(trained.epochs).toBe(2);
    expect(trained.exportCheck.maximumDifference).toBeLessThan(1e-4);
  });

  it('leaves nothing of the training in the exported graph', async () => {
    const trained = await trainNetwork(dataset, options, ports());
    const model = decodeModel(trained.onnx);
    expect(model.graph.inputs.map((input) => [input.name, input.dims])).toEqual([
      ['image', ['batch', 1, 16, 16]],
      ['features', ['batch', 3]],
    ]);
    expect(model.graph.outputs.map((output) => output.name)).toEqual(['probabilities', 'logits']);
    const names = [...decodeSafeTensors(trained.safetensors).tensors.keys()];
    expect(names).toContain('image.bn1.running_var');
    expect(names.some((name) => name.startsWith('first/'))).toBe(false);
  });
});
