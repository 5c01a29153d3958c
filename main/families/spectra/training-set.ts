/** What is learned from: measured spectra as they are, or what a few templates can look like. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { FamilyData, Setting, TrainingSetting } from '../family.ts';
import { trainingNumber } from '../training-number.ts';
import { augmented, type DrawnSpectrum, drawnSpectra } from './draw-spectra.ts';
import { type Hypothesis, hypothesesOf } from './hypotheses.ts';
import { isBackgroundName, isNaturalName, isPotassiumName } from './names.ts';
import { spectraOf, tensorsOf } from './spectrum-tensors.ts';
import { normalised, type Template, templatesOf } from './templates.ts';

export const spectrumTrainingSettings: Readonly<Record<string, TrainingSetting>> = {
  'data.make': {
    description:
      'none: the spectra as they are; shapes: what templates can look like, without noise; draws: spectra drawn from those; auto: none where every class has enough',
    default: 'auto',
  },
  'data.fewestPerClass': {
    description: 'spectra of a class from which on auto takes them as they are',
    default: 12,
  },
  'data.drawsPerClass': { description: 'spectra drawn for each class', default: 400 },
  'data.gainSigma': { description: 'drift of the gain, one sigma as a share', default: 0.012 },
  'data.mixtureShare': { description: 'share of spectra that hold two sources', default: 0.02 },
  'data.leastSourceShare': {
    description:
      'least share of the counts that the source makes up in spectra drawn, of its share in the template',
    default: 0.3,
  },
  'data.augment': {
    description:
      'copies of each measured spectrum with other gain, fewer counts, background mixed in, chance anew',
    default: 0,
  },
  'data.lowestCounts': { description: 'counts of the weakest spectrum drawn', default: 200 },
  'data.highestCounts': { description: 'counts of the strongest spectrum drawn', default: 20_000 },
};

/** Shapes at most, so that a model stays small and quick. */
const mostShapes = 8000;
/** Spectra per class on which a model of templates is judged, half of them to calibrate it. */
const examinedPerClass = 40;
/** Counts that a noise-free shape stands for: it is a template, whatever the counts of the spectra to be judged. */
const shapeCounts = 1e6;

type Settings = Readonly<Record<string, Setting>>;

/** From and to what the numbers among the settings may be. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  fewestPerClass: [0, 1e6],
  drawsPerClass: [1, 1e5],
  gainSigma: [0, 0.1],
  mixtureShare: [0, 1],
  leastSourceShare: [0, 1],
  augment: [0, 1000],
  lowestCounts: [1, 1e9],
  highestCounts: [1, 1e9],
};

function checkNumbers(settings: Settings): void {
  for (const [name, [least, most]] of Object.entries(ranges)) trainingNumber(settings, name, least, most);
  const { lowestCounts, highestCounts } = settings;
  if (Number(lowestCounts) <= Number(highestCounts)) return;
  throw new NightsiftError(
    'wrongUse',
    `Setting data.lowestCounts (${lowestCounts}) lies above data.highestCounts (${highestCounts}).`,
    { hint: 'Spectra are drawn with counts from the one to the other.' },
  );
}

/** @throws NightsiftError `wrongUse` */
export function spectrumTrainingSet(
  data: FamilyData,
  settings: Settings,
  seed: number,
  onProgress?: (share: number) => void,
): FamilyData {
  checkNumbers(settings);
  const counts = data.classes.map((_, label) => data.labels.filter((each) => each === label).length);
  const fewest = Math.min(...counts.filter((count) => count > 0));
  const isFew = fewest < Number(settings.fewestPerClass);
  const make = settings.make === 'auto' && !isFew ? 'none' : settings.make;
  if (make === 'none') return withCopies(data, settings, seed);
  const templates = templatesOf(data, backgroundOf(data));
  const draw = (perClass: number, salt: string): FamilyData =>
    rowsOfDraws(drawnOf(data, templates, settings, { perClass, seed, salt }), data);
  const held = isFew ? { heldOut: draw(examinedPerClass, 'examined') } : {};
  switch (make) {
    case 'auto':
    case 'shapes':
      return { ...rowsOfShapes(shapesOf(data, templates, settings), data, onProgress), ...held };
    case 'draws':
      return { ...draw(Number(settings.drawsPerClass), 'taught'), ...held };
    default:
      throw new NightsiftError('wrongUse', `Setting data.make cannot be "${String(make)}".`, {
        hint: 'Allowed: auto, none, shapes or draws.',
      });
  }
}

/**
 * Spectra drawn from templates, `data.drawsPerClass` of each class, for a set of one's own.
 * @throws NightsiftError `wrongUse`
 */
export function syntheticSpectra(data: FamilyData, settings: Settings, seed: number): DrawnSpectrum[] {
  checkNumbers(settings);
  const perClass = Number(settings.drawsPerClass);
  return drawnOf(data, templatesOf(data, backgroundOf(data)), settings, {
    perClass,
    seed,
    salt: 'synthetic',
  });
}

function backgroundOf({ classes }: FamilyData): number {
  return classes.findIndex(isBackgroundName);
}

/** Potassium varies where it is no class of its own. */
function potassiumVaries({ classes }: FamilyData): boolean {
  return !classes.some(isPotassiumName);
}

function drawnOf(
  data: FamilyData,
  templates: readonly Template[],
  settings: Settings,
  how: { readonly perClass: number; readonly seed: number; readonly salt: string },
): DrawnSpectrum[] {
  return drawnSpectra(templates, data.classes.length, {
    ...how,
    background: backgroundOf(data),
    lowestCounts: Number(settings.lowestCounts),
    highestCounts: Number(settings.highestCounts),
    gainSigma: Number(settings.gainSigma),
    leastSourceShare: Number(settings.leastSourceShare),
    mixtureShare: Number(settings.mixtureShare),
    potassiumVaries: potassiumVaries(data),
  });
}

function shapesOf(data: FamilyData, templates: readonly Template[], settings: Settings): Hypothesis[] {
  return hypothesesOf(templates, {
    background: backgroundOf(data),
    gainSigma: Number(settings.gainSigma),
    mixtureShare: Number(settings.mixtureShare),
    potassiumVaries: potassiumVaries(data),
    naturals: data.classes.flatMap((name, label) => (isNaturalName(name) ? [label] : [])),
    most: mostShapes,
  });
}

function rowsOfShapes(
  hypotheses: readonly Hypothesis[],
  data: FamilyData,
  onProgress?: (share: number) => void,
): FamilyData {
  return {
    tensors: tensorsOf(
      hypotheses.map(({ shares }) => shares.map((share) => share * shapeCounts)),
      onProgress,
    ),
    classes: data.classes,
    labels: Int32Array.from(hypotheses, ({ label }) => label),
    weights: Float32Array.from(hypotheses, ({ weight }) => weight),
  };
}

function rowsOfDraws(rows: readonly DrawnSpectrum[], data: FamilyData): FamilyData {
  return {
    tensors: tensorsOf(rows.map(({ fine }) => fine)),
    classes: data.classes,
    labels: Int32Array.from(rows, ({ label }) => label),
  };
}

/** Of copies: at least this share of the counts, at most this share of background. */
const copied = { leastCounts: 0.3, mostBackground: 0.5 };

/** The spectra as they are, and behind them the copies that were asked for. */
function withCopies(data: FamilyData, settings: Settings, seed: number): FamilyData {
  const copies = Number(settings.augment);
  if (!(copies > 0)) return data;
  const background = backgroundOf(data);
  const spectra = spectraOf(data.tensors, data.labels.length).map(({ shares, counts }, row) => ({
    label: data.labels[row]!,
    fine: shares.map((share) => share * counts),
  }));
  const skies = spectra.filter(({ label }) => label === background).map(({ fine }) => normalised(fine));
  const more = augmented(spectra, skies, {
    ...copied,
    copies: Math.round(copies),
    gainSigma: Number(settings.gainSigma),
    seed,
  });
  return rowsOfDraws([...spectra, ...more], data);
}
