/** What the command line needs of the process around it, so that tests can stand in for it. */
import { homedir, userInfo } from 'node:os';
import process from 'node:process';

export interface Terminal {
  /** Results: what a pipe wants. */
  out(text: string): void;
  /** Progress, notes and errors. */
  err(text: string): void;
  /** Beside errors, with the commands that draw a line in place. */
  draw(text: string): void;
  /** True when progress can be drawn in place. */
  readonly interactive: boolean;
  readonly columns: number;
  readonly workingFolder: string;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who labels and promotes, unless told otherwise. */
  readonly user: string;
  /** Calls back on Ctrl-C and on a polite request to end; returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
}

export function processTerminal(): Terminal {
  // `nightsift … | head` closes our output early; that is not an error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    draw: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb' && process.env.CI === undefined,
    columns: process.stderr.columns || 80, // 0 where a terminal does not know
    workingFolder: process.cwd(),
    platform: process.platform,
    home: homedir(),
    environment: process.env,
    user: accountName(),
    onInterrupt(callback) {
      const once = withoutEchoes(callback);
      for (const signal of stopSignals) process.on(signal, once);
      return () => {
        for (const signal of stopSignals) process.off(signal, once);
      };
    },
  };
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// A person's second Ctrl-C comes later; the same one passed on by a parent process comes sooner.
const echoMilliseconds = 400;

function withoutEchoes(callback: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    const isEcho = now - last < echoMilliseconds;
    last = now;
    if (!isEcho) callback();
  };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id that has no name.
    return process.env.USER ?? 'person';
  }
}
