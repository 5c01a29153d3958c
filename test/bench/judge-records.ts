/** Simulates and measures nights for the judge's bench, in worker threads, and keeps the records in a temp folder. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FrameRecord } from '../../main/families/frames/record.ts';
import { type FrameTruth, type NightRecipe, planNight } from '../../main/families/frames/simulate/index.ts';

/** One frame of a bench night: what is true, what was measured, what it cost. */
export interface MeasuredFrame {
  readonly truth: FrameTruth;
  /** x, y, snr of every star of SNR 4 and more. */
  readonly everyStar: Float32Array;
  readonly record: FrameRecord | null;
  readonly error: string | null;
  /** CPU milliseconds of the thread. */
  readonly decodeMilliseconds: number;
  readonly measureMilliseconds: number;
  readonly megapixels: number;
}

export interface BenchJob {
  readonly recipe: NightRecipe;
  readonly indices: readonly number[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What a record depends on; the session's judgement is not part of it. */
const sources = ['contract', 'main/formats', 'main/families/frames', 'test/bench/judge-worker.ts'];
const judging = /(detectors|session|judge-session|score|policy|weight|describe|features|settle)/;

function hashSources(hash: ReturnType<typeof createHash>, path: string): void {
  const full = join(root, path);
  if (path.endsWith('.ts')) {
    hash.update(path).update(readFileSync(full));
    return;
  }
  for (const entry of readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = `${path}/${entry.name}`;
    if (path === 'main/families/frames' && judging.test(entry.name)) continue;
    if (path === 'main/formats' && entry.name !== 'fits' && !entry.name.endsWith('.ts')) continue;
    if (entry.isDirectory() || entry.name.endsWith('.ts')) hashSources(hash, inner);
  }
}

function cacheFolder(recipe: NightRecipe): string {
  const hash = createHash('sha256');
  for (const source of sources) hashSources(hash, source);
  hash.update(JSON.stringify(recipe));
  const folder = join(tmpdir(), 'nightsift-bench', hash.digest('hex').slice(0, 20));
  mkdirSync(folder, { recursive: true });
  return folder;
}

function runWorker(job: BenchJob, onFrame: (index: number, frame: MeasuredFrame) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./judge-worker.ts', import.meta.url), { workerData: job });
    worker.on('message', ({ index, frame }: { index: number; frame: MeasuredFrame }) =>
      onFrame(index, frame),
    );
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

/** All frames of a night, measured (or taken from the temp folder when neither code nor recipe changed). */
export async function measuredNight(recipe: NightRecipe, workers: number): Promise<MeasuredFrame[]> {
  const folder = cacheFolder(recipe);
  const count = planNight(recipe).frames.length;
  const fileOf = (index: number): string => join(folder, `${index}.bin`);
  const missing = Array.from({ length: count }, (_, index) => index).filter((i) => !existsSync(fileOf(i)));
  const keep = (index: number, frame: MeasuredFrame): void => {
    const path = fileOf(index);
    writeFileSync(`${path}.part`, serialize(frame));
    renameSync(`${path}.part`, path);
  };
  const shares = Array.from({ length: workers }, (_, worker) =>
    missing.filter((_, place) => place % workers === worker),
  );
  await Promise.all(
    shares.filter((s) => s.length > 0).map((indices) => runWorker({ recipe, indices }, keep)),
  );
  return Array.from({ length: count }, (_, i) => deserialize(readFileSync(fileOf(i))) as MeasuredFrame);
}
