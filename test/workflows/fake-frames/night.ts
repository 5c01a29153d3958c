/** Nights of fake frames in temporary folders, and a library to scan them into. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import type { TaskOptions, WorkerPool } from '../../../main/jobs/pool.ts';
import { openLibrary } from '../../../main/library/open-library.ts';
import type { FrameFamily, ToldSize } from '../../../main/workflows/frame-family.ts';
import type { ScanPorts } from '../../../main/workflows/scan.ts';
import { frameTasks } from '../../../main/workflows/work/frame-tasks.ts';
import { type FakeFrame, fakeFunctions } from './functions.ts';

/** Runs in worker threads, as the real one does. */
export const threadedFamily: FrameFamily = {
  measurementVersion: 'm1',
  judgementVersion: 'j1',
  featureNames: ['score', 'serial', 'nothing'],
  reviewing: {
    figureNames: ['score', 'serial', 'nothing'],
    questions: [{ kind: 'figure', name: 'serial', figure: 'serial' }],
    figures: (features) => features,
    because: (_, size) => `rejected from ${sizeOf(size)} on`,
    isTold: () => false,
    describe: (question, size) => `${question} from ${sizeOf(size)} on.`,
  },
  worker: new URL('./worker.ts', import.meta.url),
};

function sizeOf(size: ToldSize): string {
  return size === null || size === 'open' ? '?' : size.value.toFixed(1);
}

/** The same functions in this thread: quick, for what is not about threads. */
export const fakeFamily: FrameFamily = { ...threadedFamily, openPool: openPoolHere };

function openPoolHere(size = 2): WorkerPool {
  const tasks = frameTasks(fakeFunctions);
  return {
    size,
    async run<Output>(kind: string, input: unknown, options: TaskOptions = {}) {
      if (options.signal?.aborted) throw new NightsiftError('cancelled', 'The work was cancelled.');
      return structuredClone(
        await tasks[kind](structuredClone(input), { progress: () => undefined }),
      ) as Output;
    },
    close: () => Promise.resolve(),
  };
}

export interface Place {
  /** A fresh temporary folder, removed by `close`. */
  readonly folder: string;
  readonly night: string;
  readonly ports: ScanPorts;
  /** Closes the library and opens it again. */
  reopen(): ScanPorts;
  close(): void;
}

/** Memory where there is such a place: waiting for a disk proves nothing here. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export function newPlace(): Place {
  const folder = mkdtempSync(join(base, 'nightsift-test-'));
  const night = join(folder, 'night');
  mkdirSync(night);
  const open = () => ({ library: openLibrary(join(folder, 'library')), family: fakeFamily });
  let ports = open();
  return {
    folder,
    night,
    get ports() {
      return ports;
    },
    reopen() {
      ports.library.close();
      ports = open();
      return ports;
    },
    close() {
      ports.library.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes frames by name; text is written as it is. */
export function writeFrames(folder: string, frames: Readonly<Record<string, FakeFrame | string>>): void {
  for (const [file, frame] of Object.entries(frames)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof frame === 'string' ? frame : JSON.stringify(frame));
  }
}

/** Hash of every file below a folder, by its name. */
export function hashesBelow(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    names.map((name) => [
      name.slice(folder.length + 1),
      createHash('sha256').update(readFileSync(name)).digest('hex'),
    ]),
  );
}
