/** The thread that lays items out on a plane. */
import { serveTasks } from '../../jobs/worker-side.ts';
import { type MapInput, mapRows } from '../../learning/maps/map-rows.ts';

serveTasks({ map: (input, context) => mapRows(input as MapInput, (done) => context.progress(done)) });
