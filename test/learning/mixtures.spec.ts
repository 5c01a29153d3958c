import { describe, expect, test } from 'vitest';
import { drawsFrom } from '../../main/families/draws.ts';
import { poisson } from '../../main/families/spectra/poisson.ts';
import { ModelParts } from '../../main/learning/estimators/model-parts.ts';
import { countMixture } from '../../main/learning/mixtures/count-mixture.ts';
import { randomFor } from '../../main/learning/random.ts';
import { completeParameters } from '../../main/learning/recipes.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';

const settings = completeParameters(countMixture, { dispersion: 1, floor: 1e-9 });
const shares = [
  [0.6, 0.3, 0.1],
  [0.1, 0.3, 0.6],
];
const table = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: 3,
  values: Float64Array.from(rows.flat()),
});

describe('a mixture of multinomials', () => {
  test('answers with the posterior of Bayes', async () => {
    const input = {
      table: table(shares.map((row) => row.map((share) => share * 1e6))),
      labels: Int32Array.of(0, 1),
      classes: 2,
    };
    const fitted = await countMixture.fit(input, settings, { seed: 1 });
    const counts = [4, 2, 1];
    const likelihoods = shares.map((row) =>
      row.reduce((product, share, k) => product * share ** counts[k]!, 1),
    );
    const [first] = fitted.predict(table([counts]));
    expect(first).toBeCloseTo(likelihoods[0]! / (likelihoods[0]! + likelihoods[1]!), 6);
    expect(Array.from(fitted.predict(table([[0, 0, 0]])))).toEqual([0.5, 0.5]);
  });

  test('learns the shape of a class from many draws of few counts', async () => {
    const random = randomFor(5, 'draws');
    const rows = Array.from({ length: 400 }, (_, row) => {
      const counts = [0, 0, 0];
      for (let count = 0; count < 30; count += 1) {
        const place = random.uniform();
        const own = shares[row % 2]!;
        counts[place < own[0]! ? 0 : place < own[0]! + own[1]! ? 1 : 2]! += 1;
      }
      return counts;
    });
    const labels = Int32Array.from(rows, (_, row) => row % 2);
    const fitted = await countMixture.fit({ table: table(rows), labels, classes: 2 }, settings, { seed: 1 });
    const answers = fitted.predict(table(rows));
    const right = labels.filter((label, row) => answers[row * 2 + label]! > 0.5).length;
    expect(right).toBeGreaterThan(390);
  });

  test('tells what fits none of its shapes from what does, and lets shapes be off a little', async () => {
    const random = drawsFrom(3, 'misfit');
    const width = 40;
    const shapeOf = (at: number) =>
      Array.from({ length: width }, (_, k) => 1 + 20 * Math.exp(-0.5 * ((k - at) / 2) ** 2));
    const drawn = (shape: readonly number[], times: number) =>
      shape.map((value) => poisson(random, times * value));
    const wide = (rows: readonly (readonly number[])[]) => ({
      rows: rows.length,
      columns: width,
      values: Float64Array.from(rows.flat()),
    });
    const input = {
      table: wide([10, 25].map((at) => shapeOf(at).map((value) => 1e5 * value))),
      labels: Int32Array.of(0, 1),
      classes: 2,
    };
    const fitted = await countMixture.fit(input, completeParameters(countMixture, {}), { seed: 1 });
    for (const times of [1, 10, 1000]) {
      const off = shapeOf(10).map((value, k) => value * (1 + 0.1 * Math.sin(k)));
      const known = fitted.misfit!(wide(Array.from({ length: 50 }, () => drawn(off, times))));
      const strange = fitted.misfit!(wide(Array.from({ length: 50 }, () => drawn(shapeOf(33), times))));
      expect(Math.max(...known)).toBeLessThan(5);
      expect(Math.min(...strange)).toBeGreaterThan(5);
    }
  });

  test('lays two models down in one file without mixing them up', async () => {
    const runtime = onnxRuntime({ threads: 1 });
    const parts = new ModelParts();
    const outputs = await Promise.all(
      [shares, [...shares].reverse()].map(async (each, place) => {
        const rows = table(each.map((row) => row.map((share) => share * 1e6)));
        const fitted = await countMixture.fit(
          { table: rows, labels: Int32Array.of(0, 1), classes: 2 },
          settings,
          {
            seed: 1,
          },
        );
        const name = `model ${place}`;
        parts.nameOutput(fitted.addTo(parts, 'counts'), name);
        return { name, type: 'float64' as const, shape: [2] };
      }),
    );
    const input = { name: 'counts', type: 'float64' as const, shape: [3] };
    const session = await runtime.load(parts.toModel({ name: 'two', input, outputs, metadata: {} }));
    const data = Float64Array.of(4, 2, 1);
    const found = await session.run({ counts: { type: 'float64', dims: [1, 3], data } });
    await session.release();
    const [first, second] = outputs.map(({ name }) => Array.from(found[name]!.data, Number));
    expect(first![0]).toBeGreaterThan(0.9);
    expect(second![1]).toBeCloseTo(first![0]!, 9);
  });

  test('tells how probably a row is two classes at once, weights of such shapes set aside, and in the graph too', async () => {
    const both = [0.35, 0.3, 0.35];
    const rows = [...shares, both, both];
    const input = {
      table: table(rows.map((row) => row.map((share) => share * 1e6))),
      labels: Int32Array.of(0, 1, 0, 1),
      weights: Float64Array.of(1, 1, 3, 1.5),
      classes: 2,
    };
    const fitted = await countMixture.fit(input, { ...settings, pairEmphasis: 10 }, { seed: 1 });
    const asked = table([...rows.slice(0, 3).map((row) => row.map((share) => share * 300)), [4, 2, 1]]);
    const [first, second, pair, doubtful] = fitted.together!(asked);
    expect(Math.max(first!, second!)).toBeLessThan(0.01);
    expect(pair).toBeGreaterThan(0.99);
    expect(doubtful).toBeGreaterThan(0.01);
    expect(doubtful).toBeLessThan(0.5);
    // the class that weighs more in the shared shape is the one that is called
    const answers = fitted.predict(asked);
    expect(answers[2 * 2]).toBeGreaterThan(answers[2 * 2 + 1]!);
    const parts = new ModelParts();
    parts.nameOutput(fitted.addTogetherTo!(parts, 'counts'), 'together');
    const onnx = parts.toModel({
      name: 'mixture',
      input: { name: 'counts', type: 'float64', shape: [3] },
      outputs: [{ name: 'together', type: 'float64', shape: [1] }],
      metadata: {},
    });
    const session = await onnxRuntime({ threads: 1 }).load(onnx);
    const found = await session.run({ counts: { type: 'float64', dims: [4, 3], data: asked.values } });
    await session.release();
    for (const [row, value] of fitted.together!(asked).entries())
      expect(Number(found.together!.data[row])).toBeCloseTo(value, 9);
  });

  test('does not call a shape midway between two cuts a misfit, nor a scale that drifted a little', async () => {
    const width = 80;
    const wide = (rows: readonly (readonly number[])[]) => ({
      rows: rows.length,
      columns: width,
      values: Float64Array.from(rows.flat()),
    });
    const peak = (height: number, at = 40) =>
      Array.from({ length: width }, (_, k) => 500 + height * Math.exp(-0.5 * ((k - at) / 2) ** 2));
    const input = {
      table: wide([peak(2000), peak(12_000), peak(4000, 70)]),
      labels: Int32Array.of(0, 0, 1),
      classes: 2,
    };
    const misfitWith = async (drift: number, rows: readonly (readonly number[])[]) => {
      const parameters = completeParameters(countMixture, { tolerance: 0.05, drift });
      return (await countMixture.fit(input, parameters, { seed: 1 })).misfit!(wide(rows));
    };
    const [between, strange, line] = await misfitWith(0.012, [
      peak(6000),
      peak(6000, 55),
      peak(2000).map((value, k) => value + (k === 60 ? 700 : 0)),
    ]);
    expect(between).toBeLessThan(2);
    expect(strange).toBeGreaterThan(10);
    expect(line).toBeGreaterThan(4);
    const [stiff] = await misfitWith(0, [peak(12_000, 40.4)]);
    const [loose] = await misfitWith(0.012, [peak(12_000, 40.4)]);
    expect(stiff).toBeGreaterThan(5);
    expect(loose).toBeLessThan(5);
  });

  test('knows a spectrum of a million counts for one of its own templates, and no strange line in it', async () => {
    const width = 100;
    const random = drawsFrom(6, 'many counts');
    const normal = (values: readonly number[]) => {
      const sum = values.reduce((all, value) => all + value, 0);
      return values.map((value) => value / sum);
    };
    const sky = normal(Array.from({ length: width }, (_, k) => Math.exp(-k / 30)));
    // nothing but a peak and its plateau: bins above hold no count at all
    const source = (at: number) =>
      normal(
        Array.from({ length: width }, (_, k) =>
          k > at + 12 ? 0 : 0.3 + 20 * Math.exp(-0.5 * ((k - at) / 2) ** 2),
        ),
      );
    const beside = (at: number, part: number, gain: number) =>
      sky.map((value, k) => (1 - part) * value + part * source(at + gain)[k]!);
    const shapes = [50, 70].flatMap((at) =>
      [-0.6, 0, 0.6].flatMap((gain) =>
        Array.from({ length: 20 }, (_, place) => beside(at, (place + 1) / 20, gain)),
      ),
    );
    const wide = (rows: readonly (readonly number[])[]) => ({
      rows: rows.length,
      columns: width,
      values: Float64Array.from(rows.flat()),
    });
    const fitted = await countMixture.fit(
      {
        table: wide(shapes.map((shape) => shape.map((share) => 1e6 * share))),
        labels: Int32Array.from(shapes, (_, place) => (place < 60 ? 0 : 1)),
        classes: 2,
      },
      completeParameters(countMixture, { tolerance: 0.07, drift: 0.012, response: 0.1 }),
      { seed: 1 },
    );
    const drawn = (shape: readonly number[], times: number) =>
      shape.map((share) => {
        const mean = share * times;
        return mean > 500 ? mean + Math.sqrt(mean) * random.normal() : poisson(random, mean);
      });
    const own = wide(
      [1, 0.63].flatMap((part) =>
        [50, 70].flatMap((at) => [1e4, 1e5, 1e6].map((times) => drawn(beside(at, part, 0), times))),
      ),
    );
    const strange = wide([1e4, 1e5, 1e6].map((times) => drawn(beside(30, 0.6, 0), times)));
    expect(Math.max(...fitted.misfit!(own))).toBeLessThan(4);
    expect(Math.min(...fitted.misfit!(strange))).toBeGreaterThan(20);
    const parts = new ModelParts();
    parts.nameOutput(fitted.addMisfitTo!(parts, 'counts'), 'misfit');
    const onnx = parts.toModel({
      name: 'mixture',
      input: { name: 'counts', type: 'float64', shape: [width] },
      outputs: [{ name: 'misfit', type: 'float64', shape: [1] }],
      metadata: {},
    });
    const session = await onnxRuntime({ threads: 1 }).load(onnx);
    const data = Float64Array.of(...own.values, ...new Float64Array(width));
    const { misfit } = await session.run({ counts: { type: 'float64', dims: [own.rows + 1, width], data } });
    await session.release();
    const [nothing] = fitted.misfit!(wide([Array.from({ length: width }, () => 0)]));
    for (const [place, value] of [...fitted.misfit!(own), nothing!].entries())
      expect(Number(misfit!.data[place])).toBeCloseTo(value, 5);
  });

  test('refuses rows without a count', async () => {
    const input = { table: table([[0, 0, 0]]), labels: Int32Array.of(0), classes: 2 };
    await expect(countMixture.fit(input, settings, { seed: 1 })).rejects.toMatchObject({
      code: 'notEnoughData',
    });
  });

  test('knows a shape whose response falls off otherwise, where that is expected, and by the exported graph too', async () => {
    const width = 60;
    const random = drawsFrom(4, 'response');
    const peak = (at: number) => (_: unknown, k: number) =>
      Math.exp(-k / 25) + 4 * Math.exp(-0.5 * ((k - at) / 2) ** 2);
    // the second class is a little steeper: what the first looks like on a detector that is off
    const first = Array.from({ length: width }, peak(40));
    const steep = first.map((value, k) => value * (k / width + 1 / 7) ** -0.5);
    const second = Array.from({ length: width }, peak(25));
    const wide = (rows: readonly (readonly number[])[]) => ({
      rows: rows.length,
      columns: width,
      values: Float64Array.from(rows.flat()),
    });
    const input = {
      table: wide([first, second].map((row) => row.map((value) => value * 1e5))),
      labels: Int32Array.of(0, 1),
      classes: 2,
    };
    const asked = wide(Array.from({ length: 20 }, () => steep.map((value) => poisson(random, value * 500))));
    const [stiff, loose] = await Promise.all(
      [0, 0.12].map((response) =>
        countMixture.fit(input, completeParameters(countMixture, { response, tolerance: 0.05 }), { seed: 1 }),
      ),
    );
    expect(Math.min(...stiff!.misfit!(asked))).toBeGreaterThan(4);
    expect(Math.max(...loose!.misfit!(asked))).toBeLessThan(4);
    const parts = new ModelParts();
    parts.nameOutput(loose!.addTo(parts, 'counts'), 'probabilities');
    parts.nameOutput(loose!.addMisfitTo!(parts, 'counts'), 'misfit');
    const onnx = parts.toModel({
      name: 'mixture',
      input: { name: 'counts', type: 'float64', shape: [width] },
      outputs: [
        { name: 'probabilities', type: 'float64', shape: [2] },
        { name: 'misfit', type: 'float64', shape: [1] },
      ],
      metadata: {},
    });
    const session = await onnxRuntime({ threads: 1 }).load(onnx);
    const outputs = await session.run({ counts: { type: 'float64', dims: [20, width], data: asked.values } });
    const answers = loose!.predict(asked);
    for (const [place, answer] of answers.entries())
      expect(Number(outputs.probabilities!.data[place])).toBeCloseTo(answer, 9);
    const misfits = loose!.misfit!(asked);
    for (const [place, misfit] of misfits.entries())
      expect(Number(outputs.misfit!.data[place])).toBeCloseTo(misfit, 6);
    await session.release();
  });
});
