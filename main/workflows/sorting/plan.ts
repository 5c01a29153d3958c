/** What sorting a session would do, file by file, before anything is done. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FileFacts } from '../../library/sessions.ts';
import type { JudgedItem } from '../scanning/opinions.ts';

export interface PlannedMove {
  readonly source: string;
  readonly target: string;
  readonly label: string;
  readonly role: 'frame' | 'sidecar';
  /** Of the frame when it was scanned; null for sidecars, which are hashed when their turn comes. */
  readonly contentHash: string | null;
  readonly facts: FileFacts | null;
}

/** Files that capture programs, solvers and editors lay beside a frame under its stem. */
const sidecarName = /\.(xmp|txt|json|wcs|ini|csv|axy|corr|match|rdls|solved|log|acf|pp3|dop)$/i;
const frameExtension = /\.(fits?|fts|xisf|png|jpe?g|tiff?)(\.(fz|gz))?$|\.fz$/i;

/** Frames in order of their names, each followed by its sidecars. */
export function planSort(judged: readonly JudgedItem[], root: string, into: string): PlannedMove[] {
  const sorted = judged.filter(({ decision }) => decision !== null);
  const names = freeNames(sorted);
  const listing = folderListings();
  const taken = new Set<string>(); // a sidecar of two frames goes with the first
  return sorted.flatMap(({ item, decision }): PlannedMove[] => {
    const source = join(root, item.file);
    const { label } = decision!;
    const target = join(into, label, names.get(item.file)!);
    const { contentHash, byteLength, modifiedNanoseconds, inode } = item;
    const facts =
      byteLength === null || modifiedNanoseconds === null || inode === null
        ? null
        : { byteLength, modifiedNanoseconds, inode };
    const frame: PlannedMove = { source, target, label, role: 'frame', contentHash, facts };
    const sidecars = sidecarsOf(source, listing(dirname(source))).flatMap((name): PlannedMove[] => {
      const sidecar = join(dirname(source), name);
      if (taken.has(sidecar)) return [];
      taken.add(sidecar);
      const place = join(dirname(target), sidecarTarget(basename(source), basename(target), name));
      return [{ source: sidecar, target: place, label, role: 'sidecar', contentHash: null, facts: null }];
    });
    return [frame, ...sidecars];
  });
}

/**
 * The file's own name where it is the only one so called under its label, else its path with underscores; a
 * beginning of the content's hash before it should that be taken too.
 */
function freeNames(judged: readonly JudgedItem[]): Map<string, string> {
  const key = (label: string, name: string) => `${label}/${name.toLowerCase()}`; // some disks ignore case
  const counts = new Map<string, number>();
  for (const { item, decision } of judged) {
    const own = key(decision!.label, basename(item.file));
    counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  const used = new Set<string>();
  const names = new Map<string, string>();
  for (const { item, decision } of judged) {
    const own = basename(item.file);
    const isOnly = counts.get(key(decision!.label, own)) === 1;
    const path = item.file.replaceAll('/', '_');
    let name = isOnly ? own : path;
    if (used.has(key(decision!.label, name)))
      name = `${(item.contentHash ?? String(item.id)).slice(0, 8)}_${path}`;
    used.add(key(decision!.label, name));
    names.set(item.file, name);
  }
  return names;
}

function stemOf(name: string): string {
  return name.replace(frameExtension, '');
}

/** `a.xmp` and `a.fits.xmp` both belong to `a.fits`. */
function sidecarsOf(source: string, names: readonly string[]): string[] {
  const frame = basename(source);
  const stem = stemOf(frame);
  return names.filter((name) => {
    if (name === frame || !sidecarName.test(name)) return false;
    const rest = name.replace(sidecarName, '');
    return rest === stem || rest === frame;
  });
}

function sidecarTarget(frame: string, target: string, sidecar: string): string {
  if (sidecar.startsWith(frame)) return target + sidecar.slice(frame.length);
  return stemOf(target) + sidecar.slice(stemOf(frame).length);
}

function folderListings(): (folder: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (folder) => {
    let names = known.get(folder);
    if (names === undefined) {
      try {
        names = readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => entry.name)
          .sort();
      } catch {
        names = []; // the frames of that folder will say that it is gone
      }
      known.set(folder, names);
    }
    return names;
  };
}
