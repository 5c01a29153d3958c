import { NightsiftError } from '../../../contract/errors.ts';
import { assembleNetwork, type NetworkPlan } from './assemble.ts';
import { takeFolded } from './folded-weights.ts';
import type { Network } from './network.ts';
import { readWeightFile, type StoredTensor, type WeightFile } from './weight-file.ts';

/** What a network took from a backbone, and what it did not. */
export interface ImportedBackbone {
  readonly taken: number;
  /** Tensors of the network that start anew: a head for other classes, say. */
  readonly fresh: readonly string[];
  /** Tensors of the file that the network has no place for. */
  readonly unused: readonly string[];
}

/**
 * Takes trained weights over into a fresh state.
 *
 * By name first (PyTorch's names, also behind `module.`), where the shapes fit. Exporters that fold batch
 * normalisation into the layer before it lose the names; then those layers are taken in the order of execution
 * and their normalisations become the identity plus the folded bias. A first convolution for colour is summed over
 * its input channels when the network reads grey images. The body is taken whole or not at all; a head for other
 * classes is left out.
 * @throws NightsiftError `badModel` for unreadable files and weights that are no numbers, `modelMismatch` for another
 * architecture, deeper ones too
 */
export function importBackbone(
  bytes: Uint8Array,
  plan: NetworkPlan,
  state: Map<string, Float32Array>,
): ImportedBackbone {
  const file = readWeightFile(bytes);
  const { network } = assembleNetwork(plan, { mode: 'training', items: 2 });
  const specs = [...network.parameters, ...network.statistics];
  const isBody = bodyOf(plan, network);
  const named = new Map<string, Float32Array>();
  for (const { name, shape } of specs) {
    const values = fitting(file.tensors.get(name) ?? file.tensors.get(`module.${name}`), shape);
    if (values) named.set(name, values);
  }
  const lacking = (found: ReadonlyMap<string, Float32Array>) =>
    specs.flatMap(({ name }) => (isBody(name) && !found.has(name) ? [name] : []));
  const folded = lacking(named).length === 0 ? undefined : takeFolded(file, network, named, fitting);
  const taken = folded ?? named;
  const missing = lacking(taken);
  const known = new Set(specs.map(({ name }) => name));
  const unused = [...file.tensors.keys()].map(plainName).filter((name) => !known.has(name));
  const deeper = folded ? [] : likeBody(unused, [...known].filter(isBody));
  if (missing.length > 0 || deeper.length > 0) {
    throw otherArchitecture(plan, file, { missing, deeper, body: [...known].filter(isBody) });
  }
  refuseNoNumbers(taken);
  for (const [name, values] of taken) state.set(name, values);
  return {
    taken: taken.size,
    fresh: [...known].filter((name) => !taken.has(name)),
    // under folded names nobody can tell what is what
    unused: folded ? [] : unused.filter((name) => !name.endsWith('num_batches_tracked')),
  };
}

/** In words, for the run's notes. */
export function backboneNote({ taken, fresh, unused }: ImportedBackbone): string {
  const some = (names: readonly string[]) =>
    names.length > mostNamed
      ? `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`
      : names.join(', ');
  return [
    `${taken} tensors taken from the backbone`,
    ...(fresh.length > 0 ? [`trained anew: ${some(fresh)}`] : []),
    ...(unused.length > 0 ? [`left over in the file: ${some(unused)}`] : []),
  ]
    .join('; ')
    .concat('.');
}

const mostNamed = 4;

const plainName = (name: string) => name.replace(/^module\./, '');

/** What a recipe calls its body; else all whose size has nothing to do with the number of classes. */
function bodyOf(plan: NetworkPlan, network: Network): (name: string) => boolean {
  const { isBody } = plan.recipe;
  if (isBody) return isBody;
  const other = assembleNetwork(
    { ...plan, classes: plan.classes + 1 },
    { mode: 'training', items: 2 },
  ).network;
  const shapes = new Map(other.parameters.map(({ name, shape }) => [name, shape.join()]));
  const heads = new Set(
    network.parameters.flatMap(({ name, shape }) => (shapes.get(name) === shape.join() ? [] : [name])),
  );
  return (name) => !heads.has(name);
}

/** Names that differ from those of a body in their numbers only: further blocks of the same kind. */
function likeBody(names: readonly string[], body: readonly string[]): string[] {
  const pattern = (name: string) => name.replaceAll(/\d+/g, '#');
  const known = new Set(body.map(pattern));
  return names.filter((name) => known.has(pattern(name)));
}

function refuseNoNumbers(taken: ReadonlyMap<string, Float32Array>): void {
  for (const [name, values] of taken) {
    const place = values.findIndex((value) => !Number.isFinite(value));
    if (place < 0) continue;
    throw new NightsiftError(
      'badModel',
      `The backbone holds weights that are no numbers: ${name} has ${values[place]} at place ${place}.`,
      {
        hint: 'Its training diverged or the file is damaged: choose another file.',
        details: { tensor: name },
      },
    );
  }
}

interface Differences {
  readonly missing: readonly string[];
  readonly deeper: readonly string[];
  readonly body: readonly string[];
}

function otherArchitecture(
  { recipe }: NetworkPlan,
  file: WeightFile,
  { missing, deeper, body }: Differences,
): NightsiftError {
  const has = (name: string) => file.tensors.has(name) || file.tensors.has(`module.${name}`);
  const reshaped = missing.filter(has);
  const absent = missing.filter((name) => !has(name));
  const whole = `of the ${body.length} tensors of its body`;
  const told = [
    ...blockCounts([...file.tensors.keys()].map(plainName), body, recipe.name),
    ...(absent.length > 0
      ? [`${absent.length} ${whole} are not in the file, the first is ${absent[0]}`]
      : []),
    ...(reshaped.length > 0
      ? [`${reshaped.length} ${whole} have another shape there, the first is ${reshaped[0]}`]
      : []),
    ...(deeper.length > 0
      ? [`the file holds ${deeper.length} more of the same kind, the first is ${deeper[0]}`]
      : []),
  ];
  return new NightsiftError(
    'modelMismatch',
    `The backbone is of another network than ${recipe.name}: ${told.join('; ')}.`,
    {
      hint: 'Choose a whole file of the same architecture and width, with PyTorch parameter names.',
      details: { missing, unused: deeper },
    },
  );
}

/** `layer1 has 3 blocks in the file and 2 in resnet18`, where they differ. */
function blockCounts(file: readonly string[], body: readonly string[], recipe: string): string[] {
  const [there, here] = [blocksOf(file), blocksOf(body)];
  return [...here].flatMap(([name, blocks]) => {
    const found = there.get(name)?.size ?? 0;
    if (found === 0 || found === blocks.size) return [];
    return [`${name} has ${found} blocks in the file and ${blocks.size} in ${recipe}`];
  });
}

function blocksOf(names: readonly string[]): Map<string, Set<string>> {
  const blocks = new Map<string, Set<string>>();
  for (const name of names) {
    const [, group, number] = /^(\D[^.]*)\.(\d+)\./.exec(name) ?? [];
    if (group === undefined || number === undefined) continue;
    blocks.set(group, (blocks.get(group) ?? new Set<string>()).add(number));
  }
  return blocks;
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
