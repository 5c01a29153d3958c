/**
 * Measuring speed: `node test/bench/measure.ts [--frames 3] [FILE…]`. Of each file (unless given, a simulated frame of
 * 26 megapixels, plain and RICE, and a crowded one): CPU milliseconds per megapixel of reading and hashing, measuring and
 * the trail search, once the thread is warm, and the peak memory above the idle process for one frame; how much faster two workers
 * are than one; then SExtractor, sep and astropy on the same files, where they are installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  encodeFrame,
  type NightRecipe,
  planNight,
  renderFrame,
} from '../../main/families/frames/simulate/index.ts';
import type { Encoding } from '../../main/families/frames/simulate/night.ts';
import { frameWorkerYoungMebibytes } from '../../main/workflows/frame-family.ts';
import type { MeasureJob, MeasureTimes } from './measure-worker.ts';

const { values, positionals } = parseArgs({
  options: { frames: { type: 'string', default: '3' }, once: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const frames = Number(values.frames);
const size = { width: 6252, height: 4176, encodings: 'plain', frameCount: 12 } as const;

function writeFrame(path: string, recipe: NightRecipe, encoding: Encoding): string {
  const night = planNight(recipe);
  const plan = night.frames.find(({ defects }) => defects.length === 0) ?? night.frames[0]!;
  writeFileSync(path, encodeFrame(renderFrame({ ...night, frames: [{ ...plan, index: 0, encoding }] }, 0)));
  return path;
}

function writeFrames(folder: string): string[] {
  const usual: NightRecipe = { ...size, seed: 5, kind: 'standard' };
  return [
    writeFrame(join(folder, 'plain.fits'), usual, 'u16'),
    writeFrame(join(folder, 'rice.fits.fz'), usual, 'rice'),
    writeFrame(join(folder, 'crowded.fits'), { ...size, seed: 4, kind: 'special' }, 'u16'),
  ];
}

function work(job: MeasureJob): Promise<MeasureTimes> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./measure-worker.ts', import.meta.url), {
      workerData: job,
      resourceLimits: { maxYoungGenerationSizeMb: frameWorkerYoungMebibytes },
    });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

/** Megapixels each second of the wall clock, all workers together. */
function pace(all: readonly MeasureTimes[]): number {
  const started = Math.min(...all.map((one) => one.started));
  const ended = Math.max(...all.map((one) => one.ended));
  return all.reduce((sum, { megapixels }) => sum + megapixels, 0) / ((ended - started) / 1000);
}

/** Peak memory of a process of its own that measures one frame, above what it took before with all code loaded. */
function peakMebibytes(path: string): number {
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, '--once', path], {
    encoding: 'utf8',
  });
  return Number(stdout.trim().split('\n').at(-1));
}

/** Returns the megapixels of the frame. */
async function tellOurs(path: string): Promise<number> {
  // The engine compiles on threads of its own for some seconds; two workers would wait for them, a night's scan does not.
  const warmUp = 6;
  const one = await work({ path, warmUp, frames });
  const two = await Promise.all([1, 2].map(() => work({ path, warmUp, frames })));
  const per = (milliseconds: number) => (milliseconds / one.megapixels).toFixed(2);
  console.log(
    `  ours: ${per(one.decode + one.measure + one.trails)} ms/MP of CPU (read and hash ${per(one.decode)}, ` +
      `measure ${per(one.measure)}, trails ${per(one.trails)}), peak ${peakMebibytes(path).toFixed(0)} MiB, ` +
      `${per(one.process)} with the engine's own threads, two workers ${(pace(two) / pace([one])).toFixed(2)} times as fast`,
  );
  return one.megapixels / frames;
}

const detection = [
  '-DETECT_THRESH',
  '2',
  '-DETECT_MINAREA',
  '5',
  '-BACK_SIZE',
  '64',
  '-VERBOSE_TYPE',
  'QUIET',
];

function tellSExtractor(path: string, megapixels: number, folder: string): void {
  const program = '/usr/bin/source-extractor';
  if (!existsSync(program) || !existsSync('/usr/bin/time')) {
    console.log('  SExtractor: not installed here');
    return;
  }
  const parameters = join(folder, 'columns.param');
  const filter = join(folder, 'filter.conv');
  writeFileSync(parameters, 'NUMBER\nX_IMAGE\nY_IMAGE\nFLUX_AUTO\nFWHM_IMAGE\nELLIPTICITY\nFLAGS\n');
  // A Gaussian of 2.5 px over 5 x 5 pixels, as its own distribution has it.
  const row = [-2, -1, 0, 1, 2].map((x) => Math.exp(-4 * Math.LN2 * (x / 2.5) ** 2));
  const kernel = row.map((y) => row.map((x) => (x * y).toFixed(6)).join(' ')).join('\n');
  writeFileSync(filter, `CONV NORM\n${kernel}\n`);
  const catalogue = join(folder, 'catalogue.txt');
  const options = ['-PARAMETERS_NAME', parameters, '-FILTER_NAME', filter, '-CATALOG_NAME', catalogue];
  const timed = spawnSync('/usr/bin/time', ['-f', '%U %S %M', program, path, ...options, ...detection], {
    encoding: 'utf8',
  });
  const [user = 0, system = 0, kibibytes = 0] = (timed.stderr.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  console.log(
    timed.status === 0
      ? `  SExtractor: ${((1000 * (user + system)) / megapixels).toFixed(1)} ms/MP, peak ${(kibibytes / 1024).toFixed(0)} MiB`
      : '  SExtractor: does not read it',
  );
}

function tellPython(path: string, step: 'sep' | 'astropy', says: string): void {
  const script = join(import.meta.dirname, 'measure-peers.py');
  const { status, stdout } = spawnSync('/usr/bin/python3', [script, path, step], { encoding: 'utf8' });
  if (status !== 0) {
    console.log(`  ${step}: not installed here, or it does not read it`);
    return;
  }
  const told = JSON.parse(stdout) as { milliseconds: number; mebibytes: number; pixels: number };
  const perMegapixel = told.milliseconds / (told.pixels / 1e6);
  console.log(
    `  ${step}: ${perMegapixel.toFixed(1)} ms/MP, peak ${told.mebibytes.toFixed(0)} MiB above idle (${says})`,
  );
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nightsift-measure-'));
  for (const path of positionals.length > 0 ? positionals : writeFrames(folder)) {
    console.log(`${basename(path)}:`);
    tellSExtractor(path, await tellOurs(path), folder);
    tellPython(path, 'sep', 'read, background, detection without fits');
    tellPython(path, 'astropy', 'reading alone');
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Measures one frame in a thread and prints by how much the memory of the process grew at most, MiB. */
async function once(path: string): Promise<void> {
  const { idleBytes } = await work({ path, warmUp: 0, frames: 1 });
  console.log(peakKibibytes() / 1024 - idleBytes / 2 ** 20);
}

/** Linux counts the memory of the process that started this one into maxRSS, but not into the peak of its own pages. */
function peakKibibytes(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}

await (values.once ? once(positionals[0]!) : compare());
