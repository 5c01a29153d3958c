/** Sources beyond this machine's files: what there is, what was fetched, fetching ahead. Nothing is fetched unless a person names it. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';

export const FetchedSource = z.object({
  /** For `sources.forget`. */
  key: z.string(),
  address: z.string(),
  /** The commit that it was pinned to. */
  revision: z.string().nullable(),
  /** Where its files lie, links to copies that are kept by their content. */
  folder: z.string(),
  files: z.number(),
  byteLength: z.number(),
  fetchedAt: z.string(),
  usedAt: z.string(),
});
export type FetchedSource = z.infer<typeof FetchedSource>;

export const sourceCalls = {
  'sources.list': ask({
    in: z.object({}),
    out: z.object({
      /** How addresses are written. */
      kinds: z.array(z.object({ name: z.string(), title: z.string(), form: z.string() })),
      presets: z.array(
        z.object({ name: z.string(), title: z.string(), address: z.string(), family: z.string() }),
      ),
      fetched: z.array(FetchedSource),
      byteLength: z.number(),
      /** What was used longest ago is dropped beyond this. */
      mostBytes: z.number(),
    }),
  }),
  /** Everything of the sources, whatever family may read it. */
  'sources.fetch.start': work({
    in: z.object({ addresses: z.array(z.string().min(1)).min(1) }),
    result: z.array(FetchedSource),
  }),
  /** By key or address. Sessions that were read from it stay. */
  'sources.forget': ask({
    in: z.object({ source: z.string().min(1) }),
    out: z.object({ address: z.string(), freedBytes: z.number() }),
  }),
  /** Holds every copy against its hash; damaged ones are dropped and fetched again when they are needed. */
  'sources.verify.start': work({
    in: z.object({}),
    result: z.object({ files: z.number(), damaged: z.array(z.string()) }),
  }),
};
