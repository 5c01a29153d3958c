/** What a person set, with the defaults of the rest; and folders of this machine to choose from. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { type FolderListing, Settings } from '../../contract/calls/settings.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { PolicyName, Thresholds } from '../../contract/words.ts';
import type { Library } from '../library/open-library.ts';
import { liesIn } from './files/lies-in.ts';
import { isImageName } from './scanning/walk.ts';

const defaults: Settings = {
  theme: 'dark',
  workers: null,
  policy: 'strict',
  reviewer: '',
  showSuggestion: true,
  autoAdvance: true,
  keys: {},
};

/** As they arrive from a screen. */
type Changes = { readonly [K in keyof Settings]?: Settings[K] | undefined };

/** A value that a later version wrote and this one does not know is left out, not an error. */
export function readSettings(library: Library): Settings {
  const stored = Settings.partial().safeParse(library.settings.read('workbench') ?? {});
  return stored.success ? { ...defaults, ...defined(stored.data) } : defaults;
}

export function saveSettings(library: Library, changes: Changes): Settings {
  const settings = { ...readSettings(library), ...defined(changes) };
  library.settings.write('workbench', settings);
  return settings;
}

/** What was not given leaves the others as they are. */
function defined(values: Changes): Partial<Settings> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Thresholds by hand, as a calibration of their own: later scans use them. */
export function setThresholds(library: Library, policy: PolicyName, thresholds: Thresholds): Thresholds {
  const { clean, contaminated } = thresholds;
  library.calibrations.save({ family: 'frames', policy, clean, contaminated, basis: { by: 'a person' } });
  return library.calibrations.thresholds('frames', { policy });
}

/**
 * Folders to choose from, below `roots` alone. Names that begin with a dot are left out.
 * Errors: notFound, cannotOpen; wrongUse for a folder outside the roots.
 */
export function listFolders(roots: readonly string[], path: string | undefined): FolderListing {
  const allowed = roots.flatMap((root) => {
    const real = realPath(root);
    return real === null ? [] : [real];
  });
  const [first = sep] = allowed;
  const real = path === undefined ? first : realPath(resolve(path));
  if (real === null || !statSync(real).isDirectory()) {
    throw new NightsiftError('notFound', `There is no folder ${path}.`, {
      hint: 'Check the path; a disk may not be mounted.',
    });
  }
  if (!allowed.some((root) => liesIn(root, real))) {
    throw new NightsiftError('wrongUse', `${path} lies outside the folders that this Nightsift may open.`, {
      hint: `Choose a folder below ${allowed.join(' or ')}.`,
    });
  }
  const entries = readFolder(real);
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => ({ name, path: join(real, name) }))
    .sort((one, other) => one.name.localeCompare(other.name));
  const parent = dirname(real);
  return {
    path: real,
    parent: parent !== real && allowed.some((root) => liesIn(root, parent)) ? parent : null,
    roots: allowed,
    folders,
    images: entries.filter((entry) => entry.isFile() && isImageName(entry.name)).length,
  };
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function readFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (cause) {
    throw new NightsiftError('cannotOpen', `The folder ${path} cannot be read.`, {
      hint: 'Check its permissions.',
      cause,
    });
  }
}
