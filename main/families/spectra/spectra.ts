/** Which nuclide made this gamma spectrum. */
import type { Family, QualityFigure, SourceReading } from '../family.ts';
import { labelColumns, readSpectrumSource } from './read.ts';
import { spectrumTrainingSet, spectrumTrainingSettings } from './training-set.ts';

/** Raise it with every change that makes reading give other tensors. */
const readingRevision = 1;

export const spectraFamily: Family = {
  name: 'spectra',
  title: 'Gamma spectra',
  noun: { one: 'spectrum', many: 'spectra' },
  task: 'nuclide',
  version: `spectra-${readingRevision}`,
  fileNames: /\.(csv|tsv|txt|n42|xml|spe|spc|cnf|pcf|iec)(\.gz)?$/i,
  labelColumns,
  templatesBelow: 12,
  recipes: [
    { recipe: 'count-mixture', parameters: {} },
    { recipe: 'mlp', parameters: { layers: 4, width: 1024, 'data.make': 'draws' } },
    { recipe: 'conv1d', parameters: { 'data.make': 'draws' } },
    { recipe: 'random-forest', parameters: { trees: 200, 'data.make': 'draws' } },
  ],
  read: readSpectrumSource,
  classesOf: () => null,
  quality,
  trainingSettings: spectrumTrainingSettings,
  trainingSet: spectrumTrainingSet,
};

function quality({ items, problems }: SourceReading): QualityFigure[] {
  const counts = items.map(({ facts }) => Number(facts.counts)).sort((one, other) => one - other);
  const identities = new Set(items.map(({ identity }) => String(identity)));
  const channels = [...new Set(items.map(({ facts }) => Number(facts.channels)))].sort(
    (one, other) => one - other,
  );
  return [
    { name: 'spectra', value: items.length },
    { name: 'channels', value: channels.join(', ') },
    { name: 'fewest counts', value: counts[0] ?? null },
    { name: 'middle counts', value: counts[counts.length >> 1] ?? null },
    { name: 'most counts', value: counts.at(-1) ?? null },
    { name: 'empty spectra', value: counts.filter((count) => count === 0).length },
    {
      name: 'repeated spectra',
      value: items.length - identities.size,
      note: 'the same counts and calibration',
    },
    { name: 'labelled', value: items.filter(({ labels }) => Object.keys(labels).length > 0).length },
    { name: 'without calibration', value: problems.filter(({ code }) => code === 'noCalibration').length },
    { name: 'problems', value: problems.length },
  ];
}
