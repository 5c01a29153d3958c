/** What the command line needs of the process around it, so that tests can stand in for it. */
import { homedir, userInfo } from 'node:os';
import process from 'node:process';

export interface Terminal {
  /** Results: what a pipe wants. */
  out(text: string): void;
  /** Progress, notes and errors. */
  err(text: string): void;
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
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb' && process.env.CI === undefined,
    columns: process.stderr.columns || 80, // 0 where a terminal does not know
    workingFolder: process.cwd(),
    platform: process.platform,
    home: homedir(),
    environment: process.env,
    user: accountName(),
    onInterrupt(callback) {
      process.on('SIGINT', callback);
      process.on('SIGTERM', callback);
      return () => {
        process.off('SIGINT', callback);
        process.off('SIGTERM', callback);
      };
    },
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
