/** What is learned from: measured spectra as they are, or what a few templates can look like. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { FamilyData, Setting, TrainingSetting } from '../family.ts';
import { fineBins } from './energy-grid.ts';
import { type Hypothesis, hypothesesOf } from './hypotheses.ts';
import { isBackgroundName, isPotassiumName } from './names.ts';
import { drawFrom, poisson } from './random.ts';
import { tensorsOf } from './spectrum-tensors.ts';
import { templatesOf } from './templates.ts';

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
  'data.lowestCounts': { description: 'counts of the weakest spectrum drawn', default: 200 },
  'data.highestCounts': { description: 'counts of the strongest spectrum drawn', default: 20_000 },
};

/** Shapes at most, so that a model stays small and quick. */
const mostShapes = 8000;
/** Spectra per class on which a model of templates is judged, half of them to calibrate it. */
const examinedPerClass = 40;
/** Counts that a noise-free shape stands for: it is a template, whatever the counts of the spectra to be judged. */
const shapeCounts = 1e6;

/** @throws NightsiftError `wrongUse` */
export function spectrumTrainingSet(
  data: FamilyData,
  settings: Readonly<Record<string, Setting>>,
  seed: number,
): FamilyData {
  const counts = data.classes.map((_, label) => data.labels.filter((each) => each === label).length);
  const fewest = Math.min(...counts.filter((count) => count > 0));
  const isFew = fewest < Number(settings.fewestPerClass);
  const make = settings.make === 'auto' && !isFew ? 'none' : settings.make;
  if (make === 'none') return data;
  const background = data.classes.findIndex(isBackgroundName);
  const hypotheses = hypothesesOf(templatesOf(data, background), {
    background,
    gainSigma: Number(settings.gainSigma),
    mixtureShare: Number(settings.mixtureShare),
    potassiumVaries: !data.classes.some(isPotassiumName),
    most: mostShapes,
  });
  const range = [Number(settings.lowestCounts), Number(settings.highestCounts)] as const;
  const draw = (perClass: number, salt: string): FamilyData =>
    drawn(hypotheses, data, { perClass, range, seed, salt });
  const held = isFew ? { heldOut: draw(examinedPerClass, 'examined') } : {};
  switch (make) {
    case 'auto':
    case 'shapes':
      return { ...rowsOf(hypotheses, data), ...held };
    case 'draws':
      return { ...draw(Number(settings.drawsPerClass), 'taught'), ...held };
    default:
      throw new NightsiftError('wrongUse', `Setting data.make cannot be "${String(make)}".`, {
        hint: 'Allowed: auto, none, shapes or draws.',
      });
  }
}

function rowsOf(hypotheses: readonly Hypothesis[], data: FamilyData): FamilyData {
  return {
    tensors: tensorsOf(hypotheses.map(({ shares }) => shares.map((share) => share * shapeCounts))),
    classes: data.classes,
    labels: Int32Array.from(hypotheses, ({ label }) => label),
    weights: Float32Array.from(hypotheses, ({ weight }) => weight),
  };
}

interface DrawOptions {
  readonly perClass: number;
  readonly range: readonly [number, number];
  readonly seed: number;
  readonly salt: string;
}

/** Poisson draws of single sources, as many of each class, counts spread evenly over their logarithm. */
function drawn(hypotheses: readonly Hypothesis[], data: FamilyData, options: DrawOptions): FamilyData {
  const random = drawFrom(options.seed, options.salt);
  const [least, most] = options.range;
  const rows: { readonly label: number; readonly fine: Float64Array }[] = [];
  data.classes.forEach((_, label) => {
    const own = hypotheses.filter((each) => each.label === label);
    const total = own.reduce((sum, { weight }) => sum + weight, 0);
    for (let count = 0; own.length > 0 && count < options.perClass; count += 1) {
      const { shares } = picked(own, random.uniform() * total);
      const counts = least * (most / least) ** random.uniform();
      const fine = new Float64Array(fineBins);
      for (let bin = 0; bin < fineBins; bin += 1) fine[bin] = poisson(random, shares[bin]! * counts);
      rows.push({ label, fine });
    }
  });
  return {
    tensors: tensorsOf(rows.map(({ fine }) => fine)),
    classes: data.classes,
    labels: Int32Array.from(rows, ({ label }) => label),
  };
}

function picked(hypotheses: readonly Hypothesis[], place: number): Hypothesis {
  let left = place;
  for (const hypothesis of hypotheses) {
    left -= hypothesis.weight;
    if (left <= 0) return hypothesis;
  }
  return hypotheses.at(-1)!;
}
