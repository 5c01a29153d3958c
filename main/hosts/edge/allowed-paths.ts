/**
 * A browser may name paths of the host's machine only below the folders that the host was started for. Frames, models
 * and sessions go by their ids; these are the calls that cannot do without a path.
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { NightsiftApi } from '../../../contract/api.ts';
import type { Transport } from '../../../contract/client.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { isSourceAddress } from '../../../contract/source-address.ts';

/** Fields of the input that hold a path, or a list of them; `model` and `teacher` do when they are no name. */
export const pathFields: { readonly [K in keyof NightsiftApi]?: readonly string[] } = {
  'scan.start': ['paths'],
  'annotate.start': ['into'],
  'labels.import': ['path'],
  'sort.start': ['into'],
  'datasets.create': ['paths'],
  'datasets.export': ['into'],
  'tune.start': ['paths', 'modelOutput', 'backbone'],
  'train.start': ['paths', 'modelOutput', 'backbone', 'teacher'],
  'train-from-fits.start': ['folder', 'modelOutput', 'dataSetFolder', 'backbone', 'teacher'],
  'evaluate.start': ['paths', 'model'],
  'predict.start': ['paths', 'model'],
  'models.export': ['into'],
  'leaks.start': ['paths'],
  'synthesise.start': ['paths', 'out'],
  'simulate.start': ['out'],
  'detect.start': ['paths', 'into'],
  'sources.fetch.start': ['addresses'],
  'demo.start': ['out'],
};

/** The same calls; a path outside `folders` ends them with `notAllowed` before a handler sees it. */
export function withinFolders(far: Transport, folders: readonly string[]): Transport {
  const roots = folders.map(realPlace);
  const look = (method: string, input: unknown) => {
    for (const named of pathsIn(method, input)) {
      if (isSourceAddress(named)) throw beyond(named);
      const place = realPlace(named);
      if (!roots.some((root) => isBelow(place, root))) throw outside(named, folders);
    }
  };
  return {
    ...far,
    async ask(method, input, options) {
      look(method, input);
      return far.ask(method, input, options);
    },
  };
}

function pathsIn(method: string, input: unknown): string[] {
  if (!Object.hasOwn(pathFields, method) || typeof input !== 'object' || input === null) return [];
  const fields = pathFields[method as keyof typeof pathFields] ?? [];
  const given = input as Readonly<Record<string, unknown>>;
  const values = fields
    .map((field) => given[field])
    .filter(
      (value, index) => (fields[index] !== 'model' && fields[index] !== 'teacher') || isPathOfModel(value),
    );
  // What is no text is refused by the call's schema.
  return values.flat().filter((value) => typeof value === 'string');
}

/** As the workflows tell a file from a name. */
function isPathOfModel(value: unknown): boolean {
  return typeof value === 'string' && (/[\\/]/.test(value) || value.endsWith('.onnx'));
}

/** With links followed as far as the path exists; the rest is what would be made. */
function realPlace(named: string): string {
  const absolute = path.resolve(named);
  const missing: string[] = [];
  for (let existing = absolute; ; existing = path.dirname(existing)) {
    try {
      return path.join(realpathSync(existing), ...missing);
    } catch {
      if (path.dirname(existing) === existing) return absolute;
      missing.unshift(path.basename(existing));
    }
  }
}

function isBelow(place: string, root: string): boolean {
  return place === root || place.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

/** A page must not make this machine ask others: it stands where the page does not. */
function beyond(named: string): NightsiftError {
  return new NightsiftError(
    'notAllowed',
    `${named} lies beyond this host, which fetches nothing for a browser.`,
    {
      hint: 'Fetch it on the command line: nightsift sources fetch ADDRESS, or nightsift scan ADDRESS.',
    },
  );
}

function outside(named: string, folders: readonly string[]): NightsiftError {
  return new NightsiftError('notAllowed', `${named} lies outside the folders that this host may open.`, {
    hint: `Choose a place below ${folders.join(' or ')}, or start the host with --folder.`,
  });
}
