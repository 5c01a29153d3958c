/** From a log to a report in seven stages: read, validate, prepare, features, learn, detect, judge. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectReport } from '../../../../contract/calls/records.ts';
import type { EvaluationReport } from '../../../../contract/calls/training.ts';
import { NightsiftError } from '../../../../contract/errors.ts';
import type { DetectedRows, Family, Setting } from '../../../families/family.ts';
import { families } from '../../../families/index.ts';
import { anomalyIndex } from '../../../learning/anomaly/anomaly-classes.ts';
import { exportModel, writeWholeFileTo } from '../../export-model.ts';
import { refuseForeignFile } from '../../files/output-guard.ts';
import { type TrainInput, type TrainPorts, train } from '../../train.ts';
import { openTrainedModel, type Prediction, type TrainedModel } from '../../trained-model.ts';
import type { TrainOptions } from '../../training/train-options.ts';
import { answerPlaces } from '../answer.ts';
import { findFamily } from '../families.ts';
import { labelColumnOf } from '../given-labels.ts';
import { scanRecords } from '../scan-records.ts';
import { type StandingItem, standingItems } from '../session-readings.ts';
import { writeDetectReport } from './detect-report.ts';
import { featuresSentence, preparedSentence, readSentence, validatedSentence } from './stage-sentences.ts';

export interface DetectInput
  extends Pick<TrainInput, 'label' | 'recipe' | 'parameters' | 'where' | 'seed' | 'name'> {
  readonly family: string;
  readonly paths: readonly string[];
  /** Folder of the report. */
  readonly into: string;
  readonly settings?: Readonly<Record<string, Setting>> | undefined;
}

/** Errors: wrongUse for a family without events; wouldOverwrite, for the report of another log too; those of scanning and training. */
export async function detectEvents(
  ports: TrainPorts,
  input: DetectInput,
  options: TrainOptions = {},
): Promise<DetectReport> {
  const family = familyWithEvents(input.family);
  refuseOccupied(input.into);
  const stages: DetectReport['stages'] = [];
  let begun = performance.now();
  const stage = (name: string, sentence: string) => {
    const now = performance.now();
    stages.push({ name, seconds: (now - begun) / 1000, sentence });
    options.onMessage?.(`${stages.length} of 7, ${name}: ${sentence}`);
    begun = now;
  };
  const scanned = await scanRecords(ports, input, options);
  const session = ports.library.sessions.byName(scanned.session.name)!;
  refuseReportOfOther(input.into, session.name);
  const items = standingItems(ports.library, session);
  refuseOtherLabels(family, items, input);
  stage('read', readSentence(family, scanned.records?.sources ?? [], items.length));
  const { sources = [] } = scanned.records ?? {};
  stage('validate', validatedSentence(sources));
  stage('prepare', preparedSentence(items));
  stage('features', featuresSentence(items));
  const { recipe, parameters, where, seed, name } = input;
  const outcome = await train(
    ports,
    { dataSet: session.name, recipe, parameters, where, seed, name },
    options,
  );
  const reference = `${outcome.model.name}@${outcome.model.version}`;
  stage('learn', `${outcome.model.recipe ?? 'model'} as ${reference}, from ${outcome.dataSet}.`);
  const model = await openTrainedModel(ports, reference);
  try {
    const rows = await detectedRows(family, model, items, input.label, options);
    const { events, figures } = family.events!(rows);
    const strange = rows.strange.reduce((sum, each) => sum + each, 0);
    stage(
      'detect',
      `${strange} of ${items.length} ${family.noun.many} are strange, in ${events.length} events.`,
    );
    const heldOut = heldOutFigures(outcome.report);
    stage('judge', judgedSentence(figures, heldOut));
    const report: DetectReport = {
      schema: 'nightsift.events/1',
      model: reference,
      run: outcome.run,
      session: session.name,
      into: input.into,
      rows: items.length,
      stages,
      events: events.map((event) => ({ ...event, channels: [...event.channels] })),
      figures,
      heldOut,
    };
    writeDetectReport(report, sources, rows);
    const json = new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`);
    writeWholeFileTo(join(input.into, 'events.json'), json);
    exportModel(ports.library, reference, join(input.into, 'detector.onnx'), 'onnx');
    return report;
  } finally {
    await model.close();
  }
}

/** How what is written in the end begins, as the guard tells kinds apart. */
const outputs = {
  'report.md': '# \n',
  'report.html': '<!doctype html>',
  'events.json': '{\n  "',
  'detector.onnx': '\b nightsift',
};

/** Said before the work begins; writing looks again. Errors: wouldOverwrite. */
function refuseOccupied(folder: string): void {
  for (const [name, beginning] of Object.entries(outputs))
    refuseForeignFile(join(folder, name), new TextEncoder().encode(beginning));
}

/** A report may replace the earlier one of its own session. Errors: wouldOverwrite. */
function refuseReportOfOther(folder: string, session: string): void {
  const file = join(folder, 'events.json');
  const other = sessionOfReport(file);
  if (other === null || other === session) return;
  throw new NightsiftError(
    'wouldOverwrite',
    `${file} is the report of ${other}; this one is of ${session}. It is left as it is.`,
    { hint: 'Name another folder with --into, or take that one away first.', details: { file } },
  );
}

/** Null where there is none, or none that can be read. */
function sessionOfReport(file: string): string | null {
  try {
    const { session } = JSON.parse(readFileSync(file, 'utf8')) as { session?: unknown };
    return typeof session === 'string' ? session : null;
  } catch {
    return null; // writing will say what is wrong with the file
  }
}

function familyWithEvents(name: string): Family {
  const family = findFamily(name);
  if (family.events !== undefined) return family;
  const known = families.filter(({ events }) => events !== undefined).map((each) => each.name);
  throw new NightsiftError('wrongUse', `${family.title} do not follow one another in time.`, {
    hint: `Events are found in: ${known.join(', ')}.`,
  });
}

/** The label that the file gives an item. */
function givenWord(
  family: Family,
  stored: StandingItem['stored'],
  label: string | undefined,
): string | undefined {
  const column = labelColumnOf(family, stored, label);
  return column === null ? undefined : stored.labels[column];
}

/** Before anything is trained; of what --where leaves the model is asked. Errors: wrongUse. */
function refuseOtherLabels(
  family: Family,
  items: readonly StandingItem[],
  { label, where }: DetectInput,
): void {
  if (Object.keys(where ?? {}).length > 0) return;
  const words = [...new Set(items.map(({ stored }) => givenWord(family, stored, label)))].filter(
    (word) => word !== undefined,
  );
  if (words.length >= 2 && anomalyIndex(words) < 0) throw noStrangeLabel(words.sort());
}

function noStrangeLabel(labels: readonly string[]): NightsiftError {
  return new NightsiftError(
    'wrongUse',
    `Of the labels ${labels.join(', ')} none says which rows are strange.`,
    { hint: 'Name a column of two labels with --label: nominal and anomaly, or 0 and 1.' },
  );
}

async function detectedRows(
  family: Family,
  model: TrainedModel,
  items: readonly StandingItem[],
  label: string | undefined,
  options: TrainOptions,
): Promise<DetectedRows> {
  const answers = await answerPlaces(model, items, options);
  const name = model.classes[anomalyIndex(model.classes)];
  if (name === undefined) throw noStrangeLabel(model.classes);
  const probability = ({ probabilities }: Prediction) => probabilities[name] ?? 0;
  const { reading } = items[0]!;
  const width = reading.featureNames.length;
  const features = new Float64Array(items.length * width);
  items.forEach((item, row) => {
    const { data } = item.reading.tensors[0]!;
    features.set(data.subarray(item.ordinal * width, (item.ordinal + 1) * width), row * width);
  });
  return {
    items: items.map(({ stored }) => stored),
    scores: Float64Array.from(answers, probability),
    strange: Uint8Array.from(answers, (answer) => (answer.label === name ? 1 : 0)),
    truth: Int8Array.from(items, ({ stored }) => {
      const word = givenWord(family, stored, label);
      if (word === undefined || !model.classes.includes(word)) return -1;
      return word === name ? 1 : 0;
    }),
    features,
    featureNames: reading.featureNames,
  };
}

function heldOutFigures(report: EvaluationReport | null): Record<string, number | null> {
  if (report === null) return {};
  const { accuracy, macroF1 } = report.all;
  return { accuracy, macroF1, ...report.figures };
}

function judgedSentence(
  figures: Readonly<Record<string, number | null>>,
  heldOut: Readonly<Record<string, number | null>>,
): string {
  if (Object.keys(figures).length === 0)
    return 'The source says of no row that it is strange: nothing to be judged by.';
  const shown = (value: number | null | undefined) => (value == null ? 'unknown' : value.toFixed(3));
  const own = `on all rows, those that it learned from among them, F1 ${shown(figures['row/f1'])} by rows, ${shown(figures['event/f1'])} by events`;
  return heldOut.macroF1 == null
    ? `${own}.`
    : `on rows that were held out macro F1 ${shown(heldOut.macroF1)}; ${own}.`;
}
