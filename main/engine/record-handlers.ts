import type { recordCalls } from '../../contract/calls/records.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { detectEvents } from '../workflows/records/detect/detect-events.ts';
import { familyRows } from '../workflows/records/families.ts';
import { decideItems, listItems, showItem } from '../workflows/records/items.ts';
import { leaksOfFiles, leaksOfVersion } from '../workflows/records/leaks.ts';
import { simulateSource } from '../workflows/records/simulate-source.ts';
import { synthesise } from '../workflows/records/synthesise.ts';
import { type Rooms, workOptions } from './rooms.ts';

export function recordHandlers(rooms: Rooms): Handlers<typeof recordCalls> {
  const { library, jobs } = rooms;
  return {
    'families.list': () => familyRows(),
    'items.list': (input) => listItems(library, input),
    'items.decide': (input) => decideItems(library, input),
    'leaks.start': (input) =>
      jobs.start('leaks.start', input, async (context) => {
        const { dataSet, paths, family } = input;
        if (dataSet !== undefined) return leaksOfVersion(library, dataSet);
        if (paths !== undefined && family !== undefined)
          return leaksOfFiles(library, { family, paths }, workOptions(context));
        throw new NightsiftError('wrongUse', 'Name a data set, or files and their family.');
      }),
    'synthesise.start': (input) =>
      jobs.start('synthesise.start', input, (context) => synthesise(library, input, workOptions(context))),
    'detect.start': (input) =>
      jobs.start('detect.start', input, (context) => detectEvents(rooms, input, workOptions(context))),
    'simulate.start': (input) => jobs.start('simulate.start', input, async () => simulateSource(input)),
    'items.show': ({ session, file }) => showItem(library, session, file),
  };
}
