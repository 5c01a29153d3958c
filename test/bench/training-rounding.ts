/**
 * How far rounding takes the values before each rectifier of a network from exact ones, beside PyTorch:
 * `node test/bench/training-rounding.ts`. The rectifiers that turn over are what makes gradients inexact, and their share at
 * a layer is in proportion to this distance; unlike the error of one batch's gradient it is no draw. From the same weights
 * and the same batch; as standard deviations, summed over the rectifiers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeModel } from '../../main/formats/onnx/index.ts';
import { fasterConvolution } from '../../main/learning/graph/operators/convolution.ts';
import { assembleNetwork } from '../../main/learning/nets/assemble.ts';
import type { TensorValue } from '../../main/learning/runtime.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { floatsOf, pairedNames, type TensorName } from './torch-weights.ts';
import { benchPlan } from './training-networks.ts';

const [batch, side, threads] = [16, 128, 2];

interface Reference {
  readonly distances: readonly number[];
  readonly names: readonly TensorName[];
}

function doublesOf(file: string): Float64Array {
  return new Float64Array(Uint8Array.from(readFileSync(file)).buffer);
}

/** Standard deviation of the difference over that of the exact values. */
function distance(found: Float32Array, exact: Float64Array): number {
  let [sum, squares, differences, differenceSquares] = [0, 0, 0, 0];
  exact.forEach((value, place) => {
    const difference = found[place]! - value;
    sum += value;
    squares += value ** 2;
    differences += difference;
    differenceSquares += difference ** 2;
  });
  const spread = (first: number, second: number): number =>
    second / exact.length - (first / exact.length) ** 2;
  return Math.sqrt(spread(differences, differenceSquares) / spread(sum, squares));
}

/** Of our training graph's forward pass, as its step takes it or with plain convolutions. */
async function ownDistances(name: string, directory: string, { names }: Reference, plain: boolean) {
  const built = benchPlan(name, side);
  const plan = { ...built, inputs: built.inputs.map((input) => ({ ...input, asIs: true })) };
  const { graph, network } = assembleNetwork(plan, { mode: 'training', items: batch });
  if (!plain) graph.replaceWhere(fasterConvolution);
  const rectified = graph.nodes.filter(({ operator }) => operator === 'Relu').map(({ inputs }) => inputs[0]!);
  const outputs = Object.fromEntries(rectified.map((value, place) => [`before${place}`, value]));
  const session = await onnxRuntime({ threads }).load(
    encodeModel(graph.toModel({ name: 'forward', outputs })),
    {
      purpose: 'training',
    },
  );
  const specs = [...network.parameters, ...network.statistics];
  const shapes = new Map(specs.map((spec) => [spec.name, spec.shape]));
  const feeds: Record<string, TensorValue> = {};
  const feed = (to: string, file: string, dims: readonly number[]): void => {
    if (session.inputNames.includes(to))
      feeds[to] = { type: 'float32', dims, data: floatsOf(path.join(directory, file)) };
  };
  for (const { theirs, ours } of pairedNames(names, specs)) feed(ours, `w.${theirs}`, shapes.get(ours)!);
  feed(plan.inputs[0]!.name, 'x', [batch, ...plan.inputs[0]!.shape]);
  const found = await session.run(feeds);
  await session.release();
  return rectified.map((_, place) =>
    distance(
      found[`before${place}`]!.data as Float32Array,
      doublesOf(path.join(directory, `${place}.values`)),
    ),
  );
}

for (const network of ['cnn4', 'resnet18']) {
  const directory = mkdtempSync(path.join(tmpdir(), 'nightsift-rounding-'));
  const script = fileURLToPath(new URL('./training-rounding.py', import.meta.url));
  execFileSync('/usr/bin/python3', [
    script,
    network,
    String(side),
    String(batch),
    directory,
    String(threads),
  ]);
  const reference = JSON.parse(readFileSync(path.join(directory, 'result.json'), 'utf8')) as Reference;
  const own = await ownDistances(network, directory, reference, false);
  const plain = await ownDistances(network, directory, reference, true);
  rmSync(directory, { recursive: true });
  const total = (distances: readonly number[]): string =>
    distances.reduce((sum, each) => sum + each, 0).toExponential(2);
  console.log(
    `${network} ${side}: distance from exact values before ${own.length} rectifiers, summed: ${total(own)}, with plain ` +
      `convolutions ${total(plain)}, PyTorch ${total(reference.distances)}; before the last ` +
      `${own.at(-1)!.toExponential(1)}, PyTorch ${reference.distances.at(-1)!.toExponential(1)}`,
  );
}
