/** A reading of a source as it is kept among the blobs. */
import type { FamilyItem, FamilyTensor, ReadOptions, SourceReading } from '../../families/family.ts';
import { sha256 } from '../../library/blobs.ts';
import {
  type FigureType,
  packArrays,
  takeFigures,
  typeOfFigures,
  unpackArrays,
} from '../datasets/packed-arrays.ts';

const magic = 'NSRD';

/** An item with what identifies its content in place of the content. */
export interface StoredItem extends Omit<FamilyItem, 'identity'> {
  readonly contentHash: string;
}

export interface StoredReading {
  /** SHA-256 of the file that was read. */
  readonly sourceHash: string;
  readonly options: ReadOptions;
  readonly items: readonly StoredItem[];
  readonly tensors: readonly FamilyTensor[];
  readonly featureNames: readonly string[];
}

interface Content {
  readonly sourceHash: string;
  readonly options: ReadOptions;
  readonly items: readonly StoredItem[];
  readonly featureNames: readonly string[];
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly type: FigureType;
  }[];
}

/** Without what only `scan` tells: problems have their place in the catalogue. */
export function storedReading(
  family: string,
  sourceHash: string,
  options: ReadOptions,
  reading: SourceReading,
): StoredReading {
  const { tensors, featureNames } = reading;
  const used = new Set<string>();
  const items = reading.items.map(({ identity, ...item }) => ({
    ...item,
    id: unusedId(used, item.id),
    contentHash: contentHashOf(family, identity),
  }));
  return { sourceHash, options, items, tensors, featureNames };
}

/** A second item of one id is told apart by a number: ids of files are not always what they promise. */
function unusedId(used: Set<string>, id: string): string {
  let free = id;
  for (let count = 2; used.has(free); count += 1) free = `${id} (${count})`;
  used.add(free);
  return free;
}

/** Of an item: the same content in two families is not the same item. */
function contentHashOf(family: string, identity: string | Uint8Array): string {
  return sha256(`${family} ${sha256(identity)}`);
}

export function encodeReading({
  sourceHash,
  options,
  items,
  tensors,
  featureNames,
}: StoredReading): Uint8Array {
  const content: Content = {
    sourceHash,
    options,
    items,
    featureNames,
    tensors: tensors.map(({ name, shape, data }) => ({
      name,
      shape,
      type: typeOfFigures(data),
    })),
  };
  return packArrays(
    magic,
    content,
    tensors.map(({ data }) => data),
  );
}

/** Errors: libraryDamaged. */
export function decodeReading(bytes: Uint8Array): StoredReading {
  const unpacked = unpackArrays(magic, bytes);
  const { sourceHash, options, items, featureNames, tensors } = unpacked.content as Content;
  return {
    sourceHash,
    options,
    items,
    featureNames,
    tensors: tensors.map(({ name, shape, type }) => ({
      name,
      shape,
      data: takeFigures(unpacked, type),
    })),
  };
}
