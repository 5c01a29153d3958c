/** The items of a data set on a plane: near each other where their figures are alike, whatever their labels say. */
import type { ItemMap, MapQuestion } from '../../../contract/calls/data-sets.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool } from '../../jobs/pool.ts';
import { tableInput, tableOf } from '../../learning/estimators/dataset-table.ts';
import type { Table } from '../../learning/estimators/table.ts';
import type { MapInput, MappedRows } from '../../learning/maps/map-rows.ts';
import { randomFor, shuffled } from '../../learning/random.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import type { FrameFamily } from '../frame-family.ts';
import type { WorkOptions } from '../progress.ts';
import { framesName } from '../records/families.ts';
import { recordTensors } from '../records/tensors.ts';
import { frameEmbeddings } from '../training/frame-embeddings.ts';
import type { LearningPool } from '../training/learning-pool.ts';

export interface MapPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly learning: LearningPool;
}

/** A large table takes minutes; this is the longest that a timer can be set to. */
const longestMilliseconds = 2 ** 31 - 1;

/** Errors: notFound, notEnoughData, wrongUse, cancelled. */
export async function mapItems(
  ports: MapPorts,
  question: MapQuestion,
  options: WorkOptions = {},
): Promise<ItemMap> {
  const version = ports.library.datasets.need(question.dataSet);
  const all = ports.library.datasets.items(version.id).filter(({ split }) => split !== 'gap');
  const items = drawn(all, question.mostItems, question.seed);
  options.onProgress?.({ phase: 'collecting', done: 0, total: null });
  const table = await tableFor(ports, version, items, question.by);
  const { points, groups, figures } = await inThread(table, question, options);
  return {
    dataSet: `${version.name}@${version.version}`,
    family: version.family,
    method: question.method,
    by: question.by,
    items: items.map(({ session, file, label, split }, row) => ({
      session,
      file,
      label,
      split,
      x: points[2 * row]!,
      y: points[2 * row + 1]!,
      group: groups === null ? null : groups[row]! + 1,
    })),
    leftOut: all.length - items.length,
    figures,
  };
}

function drawn(items: readonly DatasetItem[], most: number, seed: number): readonly DatasetItem[] {
  if (items.length <= most) return items;
  const places = shuffled(items.length, randomFor(seed, 'map')).slice(0, most).sort();
  return Array.from(places, (place) => items[place]!);
}

async function tableFor(
  ports: MapPorts,
  version: DatasetVersion,
  items: readonly DatasetItem[],
  by: MapQuestion['by'],
): Promise<Table> {
  const rows = by === 'embeddings' ? await embeddings(ports, version, items) : null;
  if (rows !== null) return joined(rows);
  if (version.family === framesName) return joined(items.map(({ features }) => features));
  const { inputs } = await recordTensors(ports.library, version, items);
  return tableOf(
    tableInput(inputs),
    items.map((_, row) => row),
  );
}

async function embeddings(
  ports: MapPorts,
  version: DatasetVersion,
  items: readonly DatasetItem[],
): Promise<Float32Array[]> {
  const made = version.family === framesName ? await frameEmbeddings(ports, items) : null;
  if (made !== null) return made;
  throw new NightsiftError('wrongUse', `There are no embeddings of ${version.family}.`, {
    hint: 'They are made of frames, by the body that comes with Nightsift. Map by features instead.',
  });
}

function joined(rows: readonly Float32Array[]): Table {
  const columns = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * columns);
  rows.forEach((row, index) => {
    if (row.length !== columns) {
      throw new NightsiftError('modelMismatch', 'Frames were judged by different versions of Nightsift.', {
        hint: 'Scan the session again and make a new data set version.',
      });
    }
    values.set(row, index * columns);
  });
  return { rows: rows.length, columns, values };
}

async function inThread(table: Table, question: MapQuestion, options: WorkOptions): Promise<MappedRows> {
  const { method, scaling, perplexity, iterations, groups, seed } = question;
  const input: MapInput = { table, method, scaling, perplexity, iterations, groups, seed };
  const pool = openWorkerPool({
    entry: workerEntry(import.meta.url, '../work/map-worker'),
    size: 1,
    timeoutMilliseconds: longestMilliseconds,
  });
  try {
    return await pool.run<MappedRows>('map', input, {
      signal: options.signal,
      onProgress: (done) =>
        options.onProgress?.({ phase: 'laying out', done: Number(done), total: iterations }),
    });
  } finally {
    await pool.close();
  }
}
