/** Files that a command was asked to write: whole or not at all. */
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import { isSpecialFile, refuseForeignFile } from '../../engine/output-guard.ts';

/**
 * Said before long work begins, of a file that will be written when it has ended; writing looks again.
 * @param beginning how the content will begin: the header of a table, the opening of JSON
 */
export function refuseOccupied(file: string, beginning: string): void {
  try {
    if (!isSpecialFile(file)) refuseForeignFile(file, new TextEncoder().encode(beginning));
  } catch (thrown) {
    throw isNightsiftError(thrown) ? thrown : cannotWrite(file, thrown);
  }
}

export async function writeOutputFile(file: string, content: string | Uint8Array): Promise<void> {
  const part = `${file}.part-${process.pid}`;
  try {
    if (isSpecialFile(file)) return await writeFile(file, content);
    refuseForeignFile(file, typeof content === 'string' ? new TextEncoder().encode(content) : content);
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(part, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (thrown) {
    if (isNightsiftError(thrown)) throw thrown;
    await rm(part, { force: true }).catch(() => undefined); // where the folder is none, there is no part either
    throw cannotWrite(file, thrown);
  }
}

function cannotWrite(file: string, thrown: unknown): NightsiftError {
  const { code } = thrown as NodeJS.ErrnoException;
  return new NightsiftError(
    code === 'ENOSPC' ? 'diskFull' : 'cannotOpen',
    `Cannot write ${file}: ${code ?? String(thrown)}.`,
    {
      hint: 'Choose another place with room and the right to write.',
      details: { file },
      cause: thrown,
    },
  );
}
