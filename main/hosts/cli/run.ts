/** One command from its words to its exit code. */
import { CommanderError } from 'commander';
import { z } from 'zod';
import { api, type NightsiftHandlers } from '../../../contract/api.ts';
import { connect } from '../../../contract/client.ts';
import { isNightsiftError } from '../../../contract/errors.ts';
import { dispatch } from '../../transport/dispatch.ts';
import { inProcess } from '../../transport/in-process.ts';
import { normaliseArguments } from './arguments.ts';
import type { Context, House } from './context.ts';
import { type ExitCode, exitCodeFor, exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';
import type { Terminal } from './terminal.ts';
import { visibleTerminal } from './visible-text.ts';

/** How the house is opened; the engine in earnest, a stand-in in tests. */
export interface HouseDoor {
  readonly version: string;
  open(options: {
    readonly library: string | undefined;
    readonly folders?: readonly string[];
  }): Promise<OpenDoor>;
  /** The same over a library that another process has: it lists and shows, and refuses the rest. */
  look?(options: { readonly library: string | undefined }): Promise<OpenDoor>;
  /** The house of another process that has the library and can be asked; null without one. */
  join?(options: { readonly library: string | undefined }): Promise<House | null>;
}

interface OpenDoor {
  readonly handlers: NightsiftHandlers;
  /** What a person should know on opening. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

export async function runCommandLine(
  words: readonly string[],
  plain: Terminal,
  door: HouseDoor,
): Promise<ExitCode> {
  const terminal = visibleTerminal(plain);
  let house: Promise<House> | null = null;
  let reached: Promise<House> | null = null;
  const context: Context = {
    terminal,
    exitCode: exitCodes.answered,
    library: undefined,
    async client() {
      reached ??= context.house().catch((thrown) => besideHolder(door, context.library, thrown));
      return (await reached).client;
    },
    house(options) {
      house ??= openHouse(door, { library: context.library, ...options }, terminal);
      return house;
    },
  };
  try {
    await buildProgram(context, door.version).parseAsync(normaliseArguments(words), { from: 'user' });
    return context.exitCode;
  } catch (thrown) {
    return report(thrown, terminal, words);
  } finally {
    const opened = (reached ?? house) as Promise<House> | null;
    await opened?.then((one) => one.close()).catch(() => undefined);
  }
}

/** The workbench that has the library, else a look into it beside its holder, else the error that it is busy. */
async function besideHolder(door: HouseDoor, library: string | undefined, thrown: unknown): Promise<House> {
  if (!isNightsiftError(thrown) || thrown.code !== 'libraryBusy') throw thrown;
  const joined = await door.join?.({ library });
  if (joined) return joined;
  if (door.look === undefined) throw thrown;
  return houseOf(await door.look({ library }));
}

async function openHouse(
  door: HouseDoor,
  options: Parameters<HouseDoor['open']>[0],
  terminal: Terminal,
): Promise<House> {
  const opened = await door.open(options);
  for (const note of opened.notes) terminal.err(`${note}\n`);
  return houseOf(opened);
}

function houseOf({ handlers, close }: OpenDoor): House {
  const far = dispatch(api, handlers);
  return { client: connect(api, inProcess(far)), far, close };
}

function report(thrown: unknown, terminal: Terminal, words: readonly string[]): ExitCode {
  if (thrown instanceof CommanderError) {
    // Help and version were asked for; anything else commander has already explained.
    return thrown.exitCode === 0 ? exitCodes.answered : exitCodes.wrongUse;
  }
  const message =
    refusedOptions(thrown, words) ?? (thrown instanceof Error ? thrown.message : String(thrown));
  terminal.err(`nightsift: ${message}\n`);
  if (isNightsiftError(thrown)) {
    if (thrown.hint) terminal.err(`  ${thrown.hint}\n`);
  } else if (thrown instanceof Error && terminal.environment.NIGHTSIFT_DEBUG) {
    terminal.err(`${thrown.stack}\n`);
  }
  return exitCodeFor(thrown);
}

const Refusals = z.object({ issues: z.array(z.object({ path: z.string(), message: z.string() })).min(1) });

/** Input outside its bounds in the words of who typed it: by the option given, not by the call behind it. */
function refusedOptions(thrown: unknown, words: readonly string[]): string | null {
  if (!isNightsiftError(thrown) || thrown.code !== 'badInput') return null;
  const refusals = Refusals.safeParse(thrown.details);
  if (!refusals.success) return null;
  const given = new Set(normaliseArguments(words).map((word) => word.split('=')[0]!));
  const sentences = refusals.data.issues.map(({ path, message }) => {
    const option = `--${path.split('.')[0]!.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return `${given.has(option) ? option : path}: ${message}.`;
  });
  return sentences.join(' ');
}
