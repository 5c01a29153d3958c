/** Addresses of sources as files and folders of this machine, so that every workflow reads them as it reads any path. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { isSourceAddress } from '../../../contract/source-address.ts';
import { openFetchedFiles, type Place } from '../../library/fetched/fetched-files.ts';
import type { Library } from '../../library/open-library.ts';
import { openSource } from '../../sources/index.ts';
import type { SourcePorts } from '../../sources/source.ts';
import { systemPorts } from '../../sources/system-ports.ts';
import type { WorkOptions } from '../progress.ts';
import { type FetchPorts, fetchSource, type Wanted } from './fetch-source.ts';
import { sourcePresets } from './presets.ts';

const defaultGibibytes = 20;

/** Errors: wrongUse for a size that is none. */
export function fetchPorts(
  { directory }: Pick<Library, 'directory'>,
  { environment, now }: SourcePorts,
): FetchPorts {
  const gibibytes = Number(environment.NIGHTSIFT_CACHE_GIB || defaultGibibytes);
  if (!(gibibytes > 0)) {
    throw new NightsiftError('wrongUse', `NIGHTSIFT_CACHE_GIB is "${environment.NIGHTSIFT_CACHE_GIB}".`, {
      hint: 'Set it to the GiB that copies of sources may take.',
    });
  }
  return {
    fetched: openFetchedFiles(fetchedFolder(directory)),
    now,
    isOffline: /^(1|true|yes)$/i.test(environment.NIGHTSIFT_OFFLINE ?? ''),
    mostBytes: gibibytes * 1024 ** 3,
  };
}

function fetchedFolder(library: string): string {
  return join(library, 'sources');
}

/** Fetched one after the other in this process, so that no two write the same copy. */
let queue: Promise<unknown> = Promise.resolve();

/** Errors: those of fetchSource; wrongUse for addresses and paths together. */
export async function localPaths(
  library: Pick<Library, 'directory'>,
  words: readonly string[],
  isWanted: Wanted,
  options: WorkOptions = {},
  ports: SourcePorts = systemPorts(),
): Promise<readonly string[]> {
  const addresses = words.filter(isSourceAddress);
  if (addresses.length === 0) return words;
  if (addresses.length < words.length) {
    throw new NightsiftError(
      'wrongUse',
      'Paths of this machine and addresses of sources cannot be one session.',
      {
        hint: 'Give them one after the other.',
      },
    );
  }
  const places = await fetchPlaces(library, addresses, isWanted, options, ports);
  const [first] = places;
  if (places.length === 1 && first !== undefined) return [fileOrFolder(first)];
  return [openFetchedFiles(fetchedFolder(library.directory)).join(places)];
}

/** The same, as the places that they lie in. */
export function fetchPlaces(
  library: Pick<Library, 'directory'>,
  addresses: readonly string[],
  isWanted: Wanted,
  options: WorkOptions,
  ports: SourcePorts = systemPorts(),
): Promise<Place[]> {
  const work = async () => {
    const sources = addresses.map((address) => openSource(address, ports, sourcePresets));
    const spared = new Set(sources.map(({ address }) => address));
    const own = { ...fetchPorts(library, ports), spared };
    const places: Place[] = [];
    for (const source of sources) places.push(await fetchSource(own, source, isWanted, options));
    return places;
  };
  const done = queue.then(work, work);
  queue = done.catch(() => undefined);
  return done;
}

/** A source of a single file is that file, so that a family takes it whatever it is called. */
function fileOrFolder({ folder, record }: Place): string {
  const [only] = record.files;
  return record.listed.length === 1 && only !== undefined && readdirSync(folder).length === 1
    ? join(folder, only.name)
    : folder;
}
