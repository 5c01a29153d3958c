import type { sessionCalls } from '../../contract/calls/sessions.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { annotateSession } from '../workflows/annotate.ts';
import { calibrate } from '../workflows/calibrate.ts';
import { labelFrames, labelFromCsvFile } from '../workflows/label.ts';
import { showPolicy } from '../workflows/policy.ts';
import { framesName } from '../workflows/records/families.ts';
import { scanRecords } from '../workflows/records/scan-records.ts';
import { scan } from '../workflows/scan.ts';
import { listSessions, showSession } from '../workflows/sessions.ts';
import { sortSession, undoOperation } from '../workflows/sort.ts';
import { type WatchOptions, watchNight } from '../workflows/watch.ts';

import { type Rooms, workOptions } from './rooms.ts';

export function sessionHandlers(rooms: Rooms): Handlers<typeof sessionCalls> {
  const { library, jobs } = rooms;
  return {
    'scan.start': (input) =>
      jobs.start('scan.start', input, (context) => {
        const { family: _frames, ...frames } = input;
        if (input.family !== framesName) return scanRecords(rooms, input, workOptions(context));
        if (!input.watch) return scan(rooms, frames, workOptions(context));
        const onReport: WatchOptions['onReport'] = ({ session }, fresh) =>
          context.arrived(session.name, fresh);
        return watchNight(rooms, frames, { ...workOptions(context), onReport });
      }),
    'annotate.start': (input) =>
      jobs.start('annotate.start', input, (context) => annotateSession(rooms, input, workOptions(context))),
    'policy.show': (input) => showPolicy(input),
    'sessions.list': ({ limit }) => listSessions(library, limit),
    'sessions.show': ({ session }) => showSession(library, session),
    'labels.set': ({ session, labels, by }) => labelFrames(library, session, labels, by ?? null),
    'labels.import': ({ session, path, by }) => labelFromCsvFile(library, session, path, by ?? null),
    'calibrate.start': (input) =>
      jobs.start('calibrate.start', input, async (context) =>
        calibrate(rooms, input.sessions, { apply: input.apply, ...workOptions(context) }),
      ),
    'sort.start': (input) =>
      jobs.start('sort.start', input, (context) => sortSession(rooms, input, workOptions(context))),
    'undo.start': (input) =>
      jobs.start('undo.start', input, (context) =>
        undoOperation(library, input.operation, workOptions(context)),
      ),
  };
}
