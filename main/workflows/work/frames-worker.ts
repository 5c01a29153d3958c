/** The worker thread of the frames family. */
import { decodeFrame } from '../../families/frames/decode-frame.ts';
import { judgeSession } from '../../families/frames/judge-session.ts';
import { measureFrame } from '../../families/frames/measure-frame.ts';
import { decodeRecord, encodeRecord } from '../../families/frames/record-codec.ts';
import { serveTasks } from '../../jobs/worker-side.ts';
import { annotateTask } from './annotate-task.ts';
import { frameTasks } from './frame-tasks.ts';

serveTasks({
  ...frameTasks({ decodeFrame, measureFrame, encodeRecord, decodeRecord, judgeSession }),
  annotate: annotateTask({ decodeFrame, decodeRecord }),
});
