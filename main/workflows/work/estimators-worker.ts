/** The thread that grows trees, measures distances, … : the tasks of learning/estimators/tasks.ts. */
import { serveTasks } from '../../jobs/worker-side.ts';
import { estimatorTasks } from '../../learning/estimators/tasks.ts';

serveTasks(estimatorTasks);
