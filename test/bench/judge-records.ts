/** Simulates and measures nights for the judge's bench, in worker threads, and keeps the records in a temp folder. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FrameRecord } from '../../main/families/frames/record.ts';
import { type FrameTruth, type NightRecipe, planNight } from '../../main/families/frames/simulate/index.ts';

/** One frame of a bench night: what is true, what was measured, what it cost. */
export interface MeasuredFrame {
  readonly truth: FrameTruth | ForeignTruth;
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
  /** A night of our own simulator (`kept`: where its frames are kept, if they are), or the folder that another one wrote. */
  readonly night:
    | { readonly recipe: NightRecipe; readonly kept: string | null }
    | { readonly folder: string };
  readonly indices: readonly number[];
}

/** Kinds of `foreign-night`; `sparse` has a spoiled frame in four or five, `taper` a veil that thickens and thins. */
export const foreignKinds = ['standard', 'hard', 'sparse', 'clean', 'special', 'taper'] as const;

export interface ForeignRecipe {
  readonly kind: (typeof foreignKinds)[number];
  readonly seed: number;
  readonly frameCount: number;
  readonly width: number;
  readonly height: number;
  /** Nights of one number share camera and telescope. */
  readonly camera?: number;
}

/** What another simulator says of a frame. */
export type ForeignTruth = Omit<FrameTruth, 'encoding'> & {
  readonly encoding: string;
  /** Its defect is within a few per cent of where the defect begins: neither answer is wrong. */
  readonly marginal: boolean;
  readonly everyStar: readonly number[];
};

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What a record depends on; the session's judgement is not part of it. */
const sources = ['contract', 'main/formats', 'main/families/frames', 'test/bench/judge-worker.ts'];
const judging =
  /(detectors|session|judge-session|score|policy|weight|describe|features|settle|simulate|expression|review-questions)/;

function hashSources(hash: ReturnType<typeof createHash>, path: string): void {
  const full = join(root, path);
  if (/\.(ts|py)$/.test(path)) {
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

/** Name of a night by its recipe and by the sources of the simulator that makes it. */
function nightName(recipe: NightRecipe | ForeignRecipe, simulator: readonly string[]): string {
  const name = createHash('sha256').update(JSON.stringify(recipe));
  for (const source of simulator) hashSources(name, source);
  return name.digest('hex').slice(0, 16);
}

/** Where the files of a night are kept: outside the folder of its records. */
const filesFolder = (recipe: NightRecipe | ForeignRecipe, simulator: readonly string[]): string =>
  join(tmpdir(), 'nightsift-bench-files', nightName(recipe, simulator));

/** Records of one night live together, those of each state of the code in a folder of their own. */
function cacheFolder(recipe: NightRecipe | ForeignRecipe, own: readonly string[], stale: boolean): string {
  const scripts = own.filter((path) => path.endsWith('.py'));
  const night = join(tmpdir(), 'nightsift-bench', nightName(recipe, scripts));
  mkdirSync(night, { recursive: true });
  if (stale) {
    const kept = readdirSync(night).map((entry) => join(night, entry));
    const newest = kept.sort((p, q) => statSync(q).mtimeMs - statSync(p).mtimeMs)[0];
    if (newest !== undefined) return newest;
  }
  const code = createHash('sha256');
  for (const source of [...sources, ...own]) hashSources(code, source);
  const folder = join(night, code.digest('hex').slice(0, 16));
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

export interface RecordOptions {
  readonly workers: number;
  /** Takes records of older measuring code where there are some: for work on the judgement alone. */
  readonly stale?: boolean;
  /** Keeps the simulated files beside the records: measuring anew then costs measuring only. */
  readonly keep?: boolean;
  /** Only frames crossed by trails and half as many clean ones. */
  readonly trails?: boolean;
}

const ownSimulator = ['main/families/frames/simulate'];

/** All frames of a night, measured (or taken from the temp folder when neither code nor recipe changed). */
export async function measuredNight(recipe: NightRecipe, options: RecordOptions): Promise<MeasuredFrame[]> {
  const { frames } = planNight(recipe);
  const every = frames.map((_, index) => index);
  const crossed = every.filter((index) => frames[index].defects.some((defect) => 'trails' in defect));
  const clean = every.filter((index) => frames[index].defects.length === 0);
  const few = [...crossed, ...clean.slice(0, Math.ceil(crossed.length / 2))].sort((a, b) => a - b);
  const folder = cacheFolder(recipe, ownSimulator, options.stale ?? false);
  const kept = options.keep === true ? filesFolder(recipe, ownSimulator) : null;
  if (kept !== null) mkdirSync(kept, { recursive: true });
  return measured(folder, options.trails ? few : every, options.workers, async () => ({ recipe, kept }));
}

/** The same for a night of the other simulator (Python with numpy, scipy and astropy). */
export async function measuredForeignNight(
  recipe: ForeignRecipe,
  options: RecordOptions,
): Promise<MeasuredFrame[]> {
  const simulator = join(root, 'test/bench/foreign-night');
  const scripts = readdirSync(simulator)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .map((name) => `test/bench/foreign-night/${name}`);
  const folder = cacheFolder(recipe, scripts, options.stale ?? false);
  const files = filesFolder(recipe, scripts);
  const complete = join(files, 'truth.json');
  const write = async (): Promise<BenchJob['night']> => {
    if (existsSync(complete)) return { folder: files };
    const options = {
      kind: recipe.kind,
      seed: recipe.seed,
      frames: recipe.frameCount,
      width: recipe.width,
      height: recipe.height,
      ...(recipe.camera !== undefined && { camera: recipe.camera }),
    };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const words = [simulator, files, ...flags];
    const python = spawn('/usr/bin/python3', words, { stdio: ['ignore', 'inherit', 'inherit'] });
    const [status] = await once(python, 'exit');
    if (status !== 0) throw new Error(`the other simulator ended with ${status}`);
    return { folder: files };
  };
  const every = Array.from({ length: recipe.frameCount }, (_, index) => index);
  const frames = await measured(folder, every, options.workers, write);
  if (options.keep !== true) rmSync(files, { recursive: true, force: true });
  return frames;
}

async function measured(
  folder: string,
  indices: readonly number[],
  workers: number,
  prepare: () => Promise<BenchJob['night']>,
): Promise<MeasuredFrame[]> {
  const fileOf = (index: number): string => join(folder, `${index}.bin`);
  const missing = indices.filter((i) => !existsSync(fileOf(i)));
  const keep = (index: number, frame: MeasuredFrame): void => {
    const path = fileOf(index);
    writeFileSync(`${path}.part`, serialize(frame));
    renameSync(`${path}.part`, path);
  };
  const shares = Array.from({ length: workers }, (_, worker) =>
    missing.filter((_, place) => place % workers === worker),
  ).filter((share) => share.length > 0);
  if (shares.length > 0) {
    const night = await prepare();
    await Promise.all(shares.map((indices) => runWorker({ night, indices }, keep)));
  }
  return indices.map((i) => deserialize(readFileSync(fileOf(i))) as MeasuredFrame);
}
