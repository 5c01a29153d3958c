/** What a script has in memory, as a file that every call takes: kept by its content, so that the same rows are the same source. */
import { join } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { sha256 } from '../../library/blobs.ts';
import { reasonAgainstName } from '../../library/fetched/safe-names.ts';
import type { Library } from '../../library/open-library.ts';
import { writeWholeFileTo } from '../export-model.ts';

/** Bytes of any format, text, or records that become lines of JSON. */
export type MemoryContent = Uint8Array | string | readonly Readonly<Record<string, unknown>>[];

/**
 * @param name as a file is called, its ending included
 * @returns the file's path. Errors: wrongUse for a name that cannot be one, diskFull, cannotOpen.
 */
export function keepFromMemory(
  library: Pick<Library, 'directory'>,
  name: string,
  content: MemoryContent,
): string {
  const reason = name.includes('/') ? 'lies in a folder' : reasonAgainstName(name);
  if (reason !== null) {
    throw new NightsiftError('wrongUse', `${JSON.stringify(name)} cannot be a file here: it ${reason}.`, {
      hint: 'Name it like a file, for example log.jsonl.',
    });
  }
  const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(textOf(content));
  const path = join(library.directory, 'sources', 'memory', sha256(bytes).slice(0, 24), name);
  writeWholeFileTo(path, bytes);
  return path;
}

function textOf(content: string | readonly Readonly<Record<string, unknown>>[]): string {
  return typeof content === 'string'
    ? content
    : content.map((record) => `${JSON.stringify(record)}\n`).join('');
}
