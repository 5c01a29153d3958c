/** nightsift synthesise: a training set made up from a few templates. */
import type { Command } from 'commander';
import { type ParameterValue, parameterPair, wholeNumber } from '../arguments.ts';
import { absolute, type Context, follow, giveJson, place } from '../context.ts';
import { familyHelp, given } from '../targets.ts';

interface SynthesiseOptions {
  readonly family: string;
  readonly out: string;
  readonly perClass?: number;
  readonly label?: string;
  readonly seed: number;
  readonly set?: Record<string, ParameterValue>;
  readonly json?: string | true;
}

const examples = `
Spectra are mixed with the background of their own detector, put behind absorbers, drifted in gain and counted by
chance. The table has the layout that scan, train and predict read.

Examples:
  nightsift synthesise templates.csv --out made.csv --per-class 400
  nightsift synthesise templates.csv --out mixed.csv --set data.mixtureShare=0.3 data.lowestCounts=500
`;

export function addSynthesise(program: Command, context: Context): void {
  program
    .command('synthesise')
    .description('Make a training set up from a few labelled templates.')
    .argument('<path...>', 'files of templates')
    .requiredOption('--out <file>', 'the table to write (CSV)')
    .option('--family <name>', familyHelp, 'spectra')
    .option('--per-class <n>', 'items of each class', wholeNumber(1, 1_000_000))
    .option('--label <column>', 'the column that holds labels')
    .option('--seed <n>', 'the same seed gives the same table', wholeNumber(0), 1)
    .option('--set <key=value>', 'a setting of the family (data.…, read.…)', parameterPair)
    .option('--json [file]', 'what was written, for machines')
    .addHelpText('after', examples)
    .action(async (paths: string[], options: SynthesiseOptions) => {
      const made = await follow(context, 'synthesise.start', {
        family: options.family,
        paths: paths.map((word) => place(context, word)),
        out: absolute(context, options.out),
        seed: options.seed,
        ...given('label', options.label),
        settings: {
          ...options.set,
          ...(options.perClass === undefined ? {} : { 'data.drawsPerClass': options.perClass }),
        },
      });
      if (await giveJson(context, options.json, made)) return;
      context.terminal.out(`${made.rows} items of ${made.classes.length} classes written to ${made.path}\n`);
    });
}
