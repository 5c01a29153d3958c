/** The stored readings of a session, joined with the catalogue's items. */
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { Source } from '../../library/sources.ts';
import { itemName } from './read-sources.ts';
import { decodeReading, type StoredItem, type StoredReading } from './stored-reading.ts';

export interface SourceWithReading {
  readonly source: Source;
  /** Null for a source that could not be read. */
  readonly reading: StoredReading | null;
}

export interface StandingItem {
  readonly itemId: number;
  /** `FILE#ID` */
  readonly file: string;
  readonly source: Source;
  readonly reading: StoredReading;
  readonly ordinal: number;
  readonly stored: StoredItem;
}

// Lists are asked for page by page: the readings of the last few sources stay decoded.
const keptReadings = 4;
const decoded = new Map<string, StoredReading>();

/** Errors: notFound, libraryDamaged. */
export function readingOf(library: Library, recordBlob: string): StoredReading {
  const key = library.blobs.pathOf(recordBlob);
  const known = decoded.get(key);
  if (known !== undefined) return known;
  const reading = decodeReading(library.blobs.get(recordBlob));
  if (decoded.size >= keptReadings) decoded.delete(decoded.keys().next().value ?? '');
  decoded.set(key, reading);
  return reading;
}

export function sourcesWithReadings(library: Library, session: Session): SourceWithReading[] {
  return library.sources.list(session.id).map((source) => ({
    source,
    reading: source.recordBlob === null ? null : readingOf(library, source.recordBlob),
  }));
}

/** Every present item, in the order of sources and of the items in them. */
export function standingItems(library: Library, session: Session): StandingItem[] {
  return sourcesWithReadings(library, session).flatMap(({ source, reading }) => {
    if (reading === null) return [];
    const ids = library.sources.itemIds(source.id);
    return reading.items.flatMap((stored, ordinal): StandingItem[] => {
      const itemId = ids.get(ordinal);
      if (itemId === undefined) return [];
      return [{ itemId, file: itemName(source.file, stored.id), source, reading, ordinal, stored }];
    });
  });
}
