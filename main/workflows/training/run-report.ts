/** The report that every run leaves: data, curves, figures by class, confusion, calibration, export. */
import type { ModelFeatures } from '../../../contract/calls/models.ts';
import type { RunDetail } from '../../../contract/calls/training.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { crossValidationPrefix } from '../../learning/cross-validation.ts';
import { type Evaluation, type Interval, timesCalled } from '../../learning/metrics/index.ts';
import type { Parameters } from '../../learning/recipes.ts';
import { type TargetKind, targetKindOf } from '../../learning/targets.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import type { Run } from '../../library/runs.ts';
import { showRun } from '../runs.ts';
import type { TrainTaskOutput } from '../work/learning-tasks.ts';
import { spreadOf } from './evaluation-report.ts';
import { htmlOf, markdownOf, type ReportPart, rounded } from './report-document.ts';

/** Names of the artefacts. */
const reportFiles = { html: 'report.html', markdown: 'report.md' } as const;

/** Writes both formats beside the run. */
export function keepRunReport(
  library: Library,
  run: Run,
  output: TrainTaskOutput,
  version: DatasetVersion,
  features: ModelFeatures | null,
): void {
  const title = `Run ${run.id}`;
  const parts = reportParts(showRun(library, run.id), output, version, features);
  for (const [name, text] of [
    [reportFiles.markdown, markdownOf(title, parts)],
    [reportFiles.html, htmlOf(title, parts)],
  ] as const) {
    const bytes = new TextEncoder().encode(text);
    library.runs.addArtefact(run.id, { name, blob: library.blobs.put(bytes), byteLength: bytes.length });
  }
}

function reportParts(
  detail: RunDetail,
  output: TrainTaskOutput,
  version: DatasetVersion,
  features: ModelFeatures | null,
): ReportPart[] {
  const { network } = output;
  const { evaluations } = network;
  const judgedOn = (['test', 'validation', 'train'] as const).find((split) => evaluations[split].items > 0);
  return [
    { kind: 'text', text: summaryOf(detail, output) },
    ...dataParts(version, targetKindOf(detail.parameters as Parameters)),
    ...curveParts(detail),
    ...figureParts(evaluations, network.metrics.temperature),
    ...spreadParts(network.metrics, Number(detail.parameters.folds)),
    ...(judgedOn === undefined ? [] : classParts(judgedOn, evaluations[judgedOn])),
    ...featureParts(features),
    ...exportParts(output),
    { kind: 'heading', text: 'Settings' },
    {
      kind: 'table',
      columns: ['setting', 'value'],
      rows: Object.entries({ ...detail.parameters, ...detail.environment }).map(([key, value]) => [
        key,
        String(value),
      ]),
    },
  ];
}

function summaryOf({ run }: RunDetail, { network }: TrainTaskOutput): string {
  const early = network.stoppedEarly ? ', stopped early' : '';
  return `Recipe ${run.recipe}, seed ${run.seed}, ${network.epochs} epochs${early}; data set ${run.dataSet}.`;
}

function dataParts({ metadata, hash }: DatasetVersion, targets: TargetKind | undefined): ReportPart[] {
  // numbers are too many for a column each
  const columns = targets === 'number' ? ['items'] : metadata.classes;
  const rows = Object.entries(metadata.counts).map(([split, counts]) => [
    split,
    ...(targets === 'number'
      ? [Object.values(counts).reduce((sum, count) => sum + count, 0)]
      : columns.map((name) => counts[name] ?? 0)),
  ]);
  return [
    { kind: 'heading', text: 'Data' },
    { kind: 'table', columns: ['split', ...columns], rows },
    {
      kind: 'text',
      text: [
        `Content ${hash.slice(0, 12)}, ${metadata.personLabelled} items labelled by a person.`,
        metadata.withinNight ? 'Training and test items come from one night.' : '',
        ...metadata.warnings,
      ]
        .filter((sentence) => sentence !== '')
        .join(' '),
    },
  ];
}

/** Names that are drawn, by chart. */
const charts: Readonly<Record<string, readonly string[]>> = {
  Loss: ['train/loss', 'validation/loss'],
  Accuracy: ['train/accuracy', 'validation/balancedAccuracy'],
  'Learning rate': ['learningRate'],
  'Gradient norm': ['gradientNorm'],
};

function curveParts({ series }: RunDetail): ReportPart[] {
  const drawn = Object.entries(charts).flatMap(([title, names]): ReportPart[] => {
    const present = names.filter((name) => (series[name]?.length ?? 0) > 1);
    if (present.length === 0) return [];
    return [
      {
        kind: 'curves',
        title,
        series: Object.fromEntries(present.map((name) => [name, series[name] ?? []])),
      },
    ];
  });
  return drawn.length === 0 ? [] : [{ kind: 'heading', text: 'Curves' }, ...drawn];
}

function figureParts(
  evaluations: Readonly<Record<string, Evaluation>>,
  temperature: number | undefined,
): ReportPart[] {
  if (Object.values(evaluations).some(({ numbers }) => numbers)) return numberParts(evaluations);
  const rows = Object.entries(evaluations)
    .filter(([, { items }]) => items > 0)
    .map(([split, found]) => {
      return [
        split,
        found.items,
        rounded(found.accuracy),
        intervalText(found.intervals?.accuracy),
        rounded(found.balancedAccuracy),
        intervalText(found.intervals?.balancedAccuracy),
        rounded(found.macroF1),
        rounded(found.auc),
        rounded(found.loss),
        rounded(found.calibrationError),
      ];
    });
  return [
    { kind: 'heading', text: 'Figures' },
    {
      kind: 'table',
      columns: [
        'split',
        'items',
        'accuracy',
        '95 % interval',
        'balanced accuracy',
        '95 % interval',
        'macro F1',
        'AUC',
        'loss',
        'calibration error',
      ],
      rows,
    },
    ...(temperature === undefined ? [] : [{ kind: 'text', text: temperatureText(temperature) } as const]),
  ];
}

function intervalText(interval: Interval | undefined): string | null {
  return interval ? `${rounded(interval.low)} to ${rounded(interval.high)}` : null;
}

function temperatureText(temperature: number): string {
  return temperature === 1
    ? 'Temperature 1: probabilities are as the network gives them.'
    : `Temperature ${rounded(temperature)}, fitted on items that were not learned from: probabilities are ${temperature > 1 ? 'less' : 'more'} sure than the network gives them.`;
}

/** How much the figures vary with what was trained on. */
function spreadParts(metrics: Readonly<Record<string, number>>, folds: number): ReportPart[] {
  const spread = new Map(spreadOf(metrics));
  if (spread.size === 0) return [];
  const names = [...spread.keys()].filter((name) => spread.has(`${name}Deviation`));
  return [
    { kind: 'heading', text: 'Cross-validation' },
    {
      kind: 'text',
      text: `Trained ${folds} times more on parts of the training items, each time judged on the part held out:`,
    },
    {
      kind: 'table',
      columns: ['figure', 'mean', 'standard deviation'],
      rows: names.map((name) => [
        name.slice(crossValidationPrefix.length),
        rounded(spread.get(name) ?? null),
        rounded(spread.get(`${name}Deviation`) ?? null),
      ]),
    },
  ];
}

function numberParts(evaluations: Readonly<Record<string, Evaluation>>): ReportPart[] {
  const rows = Object.entries(evaluations).flatMap(([split, { items, numbers }]) => {
    if (numbers === undefined) return [];
    const { meanAbsoluteError, rootMeanSquareError, r2 } = numbers;
    return [[split, items, rounded(meanAbsoluteError), rounded(rootMeanSquareError), rounded(r2)]];
  });
  return [
    { kind: 'heading', text: 'Figures' },
    {
      kind: 'table',
      columns: ['split', 'items', 'mean absolute error', 'root mean square error', 'R²'],
      rows,
    },
  ];
}

function classParts(split: string, found: Evaluation): ReportPart[] {
  if (found.perClass.length === 0) return [];
  const classes = found.perClass.map(({ className }) => className);
  return [
    { kind: 'heading', text: `Classes (${split})` },
    {
      kind: 'table',
      columns: ['class', 'items', 'precision', 'recall', 'F1'],
      // without a meaning where none was called so, or none is there
      rows: found.perClass.map(({ className, support, precision, recall, f1 }, index) => [
        className,
        support,
        timesCalled(found, index) > 0 ? rounded(precision) : null,
        support > 0 ? rounded(recall) : null,
        support > 0 ? rounded(f1) : null,
      ]),
    },
    ...(found.confusion.length === 0 ? [] : confusionParts(split, classes, found)),
    ...calibrationParts(split, found),
  ];
}

function confusionParts(split: string, classes: readonly string[], found: Evaluation): ReportPart[] {
  return [
    { kind: 'heading', text: `Confusion (${split})` },
    {
      kind: 'table',
      columns: ['true \\ called', ...classes],
      rows: found.confusion.map((row, index) => [classes[index] ?? String(index), ...row]),
    },
  ];
}

/** Of marks every answer counts, the unlikely ones too. */
function calibrationParts(split: string, { confusion, reliability = [] }: Evaluation): ReportPart[] {
  if (reliability.length === 0) return [];
  return [
    { kind: 'heading', text: `Calibration (${split})` },
    {
      kind: 'table',
      columns:
        confusion.length > 0
          ? ['items', 'mean confidence', 'right']
          : ['answers', 'mean probability of a mark', 'it is there'],
      rows: reliability.map(({ items, confidence, accuracy }) => [
        items,
        rounded(confidence),
        rounded(accuracy),
      ]),
    },
  ];
}

function featureParts(features: ModelFeatures | null): ReportPart[] {
  if (features === null) return [];
  const { of, used, importances } = features;
  const selected =
    used === null ? `All ${of} figures` : `${used.length} of ${of} figures (${used.join(', ')})`;
  return [
    { kind: 'heading', text: 'What it goes by' },
    { kind: 'text', text: `${selected} were learned from; those that contributed most:` },
    {
      kind: 'table',
      columns: ['figure', 'share'],
      rows: importances.map(({ name, share }) => [name, rounded(share)]),
    },
  ];
}

function exportParts({ network, onnxBytes }: TrainTaskOutput): ReportPart[] {
  const { exportCheck, exportStatistics, evaluations } = network;
  const { items, maximumDifference } = exportCheck;
  const [what, unit] = evaluations.train.numbers
    ? ['numbers', ' of their width over the training items']
    : ['probabilities', ''];
  const parts: ReportPart[] = [
    { kind: 'heading', text: 'Export' },
    {
      kind: 'text',
      text: `${onnxBytes} bytes; on ${items} items the file's ${what} differ from the trainer's by at most ${maximumDifference.toExponential(1)}${unit}.`,
    },
  ];
  parts.push(...compressionParts(network.metrics));
  if (exportStatistics === undefined) return parts;
  const { opset, parameters, operators, inputs, outputs } = exportStatistics;
  const rows: (readonly [string, string])[] = [
    ['opset', String(opset)],
    ['parameters', String(parameters)],
    ['inputs', inputs.join('; ')],
    ['outputs', outputs.join('; ')],
    [
      'operators',
      Object.entries(operators)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
    ],
  ];
  return [...parts, { kind: 'table', columns: ['file', ''], rows }];
}

/** What 8 bits cost, where the model has them. */
function compressionParts(metrics: Readonly<Record<string, number>>): ReportPart[] {
  const figures = Object.entries(metrics).filter(([name]) => name.startsWith('int8/'));
  if (figures.length === 0) return [];
  return [
    { kind: 'text', text: 'Convolutions are in 8 bits. Beside the same network in 32 bits:' },
    {
      kind: 'table',
      columns: ['figure', 'value'],
      rows: figures.map(([name, value]) => [name.slice('int8/'.length), rounded(value)]),
    },
  ];
}

/** The report of a run in one of its formats. Errors: notFound for a run without one (it never finished). */
export function runReport(
  library: Library,
  reference: string,
  format: keyof typeof reportFiles,
): { readonly run: string; readonly text: string } {
  const run = library.runs.need(reference);
  const kept = library.runs.artefacts(run.id).find(({ name }) => name === reportFiles[format]);
  if (kept === undefined) {
    throw new NightsiftError('notFound', `Run ${run.id} has left no report: it is ${run.status}.`, {
      hint: 'A run writes its report when it finishes.',
    });
  }
  return { run: run.id, text: new TextDecoder().decode(library.blobs.get(kept.blob)) };
}
