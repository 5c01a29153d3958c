/** nightsift dataset: immutable lists of frames, labels and splits. */
import { type Command, Option } from 'commander';
import type { DataSetDifference, DataSetRow } from '../../../../contract/calls/data-sets.ts';
import type { LeakReport } from '../../../../contract/records.ts';
import { share, wholeNumber } from '../arguments.ts';
import { absolute, type Context, follow, giveJson, place } from '../context.ts';
import { type Column, table } from '../tables.ts';
import { destination } from '../targets.ts';
import { addDataSetMap } from './dataset-map.ts';

interface JsonOption {
  readonly json?: string | true;
}

interface CreateOptions extends JsonOption {
  readonly name?: string;
  readonly seed: number;
  readonly validationShare?: number;
  readonly testShare?: number;
}

const examples = `
Examples:
  nightsift dataset create m31 m33 --name autumn
  nightsift dataset diff autumn@1 autumn@2
  nightsift dataset map autumn --by embeddings --groups 6 --csv map.csv
  nightsift dataset export autumn --into ~/datasets/autumn --action symlink
`;

export function addDataSet(program: Command, context: Context): void {
  const dataset = program
    .command('dataset')
    .description('Make, compare, check and hand out data set versions.')
    .addHelpText('after', examples);
  addCreate(dataset, context);
  addLooks(dataset, context);
  addVerify(dataset, context);
  addExport(dataset, context);
  addLeaks(dataset, context);
  addDataSetMap(dataset, context);
}

function addCreate(dataset: Command, context: Context): void {
  dataset
    .command('create')
    .description('Freeze the labels of sessions into a new version. The same content gives the same version.')
    .argument('<session...>')
    .option('--name <name>', 'name of the data set (default: the name of the first session)')
    .option('--seed <n>', 'seed of the split', wholeNumber(0), 1)
    .option('--validation-share <share>', 'share of the validation split', share)
    .option('--test-share <share>', 'share of the test split', share)
    .option('--json [file]', 'the same for machines')
    .action(async (sessions: string[], options: CreateOptions) => {
      const { json, ...rest } = options;
      const row = await follow(context, 'datasets.create', { sessions, ...rest });
      if (!(await giveJson(context, json, row))) context.terminal.out(dataSetText(row));
    });
}

function addLooks(dataset: Command, context: Context): void {
  dataset
    .command('list')
    .description('One line for each version.')
    .option('--json [file]', 'the same for machines')
    .action(async ({ json }: JsonOption) => {
      const rows = await (await context.client())('datasets.list', {});
      if (json !== undefined) return void (await giveJson(context, json, rows));
      const empty = 'No data set yet: nightsift dataset create SESSION makes one.\n';
      context.terminal.out(rows.length === 0 ? empty : table(rows, dataSetColumns));
    });
  dataset
    .command('show')
    .description('Items, labels and splits of one version.')
    .argument('<dataset>', 'NAME (its newest version), NAME@VERSION or the start of its hash')
    .option('--json [file]', 'the same for machines')
    .action(async (reference: string, { json }: JsonOption) => {
      const shown = await (await context.client())('datasets.show', { dataSet: reference });
      if (json !== undefined) return void (await giveJson(context, json, shown));
      const items = table(shown.items, [
        { title: 'split', of: (item) => item.split },
        { title: 'label', of: (item) => item.label },
        { title: 'by', of: (item) => item.labelledBy },
        { title: 'session', of: (item) => item.session },
        { title: 'file', of: (item) => item.file },
      ]);
      context.terminal.out(`${dataSetText(shown.dataSet)}\n${items}`);
    });
  dataset
    .command('diff')
    .description('What a second version adds, drops, relabels or moves to another split.')
    .argument('<before>')
    .argument('<after>')
    .option('--json [file]', 'the same for machines')
    .action(async (before: string, after: string, { json }: JsonOption) => {
      const difference = await (await context.client())('datasets.diff', { before, after });
      if (json !== undefined) return void (await giveJson(context, json, difference));
      context.terminal.out(differenceText(difference));
    });
}

function addVerify(dataset: Command, context: Context): void {
  dataset
    .command('verify')
    .description('Check that every file still holds what was labelled.')
    .argument('<dataset>')
    .option('--json [file]', 'the same for machines')
    .action(async (reference: string, { json }: JsonOption) => {
      const outcome = await follow(context, 'datasets.verify', { dataSet: reference });
      if (outcome.problems.length > 0) context.exitCode = 1;
      if (await giveJson(context, json, outcome)) return;
      for (const { file, problem } of outcome.problems) context.terminal.out(`${file}: ${problem}\n`);
      context.terminal.out(`${outcome.checked} files checked, ${outcome.problems.length} problems\n`);
    });
}

interface ExportOptions {
  readonly into?: string;
  readonly action: 'copy' | 'reflink' | 'symlink' | 'hardlink';
}

function addExport(dataset: Command, context: Context): void {
  dataset
    .command('export')
    .description('Lay a version out as folders SPLIT/LABEL/FILE with its metadata.json.')
    .argument('<dataset>')
    .argument('[dir]', 'a new or empty folder')
    .option('--into <dir>', 'the same as an option')
    .addOption(
      new Option('--action <action>', 'hardlink shares its bytes with the original')
        .choices(['copy', 'reflink', 'symlink', 'hardlink'])
        .default('copy'),
    )
    .action(async (reference: string, folder: string | undefined, options: ExportOptions) => {
      const outcome = await follow(context, 'datasets.export', {
        dataSet: reference,
        into: absolute(context, destination(folder, options.into)),
        action: options.action,
      });
      for (const warning of outcome.warnings) context.terminal.err(`${warning}\n`);
      context.terminal.out(`${outcome.files} files in ${outcome.into}\n`);
    });
}

interface LeakOptions extends JsonOption {
  readonly family?: string;
}

function addLeaks(dataset: Command, context: Context): void {
  dataset
    .command('leaks')
    .description(
      'What is said twice, within and across the splits of a data set or between files of one family.',
    )
    .argument('<target...>', 'DATASET, or PATH… with --family')
    .option('--family <family>', 'of the files')
    .option('--json [file]', 'every repeat for machines')
    .action(async (words: string[], options: LeakOptions) => {
      const target =
        options.family === undefined
          ? { dataSet: words[0]! }
          : { paths: words.map((word) => place(context, word)), family: options.family };
      const report = await follow(context, 'leaks.start', target);
      if (!(await giveJson(context, options.json, report))) context.terminal.out(leaksText(report));
    });
}

const longestRepeats = 40;
const longestPairs = 12;

function leaksText({ items, within, across, repeats, between, sharedGroups }: LeakReport): string {
  const line = (where: string, counts: LeakReport['within']) =>
    `  ${where}: ${counts.exactly} repeated exactly, ${counts.nearly} nearly\n`;
  const worst = repeats.filter((repeat) => repeat.across).slice(0, longestRepeats);
  const shown = worst.length === 0 ? repeats.slice(0, longestRepeats) : worst;
  const pairs = between.slice(0, longestPairs).map(({ part, items: all, other, exactly, nearly }) => {
    const both = exactly.length + nearly.length;
    return `  ${both} of the ${all} in ${part} stand in ${other} too, ${exactly.length} of them exactly\n`;
  });
  if (between.length > longestPairs)
    pairs.push(`  … and ${between.length - longestPairs} pairs more: --json\n`);
  const rows = table(shown, [
    { title: 'item', of: (row) => row.file },
    { title: 'in', of: (row) => row.part },
    { title: 'repeats', of: (row) => row.of },
    { title: 'of', of: (row) => row.ofPart },
    { title: 'how', of: (row) => row.kind },
  ]);
  const more = repeats.length > shown.length ? `… and ${repeats.length - shown.length} more: --json\n` : '';
  return `${items} items\n${line('within a part', within)}${line('across parts', across)}${pairs.join('')}  ${sharedGroups.length} groups lie in several parts\n${shown.length === 0 ? '' : rows}${more}`;
}

const dataSetColumns: readonly Column<DataSetRow>[] = [
  { title: 'data set', of: (row) => `${row.name}@${row.version}` },
  { title: 'items', of: (row) => row.items },
  { title: 'by person', of: (row) => row.labelledByPerson },
  { title: 'splits', of: (row) => splitCounts(row) },
  { title: 'made', of: (row) => row.createdAt },
  { title: 'hash', of: (row) => row.hash.slice(0, 12) },
];

function splitCounts(row: DataSetRow): string {
  return Object.entries(row.counts)
    .map(([split, classes]) => `${split} ${Object.values(classes).reduce((sum, count) => sum + count, 0)}`)
    .join(', ');
}

export function dataSetText(row: DataSetRow): string {
  const classes = [...new Set(Object.values(row.counts).flatMap((counts) => Object.keys(counts)))];
  const splits = table(Object.entries(row.counts), [
    { title: 'split', of: ([split]) => split },
    ...classes.map((name) => ({
      title: name,
      of: ([, counts]: [string, Record<string, number>]) => counts[name] ?? 0,
    })),
  ]);
  const warnings = row.warnings.map((warning) => `${warning}\n`).join('');
  return `Data set ${row.name}@${row.version}, ${row.items} items, ${row.labelledByPerson} labelled by a person\nhash ${row.hash}\n${warnings}${splits}`;
}

function differenceText({ added, removed, relabelled, moved }: DataSetDifference): string {
  const lines = [
    ...added.map((item) => `+ ${item.file}  ${item.label}  ${item.split}`),
    ...removed.map((item) => `- ${item.file}  ${item.label}  ${item.split}`),
    ...relabelled.map((item) => `~ ${item.file}  label ${item.before} -> ${item.after}`),
    ...moved.map((item) => `> ${item.file}  split ${item.before} -> ${item.after}`),
  ];
  return lines.length === 0 ? 'The two versions are the same.\n' : `${lines.join('\n')}\n`;
}
