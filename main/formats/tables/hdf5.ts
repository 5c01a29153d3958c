/** Tables of HDF5 files: data sets side by side, compound ones, and the frames that pandas writes. */

import type { Dataset, Group } from 'h5wasm';
import { isNightsiftError } from '../../../contract/errors.ts';
import { quoted, refusal } from '../refusal.ts';
import { type NamedArray, tableFromArrays } from './arrays.ts';
import { cellOf, mostCells, type Table } from './table.ts';

type File = { readonly name: string };
type Library = typeof import('h5wasm');

const deepest = 8;
const mostDataSets = 4096;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

export function looksLikeHdf5(bytes: Uint8Array): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

/** Read in WebAssembly's own memory: a damaged file cannot reach ours. Errors: badHeader, damagedData, tooLarge. */
export async function readHdf5(bytes: Uint8Array, file: File): Promise<Table> {
  const library = await import('h5wasm');
  const { FS, activate_throwing_error_handler: throwErrors } = await library.ready;
  // otherwise it writes pages of diagnostics to the terminal
  throwErrors();
  const path = `/table-${Math.random().toString(36).slice(2)}.h5`;
  FS.writeFile(path, bytes);
  try {
    const opened = new library.File(path, 'r');
    try {
      return tableFromArrays(arraysOf(library, opened, file), file);
    } finally {
      opened.close();
    }
  } catch (thrown) {
    if (isNightsiftError(thrown)) throw thrown;
    throw refusal('damagedData', file, `HDF5 cannot read it (${wordsOf(thrown)})`, 'Copy the file again.');
  } finally {
    FS.unlink(path);
  }
}

/** The first line that says something: behind it stand the places in the library's own source. */
function wordsOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const lines = text.split(/[\r\n]+/).map((line) => line.replace(/(?:[\w.-]*\/)+[\w.-]+/g, '').trim());
  return quoted(lines.find((line) => /[a-z]/i.test(line)) ?? 'no reason given', 120);
}

/** Of the group that holds the most rows, so that what lies beside it (a few constants) does not count. */
function arraysOf(library: Library, top: Group, file: File): NamedArray[] {
  const groups: { readonly arrays: NamedArray[]; readonly rows: number }[] = [];
  let seen = 0;
  const visit = (group: Group, depth: number): void => {
    const frame = pandasFrame(library, group, file);
    const arrays = frame ?? [];
    for (const name of group.keys()) {
      if (frame !== null) break;
      const child = group.get(name);
      seen += 1;
      if (seen > mostDataSets)
        throw refusal(
          'tooLarge',
          file,
          `it holds more than ${mostDataSets} data sets`,
          'Save a table of its own.',
        );
      if (child instanceof library.Group) {
        if (depth < deepest) visit(child, depth + 1);
      } else if (child instanceof library.Dataset) arrays.push(...arraysOfDataset(name, child, file));
    }
    const rows = Math.max(0, ...arrays.map(({ shape }) => shape[0] ?? 0));
    if (arrays.length > 0) groups.push({ arrays, rows });
  };
  visit(top, 0);
  groups.sort((one, other) => other.rows - one.rows);
  return groups[0]?.arrays ?? [];
}

function arraysOfDataset(name: string, dataset: Dataset, file: File): NamedArray[] {
  const shape = dataset.shape;
  if (shape === null) return [];
  const count = shape.reduce((product, length) => product * length, 1);
  if (count > mostCells)
    throw refusal(
      'tooLarge',
      file,
      `${quoted(name)} holds ${count} values`,
      `At most ${mostCells} are read.`,
    );
  const { compound_type: compound } = dataset.metadata;
  const values = dataset.value;
  if (compound !== undefined && Array.isArray(values)) {
    const records = values as unknown as readonly (readonly unknown[])[];
    return compound.members.map((member, place) => ({
      name: member.name,
      shape,
      cell: (row) => cellOf(records[row]?.[place]),
    }));
  }
  if (values === null) return [];
  if (shape.length === 0) return [{ name, shape, cell: () => cellOf(values) }];
  const list = values as unknown as ArrayLike<unknown>;
  return [{ name, shape, cell: (index) => cellOf(list[index]) }];
}

/** The fixed layout of pandas.to_hdf: `axis0` names the columns, `block0_items` those of the matrix `block0_values`. */
function pandasFrame(library: Library, group: Group, file: File): NamedArray[] | null {
  const blocks = group.keys().filter((name) => /^block\d+_values$/.test(name));
  if (blocks.length === 0) return null;
  return blocks.flatMap((name): NamedArray[] => {
    const values = group.get(name);
    const items = group.get(name.replace('values', 'items'));
    if (!(values instanceof library.Dataset) || !(items instanceof library.Dataset)) return [];
    const [matrix] = arraysOfDataset(name, values, file);
    const names = items.value as unknown as ArrayLike<unknown>;
    const [rows = 0, width = 1] = matrix?.shape ?? [];
    if (matrix === undefined) return [];
    return Array.from({ length: width }, (_, place) => ({
      name: cellOf(names[place]) || `${name} ${place}`,
      shape: [rows],
      cell: (row: number) => matrix.cell(row * width + place),
    }));
  });
}
