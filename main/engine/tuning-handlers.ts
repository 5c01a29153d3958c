import type { tuningCalls } from '../../contract/calls/tuning.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { listStudies, showStudy, studyChoices } from '../workflows/studies.ts';
import { tune } from '../workflows/tune.ts';
import { type Rooms, workOptions } from './rooms.ts';

export function tuningHandlers(rooms: Rooms): Handlers<typeof tuningCalls> {
  return {
    'tune.start': (input) =>
      rooms.jobs.start('tune.start', input, (context) => tune(rooms, input, workOptions(context))),
    'studies.list': () => listStudies(rooms.library),
    'studies.show': ({ study }) => showStudy(rooms.library, study),
    'studies.choices': () => studyChoices(),
  };
}
