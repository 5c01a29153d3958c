/** The worker thread of the frames family. */
import { setPriority } from 'node:os';
import process from 'node:process';
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

// A person who looks at a night while it is measured comes first. Linux knows priorities of single threads.
if (process.platform === 'linux') setPriority(0, 10);

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
