/** The command line's start. bin/nightsift.mjs loads this, compiled. */
import process from 'node:process';
import { engineVersion, libraryFolderFor, openEngine, openEngineToLook } from '../../engine.ts';
import { runCommandLine } from './run.ts';
import { joinRunningHost } from './running-house.ts';
import { processTerminal } from './terminal.ts';

const exitCode = await runCommandLine(process.argv.slice(2), processTerminal(), {
  version: engineVersion(),
  open: openEngine,
  look: openEngineToLook,
  join: ({ library }) => joinRunningHost(libraryFolderFor(library)),
});
process.exitCode = exitCode;
