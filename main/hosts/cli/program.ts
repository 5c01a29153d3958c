/** The whole command line, put together from one file for each group of commands. */
import { Command } from 'commander';
import { addDataSet } from './commands/dataset.ts';
import { addDetect } from './commands/detect.ts';
import { addEvaluate, addPredict } from './commands/evaluate.ts';
import { addDemo, addDoctor } from './commands/house.ts';
import { addJobs } from './commands/jobs.ts';
import { addLearn } from './commands/learn.ts';
import { addModels } from './commands/models.ts';
import { addPolicy } from './commands/policy.ts';
import { addRecipes } from './commands/recipes.ts';
import { addRuns } from './commands/runs.ts';
import { addScan } from './commands/scan.ts';
import { addReview, addServe } from './commands/serve.ts';
import { addCalibrate, addLabel, addSessions, addSort, addUndo } from './commands/sessions.ts';
import { addSimulate } from './commands/simulate.ts';
import { addSources } from './commands/sources.ts';
import { addStudies } from './commands/studies.ts';
import { addSynthesise } from './commands/synthesise.ts';
import { addTrain, addTrainFromFits } from './commands/train.ts';
import { addTune } from './commands/tune.ts';
import type { Context } from './context.ts';

const closing = `
A first night:
  nightsift scan ~/nights/2026-03-14             measure and judge it
  nightsift label 2026-03-14 light_042.fits clean    correct what it got wrong
  nightsift train-from-fits ~/nights/2026-03-14  learn from it
  nightsift models promote NAME                  use the model from now on
  nightsift scan ~/nights/2026-03-15             judge the next night with it
  nightsift sort 2026-03-15 --into ~/sorted --action copy

Option names may be written with hyphens or underscores. "nightsift demo" shows all of it on a simulated night.

Exit codes: 0 every file was answered (refused ones included), 1 nothing could be done, 2 wrong use, 130 interrupted.
`;

export function buildProgram(context: Context, version: string): Command {
  const program = new Command('nightsift')
    .description(
      'Offline workbench for observatories: judges a night of frames, learns from your answers, sorts the next night.',
    )
    .version(version)
    .option(
      '--library <dir>',
      'the library to use (else NIGHTSIFT_LIBRARY, else the platform\u2019s data folder)',
    )
    .addHelpText('after', closing)
    .helpCommand(true);
  for (const add of [
    addDemo,
    addScan,
    addPolicy,
    addSessions,
    addSources,
    addSimulate,
    addDetect,
    addReview,
    addLabel,
    addLearn,
    addCalibrate,
    addDataSet,
    addSynthesise,
    addTrainFromFits,
    addTrain,
    addTune,
    addRecipes,
    addEvaluate,
    addPredict,
    addSort,
    addUndo,
    addModels,
    addRuns,
    addJobs,
    addStudies,
    addServe,
    addDoctor,
  ]) {
    add(program, context);
  }
  prepare(program, program, context);
  return program;
}

/** Every command takes --library, throws instead of ending the process, and writes to the terminal it was given. */
function prepare(command: Command, program: Command, context: Context): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => context.terminal.out(text),
    writeErr: (text) => context.terminal.err(text),
    getErrHelpWidth: () => context.terminal.columns,
    getOutHelpWidth: () => context.terminal.columns,
  });
  command.showHelpAfterError(`Help: nightsift ${command === program ? '' : `${pathOf(command)} `}--help`);
  if (command !== program && command.commands.length === 0) {
    command.option('--library <dir>', 'the library to use');
    command.hook('preAction', (_this, action) => {
      context.library ??=
        action.opts<{ library?: string }>().library ?? program.opts<{ library?: string }>().library;
    });
  }
  for (const child of command.commands) prepare(child, program, context);
}

function pathOf(command: Command): string {
  const parent = command.parent;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}
