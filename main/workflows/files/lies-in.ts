/** Where folders lie, and what they hold. */
import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { systemCode } from '../../library/storage-errors.ts';

/** Whether `folder`, or a file, is `root` or lies below it. */
export function liesIn(root: string, folder: string): boolean {
  const [above, below] = [resolve(root), resolve(folder)];
  return below === above || below.startsWith(above.endsWith(sep) ? above : above + sep);
}

/** What a person should know who puts copies of frames among the frames; null where they lie apart. */
export function copiesAmongFrames(root: string, into: string): string | null {
  return liesIn(root, into)
    ? `${into} lies in the folder of the frames, ${root}: the next scan of it takes what is there for further frames. A folder beside it would not.`
    : null;
}

/** Before the first file is written into a folder. Errors: wrongUse where a file has its name, or that of a folder above it. */
export function refuseFile(into: string): void {
  if (isFolderOrFree(into)) return;
  throw new NightsiftError('wrongUse', `${into} is a file, or lies below one; a folder is needed.`, {
    hint: 'Name a folder; it is made if it is not there.',
  });
}

function isFolderOrFree(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false;
  } catch (error) {
    return systemCode(error) !== 'ENOTDIR'; // what else is wrong, writing will say
  }
}
