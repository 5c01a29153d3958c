/** Small simulated nights on disk, and the command line as a process of its own. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  encodeFrame,
  type NightKind,
  planNight,
  renderFrame,
} from '../../../main/families/frames/simulate/index.ts';

export function temporaryFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightsift-cli-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Writes a night of small frames; returns which files are clean. */
export function writeNight(
  folder: string,
  options: { readonly seed: number; readonly frames: number; readonly kind?: NightKind },
): Map<string, boolean> {
  mkdirSync(folder, { recursive: true });
  const night = planNight({
    seed: options.seed,
    kind: options.kind ?? 'standard',
    frameCount: options.frames,
    width: 480,
    height: 360,
    encodings: 'mixed',
  });
  const isClean = new Map<string, boolean>();
  for (const { index, file } of night.frames) {
    const frame = renderFrame(night, index);
    writeFileSync(path.join(folder, file), encodeFrame(frame));
    isClean.set(file, frame.truth.kinds.length === 0);
  }
  return isClean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

const entry = path.resolve('main/hosts/cli/main.ts');

/** Runs `nightsift …words` in a process of its own. `touch` gets the process, to interrupt or kill it. */
export function nightsift(
  words: readonly string[],
  options: {
    readonly library: string;
    readonly folder?: string;
    readonly touch?: (kill: (signal: NodeJS.Signals) => void, heard: () => string) => void;
    readonly command?: readonly [string, ...string[]];
  },
): Promise<Ended> {
  const [program, ...first] = options.command ?? [process.execPath, entry];
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...words], {
      cwd: options.folder ?? tmpdir(),
      env: { ...process.env, NIGHTSIFT_LIBRARY: options.library, NO_COLOR: '1' },
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, output, errors }));
    options.touch?.(
      (signal) => child.kill(signal),
      () => output + errors,
    );
  });
}
