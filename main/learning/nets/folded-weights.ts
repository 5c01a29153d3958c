/** Layers whose batch normalisation was folded into them when they were exported, told by their order. */
import { batchNormEpsilon } from './layers.ts';
import type { Network, ParameterSpec } from './network.ts';
import type { StoredLayer, StoredTensor, WeightFile } from './weight-file.ts';

type Fitting = (tensor: StoredTensor | undefined, shape: readonly number[]) => Float32Array | undefined;

/**
 * The tensors of a network that a file with folded normalisation gives, those known by name among them.
 * All or nothing: undefined when a single layer differs.
 */
export function takeFolded(
  file: WeightFile,
  network: Network,
  named: ReadonlyMap<string, Float32Array>,
  fitting: Fitting,
): Map<string, Float32Array> | undefined {
  const wanted = network.parameters.flatMap((spec, place) => {
    const norm = normBehind(network, place);
    // a normalisation known by name was not folded
    return norm === undefined || named.has(`${norm}.weight`) ? [] : [{ spec, norm }];
  });
  const isConvolution = ({ spec }: { readonly spec: ParameterSpec }) => spec.shape.length > 2;
  const products = file.products.filter(({ name }) => !network.parameterValues.has(name));
  const pairs = [
    ...paired(wanted.filter(isConvolution), file.convolutions),
    ...paired(
      wanted.filter((each) => !isConvolution(each)),
      products,
    ),
  ];
  if (pairs.length === 0 || pairs.length < wanted.length) return undefined;
  const taken = new Map(named);
  for (const { spec, norm, layer } of pairs) {
    const values = fitting(layer.weight, spec.shape);
    if (!values || !layer.bias) return undefined;
    const channels = spec.shape[0]!;
    taken.set(spec.name, values);
    taken.set(`${norm}.weight`, new Float32Array(channels).fill(Math.sqrt(1 + batchNormEpsilon)));
    taken.set(`${norm}.bias`, layer.bias.values());
    taken.set(`${norm}.running_mean`, new Float32Array(channels));
    taken.set(`${norm}.running_var`, new Float32Array(channels).fill(1));
  }
  return taken;
}

/** One to one in order; none where the numbers differ. */
function paired<Wanted extends object>(
  wanted: readonly Wanted[],
  layers: readonly StoredLayer[],
): (Wanted & { readonly layer: StoredLayer })[] {
  if (wanted.length !== layers.length) return [];
  return wanted.map((each, place) => ({ ...each, layer: layers[place]! }));
}

/** Name of the batch normalisation declared right behind a layer's weights. */
function normBehind(network: Network, place: number): string | undefined {
  if ((network.parameters[place]?.shape.length ?? 0) < 2) return undefined;
  const name = network.parameters[place + 1]?.name.replace(/\.weight$/, '');
  return network.statistics.some((spec) => spec.name === `${name}.running_mean`) ? name : undefined;
}
