/** nightsift studies: the record of every search. */
import type { Command } from 'commander';
import {
  isBetterWhenSmall,
  type StudyDetail,
  type StudyRow,
  type TrialRow,
} from '../../../../contract/calls/tuning.ts';
import { absolute, type Context, giveJson, wrongUse } from '../context.ts';
import { writeOutputFile } from '../output-file.ts';
import { type Cell, type Column, csv, table } from '../tables.ts';

interface JsonOption {
  readonly json?: string | true;
}

export function addStudies(program: Command, context: Context): void {
  const studies = program.command('studies').description('What was searched for, trial by trial.');
  studies
    .command('list')
    .description('One line for each study, the newest last.')
    .option('--json [file]', 'the same for machines')
    .action(async ({ json }: JsonOption) => {
      const rows = await (await context.client())('studies.list', {});
      if (await giveOrNothing(context, json, rows)) return;
      context.terminal.out(
        rows.length === 0 ? 'No study yet: nightsift tune makes one.\n' : table(rows, studyColumns),
      );
    });
  studies
    .command('show')
    .description('What was searched, and every trial, the best first.')
    .argument('<study>')
    .option('--json [file]', 'the same for machines')
    .action(async (study: string, { json }: JsonOption) => {
      const detail = await (await context.client())('studies.show', { study });
      if (await giveOrNothing(context, json, detail)) return;
      context.terminal.out(studyText(detail));
    });
  studies
    .command('export')
    .description('Write a study to a file: JSON with everything, or its trials as CSV.')
    .argument('<study>')
    .argument('<file>', 'ends with .json or .csv')
    .action(async (study: string, file: string) => {
      if (!/\.(json|csv)$/i.test(file)) throw wrongUse('The file has to end with .json or .csv.');
      const detail = await (await context.client())('studies.show', { study });
      const text = file.toLowerCase().endsWith('.csv')
        ? csv(detail.trials, trialColumns(detail, [...figureNames(detail)]))
        : `${JSON.stringify(detail, null, 2)}\n`;
      await writeOutputFile(absolute(context, file), text);
      context.terminal.out(`${absolute(context, file)}\n`);
    });
  studies
    .command('choices')
    .description('Samplers, pruners and named spaces.')
    .option('--json [file]', 'the same for machines')
    .action(async ({ json }: JsonOption) => {
      const choices = await (await context.client())('studies.choices', {});
      if (await giveOrNothing(context, json, choices)) return;
      const name = { title: 'name', of: (row: { name: string }) => row.name };
      const what = { title: 'what it does', of: (row: { description: string }) => row.description };
      context.terminal.out(
        `Samplers:\n${table(choices.samplers, [name, what])}\nPruners:\n${table(choices.pruners, [name, what])}\n` +
          `Spaces:\n${table(choices.spaces, [name, what, { title: 'recipes', of: (row) => row.recipes.join(', ') }])}`,
      );
    });
}

/** True where --json took the answer. */
async function giveOrNothing(
  context: Context,
  json: string | true | undefined,
  value: unknown,
): Promise<boolean> {
  if (json === undefined) return false;
  await giveJson(context, json, value);
  return true;
}

export function studyText(detail: StudyDetail): string {
  const { study, best, error } = detail;
  const space = detail.space.map(({ name, takes }) => `  ${name} ${takes}\n`).join('');
  const fixed = Object.entries(detail.fixed).map(([name, value]) => `  ${name} ${String(value)}\n`);
  const ended = error === null ? '' : `Ended with ${error.code}: ${error.message}\n`;
  const rows = [...detail.trials].sort(
    (one, other) =>
      (other.share ?? 0) - (one.share ?? 0) ||
      goodness(study.figure, other.figure) - goodness(study.figure, one.figure) ||
      one.number - other.number,
  );
  return (
    `${table([study], studyColumns)}${ended}\nVaried:\n${space}` +
    `${fixed.length === 0 ? '' : `Held fixed:\n${fixed.join('')}`}\n` +
    `${table(rows, trialColumns(detail, []))}\n` +
    `Best: ${best === null ? 'none yet' : `trial ${best}`}. Model: ${study.model ?? 'none'}.\n`
  );
}

/** What is better is greater; what has no figure is last. */
function goodness(figure: StudyRow['figure'], value: number | null): number {
  if (value === null) return Number.NEGATIVE_INFINITY;
  return isBetterWhenSmall(figure) ? -value : value;
}

function figureNames({ trials }: StudyDetail): Set<string> {
  return new Set(trials.flatMap(({ figures }) => Object.keys(figures)));
}

/** With the figure searched for alone, or with all of `figures`. */
function trialColumns(detail: StudyDetail, figures: readonly string[]): Column<TrialRow>[] {
  const settings = [...new Set(detail.space.map(({ name }) => name))];
  const own: Column<TrialRow>[] =
    figures.length > 0
      ? figures.map((name) => ({ title: name, of: (row) => row.figures[name] ?? null }))
      : [
          { title: detail.study.figure, of: (row) => row.figure, digits: 4 },
          { title: '±', of: (row) => row.deviation, digits: 4 },
        ];
  return [
    { title: 'trial', of: (row) => row.number },
    { title: 'state', of: (row) => (row.number === detail.best ? 'best' : row.state) },
    { title: 'share', of: (row) => row.share, significant: 2 },
    ...own,
    { title: 'seconds', of: (row) => row.seconds, digits: 1 },
    ...settings.map(
      (name): Column<TrialRow> => ({ title: name, of: (row) => cellOf(row.settings[name]), significant: 4 }),
    ),
    ...(detail.trials.some(({ error }) => error !== null)
      ? [{ title: 'error', of: (row: TrialRow) => row.error } satisfies Column<TrialRow>]
      : []),
  ];
}

function cellOf(value: TrialRow['settings'][string] | undefined): Cell {
  if (value === undefined) return null;
  return typeof value === 'boolean' ? String(value) : value;
}

const studyColumns: readonly Column<StudyRow>[] = [
  { title: 'study', of: (row) => row.id },
  { title: 'state', of: (row) => (row.resumable ? `${row.state}, resumable` : row.state) },
  { title: 'recipe', of: (row) => row.recipes.join(', ') },
  { title: 'data set', of: (row) => row.dataSet },
  { title: 'search', of: (row) => `${row.sampler}, ${row.pruner}` },
  { title: 'trials', of: (row) => `${row.finished} of ${row.trials} in full` },
  { title: 'figure', of: (row) => row.figure },
  { title: 'best', of: (row) => row.best, digits: 4 },
  { title: 'model', of: (row) => row.model },
  { title: 'started', of: (row) => row.startedAt },
];
