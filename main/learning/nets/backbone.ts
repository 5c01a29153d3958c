import { NightsiftError } from '../../../contract/errors.ts';
import { batchNormEpsilon } from './layers.ts';
import type { Network } from './network.ts';
import { readWeightFile, type StoredTensor, type WeightFile } from './weight-file.ts';

/**
 * Takes trained weights over into a fresh state.
 *
 * By name first (PyTorch's names, also behind `module.`), where the shapes fit. Exporters that fold batch
 * normalisation into the convolutions lose the names; then the convolutions are taken in the order of execution
 * and their normalisations become the identity plus the folded bias. A first convolution for colour is summed over
 * its input channels when the network reads grey images. A classifier for other classes is left out.
 * @returns how many tensors were set
 * @throws NightsiftError `badModel` for unreadable files, `modelMismatch` for another architecture
 */
export function importBackbone(
  bytes: Uint8Array,
  network: Network,
  state: Map<string, Float32Array>,
): number {
  const file = readWeightFile(bytes);
  const specs = [...network.parameters, ...network.statistics];
  const missing: string[] = [];
  for (const { name, shape } of specs) {
    const values = fitting(file.tensors.get(name) ?? file.tensors.get(`module.${name}`), shape);
    if (values) state.set(name, values);
    else missing.push(name);
  }
  const byName = specs.length - missing.length;
  // a head that does not fit is expected; half of the body missing means folded names or another network
  if (byName > 0 && byName >= missing.length) return byName;
  const folded = takeFolded(file, network, state);
  if (folded > 0) return folded;
  throw new NightsiftError(
    'modelMismatch',
    `The backbone does not fit this network: ${byName} of ${specs.length} tensors match; the first missing one is ${missing[0]}.`,
    { hint: 'Choose a file of the same architecture with PyTorch parameter names.', details: { missing } },
  );
}

/** All or nothing: 0 when a single convolution differs. */
function takeFolded(file: WeightFile, network: Network, state: Map<string, Float32Array>): number {
  const wanted = network.parameters.filter((spec) => spec.shape.length === 4);
  if (wanted.length === 0 || wanted.length !== file.convolutions.length) return 0;
  const taken = new Map<string, Float32Array>();
  for (const [index, spec] of wanted.entries()) {
    const { weight, bias } = file.convolutions[index]!;
    const values = fitting(weight, spec.shape);
    const norm = normBehind(network, spec.name);
    if (!values || !bias || !norm) return 0;
    const channels = spec.shape[0]!;
    const one = Math.sqrt(1 + batchNormEpsilon);
    taken.set(spec.name, values);
    taken.set(`${norm}.weight`, new Float32Array(channels).fill(one));
    taken.set(`${norm}.bias`, bias.values());
    taken.set(`${norm}.running_mean`, new Float32Array(channels));
    taken.set(`${norm}.running_var`, new Float32Array(channels).fill(1));
  }
  for (const { name, shape } of network.parameters) {
    const values = taken.has(name) ? undefined : fitting(file.tensors.get(name), shape);
    if (values) taken.set(name, values);
  }
  for (const [name, values] of taken) state.set(name, values);
  return taken.size;
}

/** Name of the batch normalisation declared right behind a convolution. */
function normBehind(network: Network, convolution: string): string | undefined {
  const place = network.parameters.findIndex((spec) => spec.name === convolution);
  const name = network.parameters[place + 1]?.name.replace(/\.weight$/, '');
  return network.statistics.some((spec) => spec.name === `${name}.running_mean`) ? name : undefined;
}

function fitting(tensor: StoredTensor | undefined, shape: readonly number[]): Float32Array | undefined {
  if (!tensor) return undefined;
  if (tensor.shape.join() === shape.join()) return tensor.values();
  const [outputs, inputs, height, width] = tensor.shape;
  const greyFromColour =
    tensor.shape.length === 4 && inputs === 3 && [outputs, 1, height, width].join() === shape.join();
  if (!greyFromColour) return undefined;
  const values = tensor.values();
  const pixels = height! * width!;
  return Float32Array.from({ length: outputs! * pixels }, (_, index) => {
    const start = Math.floor(index / pixels) * 3 * pixels + (index % pixels);
    return values[start]! + values[start + pixels]! + values[start + 2 * pixels]!;
  });
}
