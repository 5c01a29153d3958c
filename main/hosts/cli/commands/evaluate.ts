/** nightsift evaluate and predict: how good a model is, and what it says of frames. */
import type { Command } from 'commander';
import type { Evaluation, EvaluationReport } from '../../../../contract/calls/training.ts';
import type { PredictReport } from '../../../../contract/scan-report.ts';
import { wholeNumber } from '../arguments.ts';
import { type Context, checkJson, follow, giveJson, place } from '../context.ts';
import { type Column, table } from '../tables.ts';
import { given, modelReference, trainingTarget } from '../targets.ts';

const modelWord = 'NAME, NAME@VERSION, NAME@production or an ONNX file';

export function addEvaluate(program: Command, context: Context): void {
  program
    .command('evaluate')
    .description('Accuracy, precision, recall, F1 and confusion of a model.')
    .argument('<model>', modelWord)
    .argument('<target...>', 'DATASET (its test split) or PATH… of labelled frames')
    .option(
      '--label <column>',
      'the column that holds the labels, when it is another than the model was taught by',
    )
    .option('--json [file]', 'the figures for machines (nightsift.evaluation/1)')
    .addHelpText(
      'after',
      '\nExamples:\n  nightsift evaluate judge@production autumn\n  nightsift evaluate judge@2 ~/nights/2026-03-15\n',
    )
    .action(async (model: string, words: string[], options: { json?: string | true; label?: string }) => {
      checkJson(context, options.json);
      const target = await trainingTarget(context, words);
      const report = await follow(context, 'evaluate.start', {
        model: modelReference(context, model),
        ...target,
        ...given('label', options.label),
      });
      if (!(await giveJson(context, options.json, report))) context.terminal.out(evaluationText(report));
    });
}

interface PredictOptions {
  readonly json?: string | true;
  readonly workers?: number;
  readonly top?: number;
  readonly explain?: true;
}

export function addPredict(program: Command, context: Context): void {
  program
    .command('predict')
    .description('What a model says of each frame. Nothing is stored as a label.')
    .argument('<model>', modelWord)
    .argument('<path...>', 'folders and files of one night')
    .option('--json [file]', 'the answers for machines (nightsift.predict/1)')
    .option('--workers <n>', 'frames measured at the same time', wholeNumber(1, 256))
    .option('--top <k>', 'the k most probable classes of each item of records', wholeNumber(1, 1000))
    .option('--explain', 'what each answer rests on: the parts of the item that speak for and against it')
    .addHelpText(
      'after',
      '\nExamples:\n  nightsift predict judge@production ~/nights/2026-03-15\n  nightsift predict nuclides measured.csv --top 3 --explain\n  nightsift predict judge.onnx ~/nights/2026-03-15 --json answers.json\n',
    )
    .action(async (model: string, paths: string[], options: PredictOptions) => {
      checkJson(context, options.json);
      const report = await follow(context, 'predict.start', {
        model: modelReference(context, model),
        paths: paths.map((word) => place(context, word)),
        ...given('workers', options.workers),
        ...given('top', options.top),
        ...given('explain', options.explain),
      });
      if (report.items.every(({ label }) => label === null)) context.exitCode = 1;
      if (!(await giveJson(context, options.json, report))) context.terminal.out(predictText(report));
    });
}

function predictText(report: PredictReport): string {
  const alarms = report.alarms ? `\n${report.alarms.sentence}\n` : '';
  const rows = table(report.items, [
    { title: 'item', of: (item) => [item.file, item.id].filter((word) => word !== undefined).join('#') },
    { title: 'label', of: (item) => (item.unknown ? `unknown (${item.label}?)` : item.label) },
    { title: 'score', of: (item) => item.score, digits: 3 },
    ...(report.items.some(({ top }) => top !== undefined) ? [topColumn] : []),
    ...(report.items.some(({ saliency }) => saliency !== undefined) ? [saliencyColumn] : []),
    {
      title: 'note',
      of: (item) =>
        item.error
          ? `${item.error.code}: ${item.error.message}`
          : (item.note ?? (item.status === 'ok' ? '' : item.status)),
    },
  ]);
  return `${rows}${alarms}`;
}

type PredictItem = PredictReport['items'][number];

const topColumn: Column<PredictItem> = {
  title: 'most probable',
  of: ({ top = [] }) => top.map(({ label, probability }) => `${label} ${probability.toFixed(3)}`).join(', '),
};

const partsNamed = 3;

const saliencyColumn: Column<PredictItem> = {
  title: 'rests on',
  of: ({ saliency }) =>
    [...(saliency?.parts ?? [])]
      .sort((one, other) => other.weight - one.weight)
      .slice(0, partsNamed)
      .filter(({ weight }) => weight > 0)
      .map(({ from, to, weight }) => `${from}–${to} ${saliency?.unit} (+${weight.toFixed(1)})`)
      .join(', '),
};

const mostOtherLabels = 10;

function otherLabelsText(others: readonly (readonly [label: string, items: number])[]): string {
  const all = others.reduce((sum, [, items]) => sum + items, 0);
  const named = others.slice(0, mostOtherLabels).map(([label, items]) => `"${label}" (${items})`);
  const more = others.length > mostOtherLabels ? `, and ${others.length - mostOtherLabels} labels more` : '';
  return `Left out, because the model has no such class: ${all}, labelled ${named.join(', ')}${more}\n`;
}

function learnedText(learned: number, items: number): string {
  const which = learned === items ? 'All of these items' : `${learned} of these ${items} items`;
  return `${which} were learned from: the figures say little about new ones.\n`;
}

export function evaluationText(report: EvaluationReport): string {
  const night = report.withinNight ? ' (within one night: says less about other nights)' : '';
  const parts = [`On ${report.on}${night}\n${figuresText(report.all)}`];
  if (report.learnedFrom !== undefined) parts.push(learnedText(report.learnedFrom, report.all.items));
  const others = Object.entries(report.otherLabels ?? {});
  if (others.length > 0) parts.push(otherLabelsText(others));
  const isAllByPerson = report.person?.items === report.all.items;
  if (report.person && !isAllByPerson) parts.push(`Labelled by a person:\n${figuresText(report.person)}`);
  if (report.prefilterAgreement) {
    parts.push(
      `Agreement with the prefilter, where no person has spoken:\n${figuresText(report.prefilterAgreement)}`,
    );
  }
  const figures = Object.entries(report.figures ?? {}).map(
    ([name, value]) => `  ${name} ${value === null ? '–' : value.toFixed(4)}\n`,
  );
  if (figures.length > 0) parts.push(`Further figures:\n${figures.join('')}`);
  const suspects = (report.suspects ?? []).slice(0, longestSuspects);
  if (suspects.length > 0) {
    const rows = table(suspects, [
      { title: 'item', of: (row) => row.file },
      { title: 'labelled', of: (row) => row.given },
      { title: 'probably', of: (row) => row.likely },
      { title: 'margin', of: (row) => row.margin, digits: 3 },
    ]);
    parts.push(`Labels to look at again (${report.suspects?.length} in the report):\n${indent(rows)}`);
  }
  return parts.join('\n');
}

const longestSuspects = 10;

function figuresText(evaluation: Evaluation): string {
  if (evaluation.items === 0) return 'No items.\n';
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  if (evaluation.accuracy === null && evaluation.classes.length === 0) return `  ${evaluation.items} items\n`;
  const range = (name: 'accuracy' | 'balancedAccuracy') => {
    const found = evaluation.intervals?.[name];
    return found === undefined ? '' : ` (95 %: ${figure(found.low)} to ${figure(found.high)})`;
  };
  const names = evaluation.classes.map(({ name }) => name);
  const classes = table(evaluation.classes, [
    { title: 'class', of: (row) => row.name },
    { title: 'precision', of: (row) => row.precision, digits: 3 },
    { title: 'recall', of: (row) => row.recall, digits: 3 },
    { title: 'F1', of: (row) => row.f1, digits: 3 },
    { title: 'items', of: (row) => row.support },
  ]);
  const confusion = table(
    evaluation.confusion.map((counts, index) => ({ name: names[index] ?? '', counts })),
    [
      { title: 'true \\ called', of: (row) => row.name },
      ...names.map((title, index) => ({
        title,
        of: (row: { counts: readonly number[] }) => row.counts[index] ?? 0,
      })),
    ],
  );
  return (
    `  ${evaluation.items} items, accuracy ${figure(evaluation.accuracy)}${range('accuracy')}, ` +
    `balanced accuracy ${figure(evaluation.balancedAccuracy)}${range('balancedAccuracy')}, macro F1 ${figure(evaluation.macroF1)}\n` +
    `${indent(classes)}${evaluation.confusion.length === 0 ? '' : `\n${indent(confusion)}`}`
  );
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
