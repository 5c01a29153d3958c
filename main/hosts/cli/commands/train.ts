/** nightsift train and train-from-fits: from labelled frames to a registered model. */
import { type Command, Option } from 'commander';
import type { z } from 'zod';
import type { NightsiftApi } from '../../../../contract/api.ts';
import type { TrainOutcome } from '../../../../contract/calls/training.ts';
import { type EngineName, engineNames } from '../../../../contract/words.ts';
import { choicePair, type ParameterValue, parameterPair, share, wholeNumber } from '../arguments.ts';
import { refuseBesideResume } from '../beside-resume.ts';
import { absolute, type Context, checkJson, follow, giveJson, place, wrongUse } from '../context.ts';
import { describeSeconds } from '../progress.ts';
import { familyHelp, given, modelReference, trainingTarget } from '../targets.ts';
import { readConfig } from '../train-config.ts';
import { evaluationText } from './evaluate.ts';
import { spreadText } from './runs.ts';

export interface CommonOptions {
  readonly recipe?: string;
  readonly set?: Record<string, ParameterValue>;
  readonly config?: string;
  readonly seed?: number;
  readonly name?: string;
  readonly backbone?: string;
  readonly teacher?: string;
  readonly engine?: EngineName;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly promote?: true;
  readonly json?: string | true;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('--recipe <name>', 'what to train (default: small-cnn for frames); "nightsift recipes" lists all')
    .option(
      '--config <file>',
      'YAML file with recipe or models, seed, name, family, label, parameters, data, evaluation, export',
    )
    .option('--set <key=value>', 'one parameter of the recipe; may be given several times', parameterPair)
    .option('--seed <n>', 'seed of weights, order and augmentation (default: 1)', wholeNumber(0))
    .option('--name <model>', 'name in the registry')
    .option(
      '--backbone <file>',
      'ONNX or safetensors file of the same network with weights to start from; every network takes one',
    )
    .option(
      '--teacher <model>',
      'a registered model or ONNX file that the network imitates beside the labels',
    )
    .addOption(new Option('--engine <name>', 'what executes the steps of a network').choices(engineNames))
    .option('--epochs <n>', 'most epochs to train', wholeNumber(1))
    .option('--batch-size <n>', 'items in one step', wholeNumber(2, 512))
    .option('--promote', 'put the model into production when it is trained')
    .option('--json [file]', 'run, model, data set and figures for machines');
}

const fromFitsExamples = `
Scans the folder (or takes what an earlier scan and a person said of the same content), freezes a data set version,
trains, checks the exported file and registers the model. Use it for new nights with
  nightsift models promote NAME

Examples:
  nightsift train-from-fits ~/nights/2026-03-14
  nightsift train-from-fits ~/nights/2026-03-14 --epochs 20 --model-output judge.onnx --dataset-dir dataset
`;

interface FromFitsOptions extends CommonOptions {
  readonly cleanThreshold?: number;
  readonly contaminatedThreshold?: number;
  readonly modelOutput?: string;
  readonly datasetDir?: string;
  readonly workers?: number;
}

export function addTrainFromFits(program: Command, context: Context): void {
  const command = program
    .command('train-from-fits')
    .description('From a folder of frames to a trained, exported and registered model.')
    .argument('<dir>', 'folder of one or more nights')
    .option(
      '--clean-threshold <score>',
      'prefilter scores from here are clean (default: calibrated, else 0.7)',
      share,
    )
    .option(
      '--contaminated-threshold <score>',
      'prefilter scores up to here are contaminated (default: calibrated, else 0.3)',
      share,
    )
    .option('--model-output <file>', 'write the ONNX file here too')
    .option('--dataset-dir <dir>', 'lay the data set out as folders here')
    .option('--workers <n>', 'frames measured at the same time', wholeNumber(1, 256));
  withCommonOptions(command)
    .addHelpText('after', fromFitsExamples)
    .action(async (folder: string, options: FromFitsOptions) => {
      if ((options.contaminatedThreshold ?? 0.3) >= (options.cleanThreshold ?? 0.7)) {
        throw wrongUse('--contaminated-threshold has to be below --clean-threshold.');
      }
      checkJson(context, options.json);
      await refuseLists(context, options);
      const outcome = await follow(context, 'train-from-fits.start', {
        ...(await trainOptions(context, options)),
        folder: place(context, folder),
        ...given('cleanThreshold', options.cleanThreshold),
        ...given('contaminatedThreshold', options.contaminatedThreshold),
        ...given('modelOutput', options.modelOutput && absolute(context, options.modelOutput)),
        ...given('dataSetFolder', options.datasetDir && absolute(context, options.datasetDir)),
        ...given('workers', options.workers),
      });
      await giveOutcome(context, options, outcome);
    });
}

const trainExamples = `
Examples:
  nightsift train autumn --recipe resnet18 --set epochs=30 learningRate=0.001 --name judge
  nightsift train autumn@2 --where filter=Ha,OIII --config judge.yaml
  nightsift train table.csv --family columns --label y_act --name kinds
  nightsift train --resume RUN                   goes on from the run's last checkpoint
  nightsift train --resume RUN --epochs 60       the same, to 60 epochs
`;

interface TrainCommandOptions extends CommonOptions {
  readonly family?: string;
  readonly label?: string;
  readonly where?: Record<string, string[]>;
  readonly resume?: string;
}

export function addTrain(program: Command, context: Context): void {
  const command = program
    .command('train')
    .description('Train a model on a data set version, a session, or frames on disk.')
    .argument('[target...]', 'DATASET, SESSION or PATH…')
    .option('--family <family>', familyHelp)
    .option('--label <column>', 'the column that holds labels, in families whose files have columns')
    .option(
      '--where <key=value,value>',
      'only items with one of these values (filter, object, session, …)',
      choicePair,
    )
    .option('--resume <run>', 'go on with a run that was stopped');
  withCommonOptions(command)
    .addHelpText('after', trainExamples)
    .action(async (words: string[], options: TrainCommandOptions) => {
      if (options.resume !== undefined) refuseBesideResume(command, words, aRun);
      else if (words.length === 0) throw wrongUse('Give either what to train on, or --resume RUN.');
      checkJson(context, options.json);
      const config = options.config === undefined ? {} : await readConfig(absolute(context, options.config));
      const asked = {
        ...(await trainOptions(context, options)),
        ...(options.resume === undefined ? await trainingTarget(context, words) : { resume: options.resume }),
        ...given('where', options.where),
        ...given('family', options.family ?? config.family),
        ...given('label', options.label ?? config.label),
      };
      const space = options.recipe === undefined && options.resume === undefined ? config.space : undefined;
      if (space !== undefined && options.teacher !== undefined) throw noTeacher();
      const outcome =
        space === undefined
          ? await follow(context, 'train.start', asked)
          : await bestOf(context, { ...asked, space });
      await giveOutcome(context, options, outcome);
    });
}

const aRun = { noun: 'a run', allowed: ['epochs', 'set'], instead: 'run without it' };

export function noTeacher(): Error {
  return wrongUse(
    'Trials imitate no teacher.',
    'Search without --teacher, then train the best settings with it: nightsift train … --set … --teacher MODEL.',
  );
}

/** Errors: wrongUse where a configuration lists several models or values, and one is trained. */
async function refuseLists(context: Context, { config, recipe }: CommonOptions): Promise<void> {
  if (config === undefined || recipe !== undefined) return;
  if ((await readConfig(absolute(context, config))).space === undefined) return;
  throw wrongUse(
    `${config} lists several models or values; train-from-fits trains one.`,
    'Make a data set of the frames and search: nightsift train DATASET --config …, or nightsift tune.',
  );
}

/** Every combination in full, in folds: a study whose best is trained. */
async function bestOf(
  context: Context,
  asked: z.input<NightsiftApi['tune.start']['in']>,
): Promise<TrainOutcome> {
  const { training } = await follow(context, 'tune.start', {
    ...asked,
    sampler: 'grid',
    pruner: 'none',
  });
  if (training === null) throw new TypeError('A study that trains gave no training.');
  return training;
}

export async function trainOptions(context: Context, options: CommonOptions) {
  const config = options.config === undefined ? {} : await readConfig(absolute(context, options.config));
  const backbone = options.backbone ?? config.backbone;
  return {
    ...given('recipe', options.recipe ?? config.recipe),
    ...given('seed', options.seed ?? config.seed),
    ...given('name', options.name ?? config.name),
    ...given('backbone', backbone && absolute(context, backbone)),
    ...given('teacher', options.teacher && modelReference(context, options.teacher)),
    ...given('promote', options.promote),
    ...given('engine', options.engine),
    parameters: {
      ...config.parameters,
      ...given('epochs', options.epochs),
      ...given('batchSize', options.batchSize),
      ...options.set,
    },
  };
}

async function giveOutcome(context: Context, options: CommonOptions, outcome: TrainOutcome): Promise<void> {
  if (!(await giveJson(context, options.json, outcome))) context.terminal.out(trainText(outcome));
}

export function trainText(outcome: TrainOutcome): string {
  const { model } = outcome;
  const stopped = outcome.stoppedEarly ? ', stopped early' : '';
  const lines = [
    `Model ${model.name}@${model.version} (${model.recipe}, ${outcome.epochs} epochs${stopped}) in ${describeSeconds(outcome.elapsedSeconds)}`,
    `  run ${outcome.run}, data set ${outcome.dataSet}, ONNX ${model.onnxHash.slice(0, 12)}, ${model.onnxBytes} bytes`,
    `  exported file agrees with the trainer to ${outcome.exportDifference.toExponential(1)}`,
  ];
  if (outcome.alarms) lines.push(`  ${outcome.alarms.sentence}`);
  if (outcome.modelOutput) lines.push(`  written to ${outcome.modelOutput}`);
  if (outcome.dataSetFolder) lines.push(`  data set laid out in ${outcome.dataSetFolder}`);
  lines.push(
    model.stage === 'production'
      ? '  in production: scan and sort use it'
      : `  use it for new nights with: nightsift models promote ${model.name}@${model.version}`,
  );
  return `${lines.join('\n')}\n${outcome.report ? `\n${evaluationText(outcome.report)}` : spreadText(model.metrics)}`;
}
