/** Renders and encodes the frames it is given, or reads them, then decodes and measures them as a scan would. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { decodeStored } from '../../main/families/frames/decode-frame.ts';
import { KernelSpace } from '../../main/families/frames/kernels/kernels.ts';
import { measureStored } from '../../main/families/frames/measure-frame.ts';
import type { FrameRecord } from '../../main/families/frames/record.ts';
import { encodeFrame, planNight, renderFrame } from '../../main/families/frames/simulate/index.ts';
import { bytesSource } from '../../main/formats/byte-source.ts';
import type { BenchJob, ForeignTruth, MeasuredFrame } from './judge-records.ts';

const { night, indices } = workerData as BenchJob;
const space = new KernelSpace();

interface Given {
  readonly truth: MeasuredFrame['truth'];
  readonly everyStar: Float32Array;
  readonly bytes: Uint8Array;
}

function ownNight(recipe: Parameters<typeof planNight>[0]): (index: number) => Given {
  const planned = planNight(recipe);
  return (index) => {
    const rendered = renderFrame(planned, index);
    const everyStar = Float32Array.from(rendered.everyStar.flatMap(({ x, y, snr }) => [x, y, snr]));
    return { truth: rendered.truth, everyStar, bytes: encodeFrame(rendered) };
  };
}

/** The same, each frame kept in a folder so that it is simulated once. */
function keptNight(recipe: Parameters<typeof planNight>[0], folder: string): (index: number) => Given {
  const simulate = ownNight(recipe);
  return (index) => {
    const path = join(folder, `${index}.bin`);
    if (existsSync(path)) return deserialize(readFileSync(path)) as Given;
    const given = simulate(index);
    writeFileSync(`${path}.part`, serialize(given));
    renameSync(`${path}.part`, path);
    return given;
  };
}

function foreignNight(folder: string): (index: number) => Given {
  const { frames } = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as {
    frames: ForeignTruth[];
  };
  return (index) => {
    const truth = frames[index];
    const bytes = readFileSync(join(folder, truth.file));
    return { truth, everyStar: Float32Array.from(truth.everyStar), bytes };
  };
}

function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function frames(): (index: number) => Given {
  if (!('recipe' in night)) return foreignNight(night.folder);
  return night.kept === null ? ownNight(night.recipe) : keptNight(night.recipe, night.kept);
}

const frameAt = frames();
for (const index of indices) {
  const { truth, everyStar, bytes } = frameAt(index);
  let record: FrameRecord | null = null;
  let error: string | null = null;
  let megapixels = Number.NaN;
  const start = threadMilliseconds();
  let decoded = start;
  try {
    const image = await decodeStored(bytesSource(bytes, truth.file), space);
    megapixels = (image.width * image.height) / 1e6;
    decoded = threadMilliseconds();
    record = measureStored(image, truth.file);
  } catch (cause) {
    error = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  }
  const frame: MeasuredFrame = {
    truth,
    everyStar,
    record,
    error,
    decodeMilliseconds: decoded - start,
    measureMilliseconds: threadMilliseconds() - decoded,
    megapixels,
  };
  parentPort?.postMessage({ index, frame });
}
