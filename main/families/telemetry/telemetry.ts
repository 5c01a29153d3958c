/** Is this piece of telemetry as usual? Satellite segments, guiding, weather and power logs. */
import { tableFileEndings } from '../../formats/tables/table.ts';
import type { Family, JudgedItems, QualityFigure, SourceReading } from '../family.ts';
import { labelColumns } from './columns.ts';
import { telemetryEvents } from './events.ts';
import { areaUnderPrecisionRecall, areaUnderRoc } from './metrics.ts';
import { noveltyThreshold } from './novelty.ts';
import { readTelemetry, telemetryReadingSettings } from './read.ts';
import { simulateTelemetry } from './simulate.ts';
import { siteClock, spanOf } from './site-clock.ts';

export const telemetryFamily: Family = {
  name: 'telemetry',
  title: 'Telemetry',
  noun: { one: 'reading', many: 'readings' },
  task: 'anomaly',
  version: 'telemetry-4',
  fileEndings: tableFileEndings,
  presets: [
    {
      name: 'safecast',
      title: 'the latest radiation measurements of the Safecast network',
      address: 'safecast://measurements',
    },
  ],
  labelColumns,
  learnsUnlabelled: true,
  strangeness: { fact: 'novelty', threshold: noveltyThreshold },
  recipes: [
    { recipe: 'anomaly-detector', parameters: { 'evaluation.folds': 5 } },
    { recipe: 'isolation-forest', parameters: {} },
    { recipe: 'one-class-svm', parameters: {} },
    { recipe: 'local-outlier-factor', parameters: { distinct: true } },
    { recipe: 'outlier-ensemble', parameters: {} },
    { recipe: 'autoencoder', parameters: {} },
    { recipe: 'gradient-boosting', parameters: {} },
  ],
  read: readTelemetry,
  simulate: simulateTelemetry,
  events: telemetryEvents,
  clock: siteClock,
  // the words of the file itself: 0 and 1, nominal and anomaly
  classesOf: () => null,
  quality,
  readingSettings: telemetryReadingSettings,
  figures,
};

function quality({ items, tensors, problems }: SourceReading): QualityFigure[] {
  const rowsOf = (found: SourceReading['problems']): number =>
    found.reduce((sum, { count }) => sum + (count ?? 1), 0);
  const count = (code: string): number => rowsOf(problems.filter((problem) => problem.code === code));
  const isSeries = tensors.some(({ name }) => name === 'novelty');
  return [
    { name: 'readings', value: items.length },
    { name: 'kind', value: isSeries ? 'series' : 'segments' },
    ...spanOf(items),
    { name: 'labelled', value: items.filter(({ labels }) => Object.keys(labels).length > 0).length },
    { name: 'out of range', value: count('outOfRange'), note: 'rows named in the report' },
    { name: 'missing values', value: count('missing') + count('notANumber') + count('infinite') },
    { name: 'gaps in time', value: count('gap') },
    { name: 'repeated times', value: count('repeatedTime') },
    { name: 'problems', value: rowsOf(problems) },
  ];
}

/** How the scores rank, and how often something is called an anomaly. */
function figures({ labels, scores, anomaly, probabilities }: JudgedItems): Record<string, number | null> {
  if (!scores || anomaly < 0) return {};
  const strange = labels.map((label) => (label === anomaly ? 1 : 0));
  const called = strange.map((_, row) => probabilities[row * 2 + anomaly]! > 0.5);
  const hits = strange.filter((is, row) => is === 1 && called[row]).length;
  const named = called.filter(Boolean).length + strange.filter((is) => is === 1).length;
  return {
    'anomaly/prAuc': areaUnderPrecisionRecall(scores, strange),
    'anomaly/rocAuc': areaUnderRoc(scores, strange),
    'anomaly/f1': named === 0 ? null : (2 * hits) / named,
    'anomaly/calledShare': called.length === 0 ? null : called.filter(Boolean).length / called.length,
  };
}
