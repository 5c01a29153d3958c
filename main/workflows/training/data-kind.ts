/** What training has to know of a kind of data: frames on one side, families of records on the other. */
import type { FrameHeader } from '../../../contract/words.ts';
import type { Fact, Family } from '../../families/family.ts';
import { openWorkerPool } from '../../jobs/pool.ts';
import type { TensorDataset } from '../../learning/dataset.ts';
import type { Parameters } from '../../learning/recipes.ts';
import { targetKindOf } from '../../learning/targets.ts';
import { inputNamesOf } from '../../learning/trainables.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import type { FrameFamily } from '../frame-family.ts';
import { findFamily, framesName } from '../records/families.ts';
import { inputRecipeOf } from '../records/model-inputs.ts';
import { placesOf, recordTensors } from '../records/tensors.ts';
import { datasetTensors } from './dataset-tensors.ts';
import { imageSideOf, pictureSideOf } from './frame-inputs.ts';

export interface KindPorts {
  readonly library: Library;
  readonly family: FrameFamily;
}

export interface DataKind {
  /** Null for frames. */
  readonly family: Family | null;
  /** What its models answer. */
  readonly task: string;
  tensors(version: DatasetVersion, items: readonly DatasetItem[], recipe: string): Promise<TensorDataset>;
  /** How the inputs come about, for the model's file. */
  inputRecipe(version: DatasetVersion, recipe: string, tensors: TensorDataset): unknown;
  /** Names of the figures of an item; empty where they have none. */
  featureNames(version: DatasetVersion): readonly string[];
  /** A word of an item that `--where` can ask for. */
  factsOf(items: readonly DatasetItem[]): (item: DatasetItem, key: string) => unknown;
  /** What the sources say of each item, for the family's training set; empty for frames. */
  allFacts(items: readonly DatasetItem[]): Readonly<Record<string, Fact>>[];
}

/** One version per family and task is in production. */
export const frameTask = 'quality';

/** A model of numbers never stands in production for one of classes. */
export function taskOf({ task }: DataKind, parameters: Parameters): string {
  return targetKindOf(parameters) === 'number' ? `${task}-number` : task;
}

export function dataKind(ports: KindPorts, name: string): DataKind {
  return name === framesName ? frameKind(ports) : recordKind(ports.library, findFamily(name));
}

function frameKind({ library, family }: KindPorts): DataKind {
  return {
    family: null,
    task: frameTask,
    async tensors(version, items, recipe) {
      const frames = openWorkerPool({ entry: family.worker, size: 1 });
      try {
        return await datasetTensors({ library, frames }, version, items, pictureSideOf(recipe));
      } finally {
        await frames.close();
      }
    },
    inputRecipe: (version, recipe) => ({
      ...pixelRecipe(recipe),
      features: family.featureNames,
      measuredBy: version.metadata.codeVersion,
    }),
    featureNames: () => family.featureNames,
    factsOf: () => (item, key) =>
      library.measurements.find(item.contentHash, family.measurementVersion)?.header?.[
        key as keyof FrameHeader
      ],
    allFacts: () => [],
  };
}

/** Of what the recipe reads of a frame beside its figures, and of nothing else. */
function pixelRecipe(recipe: string) {
  const kinds = {
    image: { kind: 'frameView', side: imageSideOf(recipe), bits: 8, divisor: 255 },
    crops: { kind: 'frameCrops', bits: 8, divisor: 255 },
    lines: { kind: 'suspectedLines' },
  };
  const read = inputNamesOf(recipe);
  return Object.fromEntries(Object.entries(kinds).filter(([name]) => read.includes(name)));
}

function recordKind(library: Library, family: Family): DataKind {
  return {
    family,
    task: family.task,
    tensors: (version, items) => recordTensors(library, version, items),
    inputRecipe: (version, _recipe, { inputs }) => inputRecipeOf(family, version, inputs),
    featureNames: ({ metadata }) => metadata.featureNames ?? [],
    factsOf(items) {
      const places = placesOf(library, items);
      const stored = new Map(
        items.map((item, index) => [item.ordinal, places[index]!.reading.items[places[index]!.ordinal]!]),
      );
      return ({ ordinal }, key) => stored.get(ordinal)?.facts[key] ?? stored.get(ordinal)?.labels[key];
    },
    allFacts: (items) =>
      placesOf(library, items).map(({ reading, ordinal }) => reading.items[ordinal]!.facts),
  };
}
