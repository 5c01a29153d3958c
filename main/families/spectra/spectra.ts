/** Which nuclide made this gamma spectrum. */
import { orPacked, tableFileEndings } from '../../formats/tables/table.ts';
import type { Family } from '../family.ts';
import { pairEmphasis } from './hypotheses.ts';
import { leavingOut } from './leaving-out.ts';
import { isBackgroundName } from './names.ts';
import { spectrumReadingSettings } from './prepare.ts';
import { spectrumQuality } from './quality.ts';
import { labelColumns, readSpectrumSource } from './read.ts';
import { syntheticTable } from './synthetic-table.ts';
import { spectrumTrainingSet, spectrumTrainingSettings } from './training-set.ts';

/** Raise it with every change that makes reading give other tensors. */
const readingRevision = 4;

export const spectraFamily: Family = {
  name: 'spectra',
  title: 'Gamma spectra',
  noun: { one: 'spectrum', many: 'spectra' },
  task: 'nuclide',
  version: `spectra-${readingRevision}`,
  fileEndings: [...orPacked(['.n42', '.xml', '.spe', '.spc', '.cnf', '.pcf', '.iec']), ...tableFileEndings],
  presets: [
    {
      name: 'iaea-spectra',
      title: 'gamma spectra under the name of the IAEA on Hugging Face',
      address: 'hf://datasets/iaea/radiation-spectra/gamma.json',
    },
  ],
  labelColumns,
  templatesBelow: 12,
  recipes: [
    { recipe: 'count-mixture', parameters: { response: 0.1, tolerance: 0.07, drift: 0.012, pairEmphasis } },
    {
      recipe: 'mlp',
      parameters: {
        layers: 3,
        width: 512,
        epochs: 8,
        batchSize: 128,
        learningRate: 0.003,
        featureNoise: 0,
        dropout: 0,
        patience: 3,
        'data.make': 'draws',
      },
    },
    { recipe: 'conv1d', parameters: { epochs: 12, batchSize: 64, featureNoise: 0, 'data.make': 'draws' } },
    { recipe: 'random-forest', parameters: { trees: 200, 'data.make': 'draws' } },
  ],
  read: readSpectrumSource,
  classesOf: () => null,
  quality: spectrumQuality,
  readingSettings: spectrumReadingSettings,
  leavingOut,
  contradiction: ({ background }, label) =>
    background === true && !isBackgroundName(label) ? 'the file calls it a background' : null,
  trainingSettings: spectrumTrainingSettings,
  trainingSet: spectrumTrainingSet,
  synthesise: syntheticTable,
};
