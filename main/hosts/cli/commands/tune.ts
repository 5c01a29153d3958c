/** nightsift tune: searches for the settings of a recipe, trains the best. */
import { type Command, Option } from 'commander';
import {
  type DimensionInput,
  mostTrials,
  StudyFigure,
  type TuneOutcome,
} from '../../../../contract/calls/tuning.ts';
import { choicePair, wholeNumber } from '../arguments.ts';
import { refuseBesideResume } from '../beside-resume.ts';
import { absolute, type Context, checkJson, follow, giveJson, wrongUse } from '../context.ts';
import { describeSeconds } from '../progress.ts';
import { readSpaceFile, readSpaceWords, type SpaceWords } from '../space-words.ts';
import { familyHelp, given, trainingTarget } from '../targets.ts';
import { readConfig, type TrainConfig } from '../train-config.ts';
import { studyText } from './studies.ts';
import { type CommonOptions, noTeacher, trainOptions, trainText, withCommonOptions } from './train.ts';

const examples = `
Every trial is judged in the same folds. With halving (the default) all trials get little of the resource first (epochs of
a network, trees of a forest, rows of others) and the best third goes on with three times as much. The best settings are
then trained on everything and registered. The test split takes no part in the search.

Examples:
  nightsift tune random-forest --data table.csv --family columns --label kind
  nightsift tune mlp --data nuclides --set learningRate=0.0001..0.01:log width=32,64,128 --trials 40
  nightsift tune random-forest --data kinds --space forest-grid --sampler grid --pruner none
  nightsift tune small-cnn --data autumn --space space.yaml --group-by session
  nightsift tune --resume STUDY
`;

interface TuneOptions extends CommonOptions {
  readonly data?: string[];
  readonly family?: string;
  readonly label?: string;
  readonly where?: Record<string, string[]>;
  readonly space?: string;
  readonly sampler?: string;
  readonly pruner?: string;
  readonly resource?: 'auto' | 'epochs' | 'trees' | 'rounds' | 'rows';
  readonly trials?: number;
  readonly folds?: number;
  readonly groupBy?: string;
  readonly figure?: StudyFigure;
  readonly train: boolean;
  readonly resume?: string;
}

export function addTune(program: Command, context: Context): void {
  const command = program
    .command('tune')
    .description('Search for the settings of a recipe, train the best ones.')
    .argument('[recipe]', 'what to train (default: what its family trains)')
    .option('--data <target...>', 'DATASET, SESSION or PATH…')
    .option('--family <family>', familyHelp)
    .option('--label <column>', 'the column that holds labels, in families whose files have columns')
    .option('--where <key=value,value>', 'only items with one of these values', choicePair)
    .option(
      '--space <name|file>',
      'a named space, or a YAML or JSON file (default: the usual one of the recipe)',
    )
    .option('--sampler <name>', 'random or grid (default: random)')
    .option('--pruner <name>', 'halving or none (default: halving)')
    .addOption(
      new Option('--resource <name>', 'what halving gives out').choices([
        'auto',
        'epochs',
        'trees',
        'rounds',
        'rows',
      ]),
    )
    .option('--trials <n>', 'settings to try (default: 27, or all of a grid)', wholeNumber(1, mostTrials))
    .option('--folds <n>', 'folds of cross-validation (default: the recipe’s, else 5)', wholeNumber(2, 20))
    .option('--group-by <fact>', 'keep items with an equal fact in one fold; "none": each by itself')
    .addOption(new Option('--figure <name>', 'what is best (default: macroF1)').choices(StudyFigure.options))
    .option('--no-train', 'search only; train nothing in the end')
    .option('--resume <study>', 'go on with a study that was stopped');
  withCommonOptions(command)
    .addHelpText('after', examples)
    .action(async (recipe: string | undefined, options: TuneOptions) => {
      if (options.resume !== undefined)
        refuseBesideResume(command, recipe === undefined ? [] : [recipe], aStudy);
      checkJson(context, options.json);
      const outcome = await follow(context, 'tune.start', await asked(context, recipe, options));
      if (!(await giveJson(context, options.json, outcome))) context.terminal.out(tuneText(outcome));
    });
}

const aStudy = { noun: 'a study', allowed: [], instead: 'study with --data' };

async function asked(context: Context, recipe: string | undefined, options: TuneOptions) {
  if ((options.data === undefined) === (options.resume === undefined))
    throw wrongUse('Give either --data, what to search on, or --resume STUDY.');
  if (options.resume !== undefined) return { resume: options.resume };
  if (options.teacher !== undefined) throw noTeacher();
  if (recipe !== undefined && options.recipe !== undefined) throw wrongUse('The recipe is named twice.');
  const chosen = { ...options, ...given('recipe', recipe) };
  const { parameters, ...common } = await trainOptions(context, chosen);
  const config = options.config === undefined ? {} : await readConfig(absolute(context, options.config));
  const listed = chosen.recipe === undefined ? config.space : undefined;
  const { space, fixed } = await spaceOf(context, options.space, listed, readSpaceWords(parameters));
  return {
    ...common,
    ...(await trainingTarget(context, options.data!)),
    parameters: fixed,
    ...given('space', space),
    ...given('family', options.family ?? config.family),
    ...given('label', options.label ?? config.label),
    ...given('where', options.where),
    ...given('sampler', options.sampler),
    ...given('pruner', options.pruner),
    ...given('resource', options.resource),
    ...given('trials', options.trials),
    ...given('folds', options.folds),
    ...given('groupBy', options.groupBy),
    ...given('figure', options.figure),
    train: options.train,
  };
}

/**
 * A file, or the lists of --config, and --set are joined, the word of --set going before; a name stands alone, with --set
 * holding some of it fixed.
 */
async function spaceOf(
  context: Context,
  space: string | undefined,
  listed: TrainConfig['space'],
  words: SpaceWords,
): Promise<{ space: string | DimensionInput[] | undefined; fixed: SpaceWords['fixed'] }> {
  if (space !== undefined && listed !== undefined)
    throw wrongUse(`--space ${space} and the models of --config both say what varies.`);
  if (listed !== undefined) return joined(words, { dimensions: listed, fixed: {} });
  const isFile = space !== undefined && /\.(ya?ml|json)$/i.test(space);
  if (!isFile) {
    if (space !== undefined && words.dimensions.length > 0) {
      throw wrongUse(
        `--space ${space} and --set ${words.dimensions[0]!.name}=… both say what varies.`,
        'Give ranges alone, or in a file; --set with one value holds a setting of the space fixed.',
      );
    }
    return {
      space: space ?? (words.dimensions.length > 0 ? words.dimensions : undefined),
      fixed: words.fixed,
    };
  }
  return joined(words, await readSpaceFile(absolute(context, space)));
}

/** What is held fixed stays in the space too, so that conditions on it are met or not. */
function joined(
  words: SpaceWords,
  file: SpaceWords,
): { space: DimensionInput[]; fixed: SpaceWords['fixed'] } {
  const varied = new Set(words.dimensions.map(({ name }) => name));
  const left = (name: string) => !varied.has(name);
  return {
    space: [...words.dimensions, ...file.dimensions.filter(({ name }) => left(name))],
    fixed: {
      ...Object.fromEntries(Object.entries(file.fixed).filter(([name]) => left(name))),
      ...words.fixed,
    },
  };
}

function tuneText({ study, training, elapsedSeconds }: TuneOutcome): string {
  const text = `${studyText(study)}Searched in ${describeSeconds(elapsedSeconds - (training?.elapsedSeconds ?? 0))}.\n`;
  return training === null ? text : `${text}\n${trainText(training)}`;
}
