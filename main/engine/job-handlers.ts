import type { jobCalls } from '../../contract/calls/jobs.ts';
import type { Handlers } from '../../contract/kinds.ts';
import type { Rooms } from './rooms.ts';

export function jobHandlers({ jobs }: Rooms): Handlers<typeof jobCalls> {
  return {
    'jobs.list': () => jobs.list(),
    'jobs.show': ({ job }) => jobs.show(job),
    'jobs.cancel': ({ job }) => jobs.cancel(job),
    'jobs.pause': ({ job, paused }) => jobs.pause(job, paused),
    'jobs.result': ({ job }) => jobs.result(job),
    'jobs.watch': ({ job, after }, { signal }) => jobs.watch(job, after, signal),
  };
}
