/** nightsift detect: from a log to events and a report. */
import type { Command } from 'commander';
import { type DetectReport, namedChannels } from '../../../../contract/calls/records.ts';
import { choicePair, type ParameterValue, parameterPair, wholeNumber } from '../arguments.ts';
import { absolute, type Context, checkJson, follow, giveJson, place } from '../context.ts';
import { table } from '../tables.ts';
import { given } from '../targets.ts';

interface DetectOptions {
  readonly family: string;
  readonly into: string;
  readonly label?: string;
  readonly recipe?: string;
  readonly set?: Record<string, ParameterValue>;
  readonly where?: Record<string, string[]>;
  readonly seed: number;
  readonly name?: string;
  readonly json?: string | true;
}

const examples = `
Examples:
  nightsift detect log.csv --into report
  nightsift detect PHD2_GuideLog_2026-03-14.txt --into report
  nightsift detect log.csv --into report --recipe isolation-forest --set contamination=0.02
  nightsift detect log.csv --into report --where anomaly=0        learn from the usual rows only

In DIR: report.md, report.html, events.json (nightsift.events/1) and detector.onnx.
`;

export function addDetect(program: Command, context: Context): void {
  program
    .command('detect')
    .description('Find what is unusual in logs, in seven stages from reading to a report.')
    .argument('<path...>', 'logs, folders of them, or addresses of sources')
    .requiredOption('--into <dir>', 'folder of the report')
    .option('--family <family>', 'of what', 'telemetry')
    .option('--label <column>', 'the column that says what is unusual, where there is one')
    .option('--recipe <name>', 'how to learn (default: by the labels at hand)')
    .option('--set <key=value>', 'a setting of the recipe; may be given several times', parameterPair)
    .option('--where <key=value>', 'learn only from rows with one of the values', choicePair)
    .option('--seed <n>', 'seed of all that is random', wholeNumber(0), 1)
    .option('--name <model>', 'name of the detector in the registry')
    .option('--json [file]', 'the events for machines')
    .addHelpText('after', examples)
    .action((paths: string[], options: DetectOptions) => detect(context, paths, options));
}

async function detect(context: Context, paths: readonly string[], options: DetectOptions): Promise<void> {
  const { family, label, recipe, set, where, seed, name } = options;
  checkJson(context, options.json);
  const report = await follow(context, 'detect.start', {
    family,
    paths: paths.map((word) => place(context, word)),
    into: absolute(context, options.into),
    seed,
    ...given('label', label),
    ...given('recipe', recipe),
    ...given('parameters', set),
    ...given('where', where),
    ...given('name', name),
  });
  if (await giveJson(context, options.json, report)) return;
  context.terminal.out(summary(report));
}

const shownEvents = 30;

function summary({ events, figures, heldOut, into }: DetectReport): string {
  const shown = table(events.slice(0, shownEvents), [
    { title: 'start', of: ({ start, first }) => start ?? first },
    { title: 'rows', of: ({ rows }) => rows },
    { title: 'score', of: ({ peakScore }) => peakScore, digits: 2 },
    {
      title: 'channels',
      of: ({ channels }) =>
        namedChannels(channels, 2)
          .map(({ name, share }) => `${name} ${Math.round(100 * share)} %`)
          .join(', '),
    },
  ]);
  const more = events.length > shownEvents ? `… and ${events.length - shownEvents} more events\n` : '';
  const parts = [
    events.length === 0 ? 'No event.\n' : `${shown}${more}`,
    figureLines('On rows that were held out', heldOut),
    figureLines('On all rows, those that it learned from among them', figures),
    `Report: ${into}\n`,
  ];
  return parts.join('');
}

function figureLines(title: string, figures: Readonly<Record<string, number | null>>): string {
  const lines = Object.entries(figures).map(([name, value]) => `  ${name} ${value?.toFixed(3) ?? '–'}\n`);
  return lines.length === 0 ? '' : `${title}:\n${lines.join('')}`;
}
