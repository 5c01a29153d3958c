/** What was fetched of sources: list, fetch ahead, forget, verify. */
import type { FetchedSource } from '../../../contract/calls/sources.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { bytesOf, type Place } from '../../library/fetched/fetched-files.ts';
import type { Library } from '../../library/open-library.ts';
import { sourceKinds } from '../../sources/index.ts';
import { systemPorts } from '../../sources/system-ports.ts';
import type { WorkOptions } from '../progress.ts';
import { fetchPlaces, fetchPorts } from './local-paths.ts';
import { sourcePresets } from './presets.ts';

export function listSources(library: Library) {
  const { fetched, mostBytes } = fetchPorts(library, systemPorts());
  const places = fetched.list();
  return {
    kinds: sourceKinds.map(({ name, title, form }) => ({ name, title, form })),
    presets: sourcePresets,
    fetched: places.map(rowOf),
    byteLength: bytesOf(places),
    mostBytes,
  };
}

/** Errors: those of fetchSource. */
export async function fetchAhead(
  library: Library,
  addresses: readonly string[],
  options: WorkOptions,
): Promise<FetchedSource[]> {
  return (await fetchPlaces(library, addresses, () => true, options)).map(rowOf);
}

/** Errors: notFound, libraryBusy. */
export function forgetSource(library: Library, source: string): { address: string; freedBytes: number } {
  library.mustBeWritable();
  const { fetched } = fetchPorts(library, systemPorts());
  const before = fetched.list();
  const found = before.find(({ key, record }) => key === source || record.address === source);
  if (found === undefined) {
    throw new NightsiftError('notFound', `Nothing was fetched from ${source}.`, {
      hint: 'nightsift sources list shows keys and addresses.',
    });
  }
  fetched.forget(found.key);
  return { address: found.record.address, freedBytes: bytesOf(before) - bytesOf(fetched.list()) };
}

export function verifySources(library: Library): { files: number; damaged: string[] } {
  const { files, damaged } = fetchPorts(library, systemPorts()).fetched.verify();
  return { files, damaged: [...damaged] };
}

function rowOf({ key, folder, record }: Place): FetchedSource {
  const { address, revision, fetchedAt, usedAt, files } = record;
  const byteLength = files.reduce((sum, file) => sum + file.byteLength, 0);
  return { key, address, revision, folder, files: files.length, byteLength, fetchedAt, usedAt };
}
