/** What is remembered of a source: what it listed, what was fetched of it, when. */
import { z } from 'zod';

const Listed = z.object({ name: z.string(), byteLength: z.number().nullable(), tag: z.string().nullable() });

const FetchedFile = z.object({
  name: z.string(),
  byteLength: z.number(),
  tag: z.string().nullable(),
  /** SHA-256 of the content, which is its name among the objects. */
  contentHash: z.string(),
});
export type FetchedFile = z.infer<typeof FetchedFile>;

export const PlaceRecord = z.object({
  schema: z.literal('nightsift.source/1'),
  address: z.string(),
  title: z.string(),
  /** The commit that a revision was pinned to; null where there is no such thing. */
  revision: z.string().nullable(),
  fetchedAt: z.string(),
  usedAt: z.string(),
  listed: z.array(Listed),
  files: z.array(FetchedFile),
});
export type PlaceRecord = z.infer<typeof PlaceRecord>;

/** Null for anything but such a record: a damaged one is fetched anew. */
export function readPlaceRecord(text: string): PlaceRecord | null {
  try {
    return PlaceRecord.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
