/** Measures the same file some times over, as a worker of a scan does, and says what it took. */
import { parentPort, workerData } from 'node:worker_threads';
import { decodeStored } from '../../main/families/frames/decode-frame.ts';
import { KernelSpace } from '../../main/families/frames/kernels/kernels.ts';
import { measureStored } from '../../main/families/frames/measure-frame.ts';
import { encodeRecord } from '../../main/families/frames/record-codec.ts';
import { findLines } from '../../main/families/frames/trails/find-trails.ts';
import { openLocalFile } from '../../main/sources/local-file.ts';
import { hashOnReading } from '../../main/workflows/work/hash-on-reading.ts';

export interface MeasureJob {
  readonly path: string;
  /** Frames that warm the thread up, and frames that count. */
  readonly warmUp: number;
  readonly frames: number;
}

/** CPU milliseconds of this thread, summed over the frames that count; wall clock milliseconds from first to last. */
export interface MeasureTimes {
  readonly megapixels: number;
  readonly decode: number;
  readonly measure: number;
  readonly trails: number;
  /** The same of all threads of the process, those that collect garbage and compile included. */
  readonly process: number;
  /** Of the process, before the first frame. */
  readonly idleBytes: number;
  readonly started: number;
  readonly ended: number;
}

const { path, warmUp, frames } = workerData as MeasureJob;
const space = new KernelSpace();
const idleBytes = process.memoryUsage().rss;

function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

let [decode, measure, trails, megapixels, started] = [0, 0, 0, 0, 0];
let processStart = process.cpuUsage();
for (let frame = -warmUp; frame < frames; frame++) {
  if (frame === 0) {
    [decode, measure, trails] = [0, 0, 0];
    started = performance.timeOrigin + performance.now();
    processStart = process.cpuUsage();
  }
  const source = openLocalFile(path);
  const before = threadMilliseconds();
  const hashed = hashOnReading(source);
  const stored = await decodeStored(hashed, space);
  hashed.digest();
  const decoded = threadMilliseconds();
  let searching = 0;
  const record = measureStored(stored, path, {
    searchTrails: (input) => {
      const start = threadMilliseconds();
      const found = findLines(input);
      searching += threadMilliseconds() - start;
      return found;
    },
  });
  encodeRecord(record);
  source.close();
  decode += decoded - before;
  trails += searching;
  measure += threadMilliseconds() - decoded - searching;
  megapixels += (record.width * record.height) / 1e6;
}
const ended = performance.timeOrigin + performance.now();
const { user, system } = process.cpuUsage(processStart);
parentPort?.postMessage({
  megapixels,
  decode,
  measure,
  trails,
  process: (user + system) / 1000,
  idleBytes,
  started,
  ended,
} satisfies MeasureTimes);
