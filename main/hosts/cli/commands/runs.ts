/** nightsift runs: the record of every training. */
import type { Command } from 'commander';
import type { RunDetail, RunRow } from '../../../../contract/calls/training.ts';
import { wholeNumber } from '../arguments.ts';
import { absolute, type Context, giveJson, wrongUse } from '../context.ts';
import { writeOutputFile } from '../output-file.ts';
import { formatFigure } from '../progress.ts';
import { type Cell, type Column, csv, table } from '../tables.ts';

interface JsonOption {
  readonly json?: string | true;
}

export function addRuns(program: Command, context: Context): void {
  const runs = program
    .command('runs')
    .description('What was trained, how it went, and what can be gone on with.');
  runs
    .command('list')
    .description('One line for each run, the newest last.')
    .option('--limit <n>', 'only the newest', wholeNumber(1))
    .option('--json [file]', 'the same for machines')
    .action(async ({ json, limit }: JsonOption & { limit?: number }) => {
      const rows = await (await context.client())('runs.list', limit === undefined ? {} : { limit });
      if (json !== undefined) return void (await giveJson(context, json, rows));
      context.terminal.out(
        rows.length === 0 ? 'No run yet: nightsift train makes one.\n' : table(rows, runColumns),
      );
    });
  addShow(runs, context);
  addCompare(runs, context);
  addExport(runs, context);
  addReport(runs, context);
}

function addShow(runs: Command, context: Context): void {
  runs
    .command('show')
    .description('Parameters, environment, figures by epoch and checkpoints of one run.')
    .argument('<run>')
    .option('--json [file]', 'the same for machines')
    .action(async (run: string, { json }: JsonOption) => {
      const detail = await (await context.client())('runs.show', { run });
      if (json !== undefined) return void (await giveJson(context, json, detail));
      const pairs = (values: Readonly<Record<string, Cell | boolean>>) =>
        Object.entries(values)
          .map(([key, value]) => `  ${key} ${String(value)}\n`)
          .join('');
      const error = detail.error ? `Ended with ${detail.error.code}: ${detail.error.message}\n` : '';
      const last = Object.entries(detail.series).map(([key, points]) => {
        const point = points.at(-1);
        return `  ${key} ${point ? formatFigure(point.value) : '–'} (${points.length} points)\n`;
      });
      context.terminal.out(
        `${table([detail.run], runColumns)}${error}\nParameters:\n${pairs(detail.parameters)}\n` +
          `Environment:\n${pairs(detail.environment)}\n${figuresText(detail)}${spreadText(detail.run.metrics)}` +
          `Series, last value:\n${last.join('') || '  none\n'}\n` +
          `Checkpoints: ${detail.checkpoints.map((point) => `${point.epoch}${point.best ? ' (best)' : ''}`).join(', ') || 'none'}\n` +
          `Models: ${detail.models.join(', ') || 'none'}\n`,
      );
    });
}

/** Of classes, or of numbers; those of single classes are in the report. */
const mainFigures = [
  'items',
  'accuracy',
  'balancedAccuracy',
  'macroF1',
  'calibrationError',
  'meanAbsoluteError',
  'rootMeanSquareError',
  'r2',
] as const;

/** What it came to, and on what; nothing of a run that was not judged. */
function figuresText({ run, judgedOn }: RunDetail): string {
  if (judgedOn === undefined) return '';
  const figures = mainFigures.flatMap((name) => {
    const value = run.metrics[name];
    return value == null ? [] : [`  ${name} ${formatFigure(value)}\n`];
  });
  const { outOfBagScore } = run.metrics;
  const bag =
    outOfBagScore == null
      ? ''
      : `Out-of-bag accuracy ${formatFigure(outOfBagScore)}: of rows learned from, by trees that had not seen them.\n`;
  return `Figures on ${judgedOn}:\n${figures.join('')}${bag}\n`;
}

/** By the first part of their names. */
const foldFigures = {
  crossValidation: 'Cross-validation',
  search: 'Best trial of the search, in its folds (the best of several is a little flattered)',
} as const;

/** What folds found: how much figures vary with what was trained on, and what a search chose the settings by. */
export function spreadText(metrics: Readonly<Record<string, number | null>>): string {
  return Object.entries(foldFigures)
    .map(([prefix, title]) => {
      const lines = Object.entries(metrics).flatMap(([name, value]) =>
        name.startsWith(`${prefix}/`) && value !== null ? [`  ${name} ${formatFigure(value)}\n`] : [],
      );
      return lines.length === 0 ? '' : `${title}:\n${lines.join('')}\n`;
    })
    .join('');
}

function addCompare(runs: Command, context: Context): void {
  runs
    .command('compare')
    .description('Parameters that differ and figures of two or more runs.')
    .argument('<run...>')
    .option('--json [file]', 'the same for machines')
    .action(async (words: string[], { json }: JsonOption) => {
      if (words.length < 2) throw wrongUse('Comparing takes at least two runs.');
      const compared = await (await context.client())('runs.compare', { runs: words });
      if (json !== undefined) return void (await giveJson(context, json, compared));
      const columns = compared.runs.map((run, index) => ({
        title: run.id,
        of: (row: { values: readonly (Cell | boolean)[] }): Cell => {
          const value = row.values[index] ?? null;
          return typeof value === 'boolean' ? String(value) : value;
        },
      }));
      const name: Column<{ key: string }> = { title: '', of: (row) => row.key };
      const differing = compared.parameters.filter((row) => row.differs);
      context.terminal.out(`Parameters that differ:\n${table(differing, [name, ...columns])}\n`);
      context.terminal.out(`Figures:\n${table(compared.metrics, [name, ...columns])}`);
    });
}

function addExport(runs: Command, context: Context): void {
  runs
    .command('export')
    .description('Write a run to a file: JSON with everything, or its series as CSV.')
    .argument('<run>')
    .argument('<file>', 'ends with .json or .csv')
    .action(async (run: string, file: string) => {
      const exported = await (await context.client())('runs.export', { run });
      if (!/\.(json|csv)$/i.test(file)) throw wrongUse('The file has to end with .json or .csv.');
      const rows = Object.entries(exported.detail.series).flatMap(([name, points]) =>
        points.map((point) => ({ name, ...point })),
      );
      const text = file.toLowerCase().endsWith('.csv')
        ? csv(rows, [
            { title: 'metric', of: (row) => row.name },
            { title: 'step', of: (row) => row.step },
            { title: 'value', of: (row) => row.value },
          ])
        : `${JSON.stringify(exported, null, 2)}\n`;
      await writeOutputFile(absolute(context, file), text);
      context.terminal.out(`${absolute(context, file)}\n`);
    });
}

function addReport(runs: Command, context: Context): void {
  runs
    .command('report')
    .description('The report that a finished run left: data, curves, figures by class, calibration.')
    .argument('<run>')
    .argument('[file]', 'ends with .html or .md; printed as text when left out')
    .action(async (run: string, file: string | undefined) => {
      if (file !== undefined && !/\.(html|md)$/i.test(file)) {
        throw wrongUse('The file has to end with .html or .md.');
      }
      const format = file?.toLowerCase().endsWith('.html') ? 'html' : 'markdown';
      const { text } = await (await context.client())('runs.report', { run, format });
      if (file === undefined) return void context.terminal.out(text);
      await writeOutputFile(absolute(context, file), text);
      context.terminal.out(`${absolute(context, file)}\n`);
    });
}

const runColumns: readonly Column<RunRow>[] = [
  { title: 'run', of: (row) => row.id },
  { title: 'state', of: (row) => (row.resumable ? `${row.state}, resumable` : row.state) },
  { title: 'kind', of: (row) => row.kind },
  { title: 'recipe', of: (row) => row.recipe },
  { title: 'data set', of: (row) => row.dataSet },
  { title: 'epochs', of: (row) => row.epochs },
  { title: 'balanced accuracy', of: (row) => row.metrics.balancedAccuracy ?? null, digits: 3 },
  { title: 'started', of: (row) => row.startedAt },
];
