import type { sourceCalls } from '../../contract/calls/sources.ts';
import type { Handlers } from '../../contract/kinds.ts';
import {
  fetchAhead,
  forgetSource,
  listSources,
  verifySources,
} from '../workflows/sources/fetched-sources.ts';
import { type Rooms, workOptions } from './rooms.ts';

export function sourceHandlers({ library, jobs }: Rooms): Handlers<typeof sourceCalls> {
  return {
    'sources.list': () => listSources(library),
    'sources.fetch.start': (input) =>
      jobs.start('sources.fetch.start', input, (context) =>
        fetchAhead(library, input.addresses, workOptions(context)),
      ),
    'sources.forget': ({ source }) => forgetSource(library, source),
    'sources.verify.start': (input) =>
      jobs.start('sources.verify.start', input, async () => verifySources(library)),
  };
}
