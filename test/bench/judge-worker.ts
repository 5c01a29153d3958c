/** Renders, encodes, decodes and measures the frames it is given, as a scan would. */
import { parentPort, workerData } from 'node:worker_threads';
import { decodeFrame } from '../../main/families/frames/decode-frame.ts';
import { measureFrame } from '../../main/families/frames/measure-frame.ts';
import type { FrameRecord } from '../../main/families/frames/record.ts';
import { encodeFrame, planNight, renderFrame } from '../../main/families/frames/simulate/index.ts';
import { bytesSource } from '../../main/formats/byte-source.ts';
import type { BenchJob, MeasuredFrame } from './judge-records.ts';

const { recipe, indices } = workerData as BenchJob;
const night = planNight(recipe);

function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

for (const index of indices) {
  const rendered = renderFrame(night, index);
  const bytes = encodeFrame(rendered);
  let record: FrameRecord | null = null;
  let error: string | null = null;
  const start = threadMilliseconds();
  let decoded = start;
  try {
    const image = await decodeFrame(bytesSource(bytes, rendered.truth.file));
    decoded = threadMilliseconds();
    record = measureFrame(image, rendered.truth.file);
  } catch (cause) {
    error = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  }
  const frame: MeasuredFrame = {
    truth: rendered.truth,
    everyStar: Float32Array.from(rendered.everyStar.flatMap(({ x, y, snr }) => [x, y, snr])),
    record,
    error,
    decodeMilliseconds: decoded - start,
    measureMilliseconds: threadMilliseconds() - decoded,
    megapixels: (rendered.width * rendered.height) / 1e6,
  };
  parentPort?.postMessage({ index, frame });
}
