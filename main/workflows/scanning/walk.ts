/** Finds the files of a night: folders in a fixed order, links to files followed once, nothing opened but first bytes. */
import {
  closeSync,
  type Dirent,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import type { FileFacts } from '../../library/sessions.ts';
import { liesIn } from '../files/lies-in.ts';

export interface FoundFile {
  /** Relative to the root, with forward slashes. */
  readonly file: string;
  readonly path: string;
  /** Null when the system does not even tell its size. */
  readonly facts: FileFacts | null;
  /** Why it is no candidate; null for images by name or first bytes. */
  readonly skipReason: string | null;
}

export interface FoundNight {
  /** The deepest folder that holds all the paths, links resolved. */
  readonly root: string;
  readonly files: readonly FoundFile[];
  /** What was walked in full, as beginnings of file names: empty for the root, else `folder/`. */
  readonly folders: readonly string[];
}

const imageName = /\.(fits?|fts|fits?\.fz|fts\.fz|fz|fits?\.gz|fts\.gz|xisf|png|jpe?g|tiff?)$/i;

/**
 * Walks `paths` (files and folders); images unless told otherwise. Errors: notFound when a path does not exist, badInput when they have no
 * folder in common. A folder that cannot be read becomes a skipped entry; the walk goes on.
 */
export function findFiles(paths: readonly string[], reasonAgainst: ReasonAgainst = notAnImage): FoundNight {
  const starts = paths.map(realPathOf);
  const root = commonFolder(starts.map((path) => (statSync(path).isDirectory() ? path : dirname(path))));
  const walk: Walk = { root, starts, reasonAgainst, files: [], folders: new Set(), seen: new Map() };
  for (const start of starts) {
    if (statSync(start).isDirectory()) visitFolder(walk, start);
    else visitFile(walk, start);
  }
  walk.files.sort((one, other) => (one.file < other.file ? -1 : 1));
  const folders = starts
    .filter((start) => statSync(start).isDirectory())
    .map((start) => (start === root ? '' : `${nameIn(walk, start)}/`));
  return { root, files: walk.files, folders };
}

/** Why a file is no candidate, by its name and its path; null when it is one. */
export type ReasonAgainst = (name: string, path: string) => string | null;

function notAnImage(name: string, path: string): string | null {
  return imageName.test(name) || beginsLikeAnImage(path)
    ? null
    : 'not an image by its name or its first bytes';
}

interface Walk {
  readonly root: string;
  /** The real paths that were named. */
  readonly starts: readonly string[];
  readonly reasonAgainst: ReasonAgainst;
  readonly files: FoundFile[];
  /** Real paths of folders already visited: one named within another is visited once. */
  readonly folders: Set<string>;
  /** Real path of a file to the name it was first met by. */
  readonly seen: Map<string, string>;
}

/** Errors: notFound. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch (error) {
    throw new NightsiftError('notFound', `There is no file or folder ${path}.`, {
      hint: 'Check the path; a disk may not be mounted.',
      details: { path },
      cause: error,
    });
  }
}

function commonFolder(folders: readonly string[]): string {
  let common = folders[0];
  for (const folder of folders) {
    while (!liesIn(common, folder)) {
      const above = dirname(common);
      if (above === common) {
        throw new NightsiftError('badInput', `${folders[0]} and ${folder} have no folder in common.`, {
          hint: 'Scan them one after the other, as sessions of their own.',
        });
      }
      common = above;
    }
  }
  return common;
}

function visitFolder(walk: Walk, folder: string): void {
  let entries: Dirent[];
  try {
    const real = realpathSync(folder);
    if (walk.folders.has(real)) return;
    walk.folders.add(real);
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    skip(walk, folder, `the folder cannot be read (${systemWords(error)})`);
    return;
  }
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  // plain entries before links, so that a file keeps its own name rather than that of a link to it
  for (const entry of entries) if (!entry.isSymbolicLink()) visitEntry(walk, join(folder, entry.name), entry);
  for (const entry of entries) if (entry.isSymbolicLink()) visitLink(walk, join(folder, entry.name));
}

function visitEntry(walk: Walk, path: string, entry: Pick<Dirent, 'name' | 'isDirectory' | 'isFile'>): void {
  if (entry.isDirectory()) {
    if (!entry.name.startsWith('.')) visitFolder(walk, path);
  } else if (entry.isFile()) {
    visitFile(walk, path);
  } else {
    skip(walk, path, 'not a regular file');
  }
}

/** Files of a folder that nobody named are nobody's to judge, and to move away when the night is sorted. */
function visitLink(walk: Walk, path: string): void {
  try {
    if (!statSync(path).isDirectory()) {
      visitFile(walk, path);
      return;
    }
    const real = realpathSync(path);
    if (walk.starts.some((start) => isVisited(start, real))) return; // under its own name
    skip(walk, path, `a link to the folder ${real}, which is not followed: name that folder to take it in`);
  } catch (error) {
    skip(walk, path, `a link that leads nowhere (${systemWords(error)})`);
  }
}

function isVisited(start: string, real: string): boolean {
  const isHidden = /(^|[\\/])\./.test(relative(start, real));
  return liesIn(start, real) && !isHidden;
}

function visitFile(walk: Walk, path: string): void {
  const name = path.slice(path.lastIndexOf(sep) + 1);
  if (name.startsWith('.')) {
    skip(walk, path, 'a hidden file');
    return;
  }
  let facts: FileFacts;
  let real: string;
  try {
    real = realpathSync(path);
    const { size, mtimeNs, ino } = statSync(path, { bigint: true });
    if (!statSync(path).isFile()) {
      skip(walk, path, 'not a regular file');
      return;
    }
    facts = { byteLength: Number(size), modifiedNanoseconds: String(mtimeNs), inode: String(ino) };
  } catch {
    walk.files.push({ file: nameIn(walk, path), path, facts: null, skipReason: null });
    return;
  }
  const first = walk.seen.get(real);
  if (first !== undefined) {
    // named twice on the command line is one file; met again through a link it is answered as such
    if (first !== nameIn(walk, path)) skip(walk, path, `the same file as ${first}`);
    return;
  }
  walk.seen.set(real, nameIn(walk, path));
  walk.files.push({ file: nameIn(walk, path), path, facts, skipReason: walk.reasonAgainst(name, path) });
}

/** FITS and XISF also come without an extension of theirs; the rest is known by name. */
function beginsLikeAnImage(path: string): boolean {
  const first = Buffer.alloc(10);
  try {
    const handle = openSync(path, 'r');
    try {
      readSync(handle, first, 0, first.length, 0);
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
  return first.toString('latin1').startsWith('SIMPLE  =') || first.toString('latin1').startsWith('XISF0100');
}

function skip(walk: Walk, path: string, skipReason: string): void {
  walk.files.push({ file: nameIn(walk, path), path, facts: factsOfLink(path), skipReason });
}

function factsOfLink(path: string): FileFacts | null {
  try {
    const { size, mtimeNs, ino } = lstatSync(path, { bigint: true });
    return { byteLength: Number(size), modifiedNanoseconds: String(mtimeNs), inode: String(ino) };
  } catch {
    return null;
  }
}

function nameIn(walk: Walk, path: string): string {
  return relative(walk.root, path).split(sep).join('/') || path.slice(path.lastIndexOf(sep) + 1);
}

function systemWords(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return 'unknown reason';
}

/** By the name alone; a scan looks at the first bytes too. */
export function isImageName(name: string): boolean {
  return imageName.test(name);
}
