/** What the operating system asks to open: folders and frames on the command line, by association, by a second start. */
import { statSync } from 'node:fs';
import path from 'node:path';

/** The folder to bring in for each word that names something on disk; options and the program itself do not. */
export function foldersNamed(words: readonly string[], workingFolder: string): string[] {
  const folders = words
    .filter((word) => !word.startsWith('-'))
    .map((word) => folderOf(path.resolve(workingFolder, word)))
    .filter((folder) => folder !== null);
  return [...new Set(folders)];
}

/** A frame stands for the folder it lies in: frames are judged against their night. */
function folderOf(named: string): string | null {
  const stats = statSync(named, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  return stats.isDirectory() ? named : path.dirname(named);
}
