import { serveTasks } from '../../../main/jobs/worker-side.ts';
import { frameTasks } from '../../../main/workflows/work/frame-tasks.ts';
import { fakeFunctions } from './functions.ts';

serveTasks(frameTasks(fakeFunctions));
