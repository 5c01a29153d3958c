/** The worker thread of the frames family. */
import './yield-to-looking.ts';

import { decodeStored } from '../../families/frames/decode-frame.ts';
import { judgeSession } from '../../families/frames/judge-session.ts';
import { KernelSpace } from '../../families/frames/kernels/kernels.ts';
import { measureStored } from '../../families/frames/measure-frame.ts';
import { decodeRecord, encodeRecord } from '../../families/frames/record-codec.ts';
import { serveTasks } from '../../jobs/worker-side.ts';
import { annotate } from './annotate-task.ts';
import { frameTasks } from './frame-tasks.ts';

/** A worker measures one frame at a time: the next one lies where the last one lay. */
const space = new KernelSpace();

serveTasks({
  ...frameTasks({
    decodeFrame: (source) => decodeStored(source, space),
    measureFrame: measureStored,
    encodeRecord,
    decodeRecord,
    judgeSession,
  }),
  annotate,
});
