/** A night on disk that never was: rendered in parallel, with its truth beside it. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NightRecipe, planNight } from '../../families/frames/simulate/index.ts';
import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool } from '../../jobs/pool.ts';
import { writeWholeFile } from '../../library/whole-files.ts';
import type { WorkOptions } from '../progress.ts';
import type { RenderedTruth, RenderInput } from '../work/simulate-worker.ts';
import { writeSiteLog } from './site-log.ts';

export interface NightOnDisk {
  readonly folder: string;
  /** Of guiding, wind and air, beside the folder. */
  readonly siteLog: string;
  /** True where nothing is wrong with the frame, by file. */
  readonly isClean: ReadonlyMap<string, boolean>;
}

interface TruthFile {
  readonly recipe: NightRecipe;
  readonly frames: readonly RenderedTruth[];
}

/** Renders the night, or takes the one of the same recipe that is there already. Errors: cancelled, diskFull. */
export async function nightOnDisk(
  folder: string,
  recipe: NightRecipe,
  phase: string,
  options: WorkOptions,
): Promise<NightOnDisk> {
  const truthPath = `${folder}.truth.json`;
  const known = readTruth(truthPath, recipe);
  const isThere = known?.frames.every(({ file }) => existsSync(join(folder, file))) ?? false;
  const frames = known && isThere ? known.frames : await render(folder, recipe, phase, options);
  if (!isThere) writeTruth(truthPath, { recipe, frames });
  const siteLog = writeSiteLog(folder, recipe);
  return { folder, siteLog, isClean: new Map(frames.map(({ file, kinds }) => [file, kinds.length === 0])) };
}

async function render(
  folder: string,
  recipe: NightRecipe,
  phase: string,
  { signal, onProgress }: WorkOptions,
): Promise<RenderedTruth[]> {
  mkdirSync(folder, { recursive: true });
  const { frames } = planNight(recipe);
  const pool = openWorkerPool({ entry: workerEntry(import.meta.url, '../work/simulate-worker') });
  let done = 0;
  try {
    return await Promise.all(
      frames.map(async ({ file, index }) => {
        const input: RenderInput = { recipe, index, path: join(folder, file) };
        const truth = await pool.run<RenderedTruth>('render', input, { signal });
        done += 1;
        onProgress?.({ phase, done, total: frames.length, note: file });
        return truth;
      }),
    );
  } finally {
    await pool.close();
  }
}

function readTruth(path: string, recipe: NightRecipe): TruthFile | null {
  if (!existsSync(path)) return null;
  try {
    const truth = JSON.parse(readFileSync(path, 'utf8')) as TruthFile;
    return JSON.stringify(truth.recipe) === JSON.stringify(recipe) ? truth : null;
  } catch {
    return null; // half a file of an earlier version: render anew
  }
}

function writeTruth(path: string, truth: TruthFile): void {
  writeWholeFile(path, new TextEncoder().encode(`${JSON.stringify(truth, null, 1)}\n`));
}
