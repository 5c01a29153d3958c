/** What every command has at hand, and the two things nearly all of them do: follow a job, print a result. */
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { api, type NightsiftApi, type NightsiftClient } from '../../../contract/api.ts';
import type { JobEvent } from '../../../contract/calls/jobs.ts';
import { resultOf, type Transport } from '../../../contract/client.ts';
import { fromErrorRecord } from '../../../contract/error-record.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import type { ResultOf, WorkName } from '../../../contract/kinds.ts';
import { isSourceAddress } from '../../../contract/source-address.ts';
import type { ExitCode } from './exit-codes.ts';
import { refuseOccupied, writeOutputFile } from './output-file.ts';
import { openProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

export interface House {
  readonly client: NightsiftClient;
  /** The handlers behind their border, for a host that carries calls of others to them. */
  readonly far: Transport;
  close(): Promise<void>;
}

export interface Context {
  readonly terminal: Terminal;
  /** Opens the library on first use; commands that were called wrongly never get that far. */
  client(): Promise<NightsiftClient>;
  /** `folders`: below which `folders.list` looks; meant for the first opening. */
  house(options?: { readonly folders: readonly string[] }): Promise<House>;
  /** Set by a command whose end is neither plain success nor an error. */
  exitCode: ExitCode;
  /** Chosen by --library, before the environment and the platform's default. */
  library: string | undefined;
}

/** A path from the person's folder. Errors: wrongUse of an empty one, as an unset shell variable leaves it. */
export function absolute(context: Context, word: string): string {
  if (word.trim() === '')
    throw wrongUse('A path is empty; a variable may not be set.', 'Name a file or folder.');
  return path.resolve(context.terminal.workingFolder, word);
}

/** A path, or the address of a source as it is. */
export function place(context: Context, word: string): string {
  if (/^file:/i.test(word)) return fileURLToPath(word);
  return isSourceAddress(word) ? word : absolute(context, word);
}

/**
 * Starts long work, shows its progress, and gives its result. The first Ctrl-C asks the job to stop and waits until
 * it has (state is saved); the second leaves at once.
 */
export async function follow<K extends WorkName<NightsiftApi>>(
  context: Context,
  method: K,
  input: z.input<NightsiftApi[K]['in']>,
  onEvent?: (event: JobEvent) => Promise<void>,
): Promise<ResultOf<NightsiftApi[K]>> {
  const client = await context.client();
  const start = client as (method: K, input: unknown) => Promise<{ job: string }>;
  const { job } = await start(method, input);
  const progress = openProgress(context.terminal, { milliseconds: () => performance.now() });
  const impatient = new AbortController();
  let asked = false;
  const stopListening = context.terminal.onInterrupt(() => {
    if (asked) return impatient.abort();
    asked = true;
    progress.clear();
    context.terminal.err('Stopping at the next safe point. Press Ctrl-C again to leave at once.\n');
    void client('jobs.cancel', { job }).catch(() => undefined);
  });
  try {
    for await (const event of client('jobs.watch', { job }, { signal: impatient.signal })) {
      progress.show(event);
      await onEvent?.(event);
      if (event.kind === 'ended' && event.error) throw fromErrorRecord(event.error);
    }
    return await resultOf(api, (name, ref) => client(name, ref), method, job);
  } finally {
    progress.clear();
    stopListening();
  }
}

/** `--json` alone, or with `-`, prints; with a name it writes the file. Returns true when standard output is taken. */
export async function giveJson(
  context: Context,
  option: string | true | undefined,
  value: unknown,
): Promise<boolean> {
  if (option === undefined) return false;
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (option === true || option === '-') {
    context.terminal.out(text);
    return true;
  }
  await writeOutputFile(absolute(context, option), text);
  return false;
}

/** Before long work begins: the file that `--json` names is free or an earlier one of ours. Errors: wouldOverwrite. */
export function checkJson(context: Context, option: string | true | undefined): void {
  if (typeof option === 'string' && option !== '-') refuseOccupied(absolute(context, option), '{\n  "');
}

export function wrongUse(sentence: string, hint?: string): NightsiftError {
  return new NightsiftError('wrongUse', sentence, hint === undefined ? {} : { hint });
}
