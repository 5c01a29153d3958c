/** The worker thread of the families whose files hold many items. */
import { families } from '../../families/index.ts';
import { serveTasks } from '../../jobs/worker-side.ts';
import { recordTasks } from './record-tasks.ts';

serveTasks(recordTasks(families));
