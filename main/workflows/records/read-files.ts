/** Files read for a model without being brought into the library. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family, ReadOptions } from '../../families/family.ts';
import type { WorkOptions } from '../progress.ts';
import type { ReadInput, ReadOutput } from '../work/record-tasks.ts';
import { openReaders } from './families.ts';
import { fileNamesHint, findRecordFiles } from './scan-records.ts';
import type { StoredReading } from './stored-reading.ts';

export interface FileReading {
  readonly file: string;
  /** Links resolved. */
  readonly path: string;
  readonly reading: StoredReading | null;
  /** Why it could not be read. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** In the order of their names. Errors: notFound, cancelled. */
export async function readFiles(
  family: Family,
  paths: readonly string[],
  options: ReadOptions,
  { signal, onProgress }: WorkOptions,
  workers?: number,
): Promise<FileReading[]> {
  const files = findRecordFiles(family, paths).files.filter(({ skipReason }) => skipReason === null);
  if (files.length === 0) {
    throw new NightsiftError('notFound', `There is no file of ${family.noun.many} in ${paths.join(', ')}.`, {
      hint: fileNamesHint(family),
    });
  }
  const readers = openReaders(workers ?? Math.min(files.length, 4));
  let done = 0;
  try {
    return await Promise.all(
      files.map(async ({ path, file }): Promise<FileReading> => {
        const input: ReadInput = { family: family.name, path, file, options, blobsDirectory: null };
        const output = await readers.run<ReadOutput>('read', input, { signal });
        done += 1;
        onProgress?.({ phase: 'reading', done, total: files.length, note: file });
        if (output.outcome === 'read') return { file, path, reading: output.reading, error: null };
        const { code, message } = output.error;
        return { file, path, reading: null, error: { code, message } };
      }),
    );
  } finally {
    await readers.close();
  }
}
