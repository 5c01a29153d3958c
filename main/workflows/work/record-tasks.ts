/** What a records worker does: read a source through its family and keep what came out. */
import { readFileSync } from 'node:fs';
import type { ErrorRecord } from '../../../contract/error-record.ts';
import { toErrorRecord } from '../../../contract/error-record.ts';
import { NightsiftError, refusalCodes } from '../../../contract/errors.ts';
import type { Family, ReadOptions, SourceReading } from '../../families/family.ts';
import { readArrayTable } from '../../formats/tables/read-any-table.ts';
import type { TaskHandler } from '../../jobs/worker-side.ts';
import { openBlobStore, sha256 } from '../../library/blobs.ts';
import type { SourceProblem } from '../../library/sources.ts';
import { type FileState, openLocalFile } from '../../sources/local-file.ts';
import { encodeReading, type StoredReading, storedReading } from '../records/stored-reading.ts';

export interface ReadInput {
  readonly family: string;
  readonly path: string;
  /** As it is named in reports. */
  readonly file: string;
  readonly options: ReadOptions;
  /** Where the reading is kept; null hands it back instead. */
  readonly blobsDirectory: string | null;
}

/** An item as lists need it; the rest is in the stored reading. */
export interface ReadItem {
  readonly id: string;
  readonly contentHash: string;
}

export type ReadOutput =
  | {
      readonly outcome: 'read';
      readonly contentHash: string;
      readonly state: FileState;
      readonly recordBlob: string | null;
      /** When it is not kept. */
      readonly reading: StoredReading | null;
      readonly items: readonly ReadItem[];
      readonly problems: readonly SourceProblem[];
      readonly quality: readonly unknown[];
    }
  | {
      readonly outcome: 'refused';
      readonly contentHash: string | null;
      readonly state: FileState | null;
      readonly error: ErrorRecord;
    };

export interface HashOutput {
  readonly contentHash: string;
  readonly state: FileState;
}

/** Larger files are refused rather than read into memory whole. */
const largestBytes = 1024 ** 3;

/** The handlers of a records worker, for serveTasks. */
export function recordTasks(families: readonly Family[]): Readonly<Record<string, TaskHandler>> {
  return {
    read: (input) => readSource(families, input as ReadInput),
    hash: (input) => hashSource(input as Pick<ReadInput, 'path' | 'file'>),
  };
}

/** The content's hash alone, to see whether it was read before; null for a file that cannot be read. */
function hashSource({ path, file }: Pick<ReadInput, 'path' | 'file'>): HashOutput | null {
  try {
    const { bytes, state } = openFile(path, file);
    return { contentHash: sha256(bytes), state };
  } catch {
    return null; // reading says why
  }
}

/** Refusals are answers; only failures of the library itself are thrown. */
export async function readSource(families: readonly Family[], input: ReadInput): Promise<ReadOutput> {
  const family = families.find(({ name }) => name === input.family);
  if (family === undefined) throw new NightsiftError('internal', `No family "${input.family}".`);
  let contentHash: string | null = null;
  let state: FileState | null = null;
  let reading: SourceReading;
  try {
    const opened = openFile(input.path, input.file);
    state = opened.state;
    contentHash = sha256(opened.bytes);
    const table = (await readArrayTable(opened.bytes, input.file)) ?? undefined;
    reading = family.read({ file: input.file, bytes: opened.bytes, table }, input.options);
  } catch (thrown) {
    return { outcome: 'refused', contentHash, state, error: refusalOf(thrown, input.file) };
  }
  const stored = storedReading(family.name, contentHash, input.options, reading);
  const kept =
    input.blobsDirectory === null ? null : openBlobStore(input.blobsDirectory).put(encodeReading(stored));
  return {
    outcome: 'read',
    contentHash,
    state,
    recordBlob: kept,
    reading: kept === null ? stored : null,
    items: stored.items.map(({ id, contentHash: hash }) => ({ id, contentHash: hash })),
    problems: reading.problems,
    quality: family.quality(reading),
  };
}

function openFile(path: string, file: string): { bytes: Uint8Array; state: FileState } {
  const handle = openLocalFile(path, file);
  try {
    const state = handle.state();
    if (state.byteLength > largestBytes) {
      throw new NightsiftError(
        'tooLarge',
        `${file} has ${state.byteLength} bytes; at most ${largestBytes} are read.`,
        {
          hint: 'Split it into several files.',
        },
      );
    }
    const bytes = readFileSync(path);
    return { bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), state };
  } finally {
    handle.close();
  }
}

/** Every refusal has a code of the closed list; a fault of our own counts as a crash of that file. */
function refusalOf(thrown: unknown, file: string): ErrorRecord {
  const record = toErrorRecord(thrown);
  if ((refusalCodes as readonly string[]).includes(record.code)) return record;
  return { ...record, code: 'crashed', message: `${file}: reading failed: ${record.message}` };
}
