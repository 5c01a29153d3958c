/**
 * Kills a process at a random instant, as a power cut or an impatient person would. A victim is a script that
 * prints `ack …` for everything it has promised to keep; what it printed before it died must be there after.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Victim {
  readonly script: URL;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Killing {
  /** Dies between these, counted from its first `ready` line, milliseconds. */
  readonly between: readonly [number, number];
  /** 0 … 1, seeded by the caller. */
  readonly random: () => number;
}

export interface Outcome {
  /** False when it ended by itself before its time came. */
  readonly killed: boolean;
  readonly exitCode: number | null;
  /** The rest of each `ack` line. */
  readonly acknowledged: readonly string[];
  readonly errors: string;
}

/** Runs a victim to its random end. With `killing` null it may live. */
export function runVictim(victim: Victim, killing: Killing | null): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(victim.script), ...victim.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...victim.environment },
    });
    const acknowledged: string[] = [];
    let errors = '';
    let timer: NodeJS.Timeout | undefined;
    let killed = false;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ack ')) acknowledged.push(line.slice(4));
      if (line !== 'ready' || killing === null || timer !== undefined) return;
      const [least, most] = killing.between;
      timer = setTimeout(
        () => {
          killed = child.kill('SIGKILL');
        },
        least + killing.random() * (most - least),
      );
    });
    child.stderr.on('data', (bytes) => {
      errors += String(bytes);
    });
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ killed: killed && signal === 'SIGKILL', exitCode, acknowledged, errors });
    });
  });
}

/** Printed by victims; written at once, since a line in a buffer dies with its process. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A small seeded generator (Park and Miller's minimal standard). */
export function seededRandom(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
