/** What a person may ask to be done with spectra as they are read: calibrate, take the background off, smooth, peel. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Problem, ReadOptions, TrainingSetting } from '../family.ts';
import { backgroundRate } from './background-rate.ts';
import { continuumOf } from './baseline.ts';
import { smoothed } from './energy-grid.ts';
import { isBackgroundName } from './names.ts';

export const spectrumReadingSettings: Readonly<Record<string, TrainingSetting>> = {
  'read.background': {
    description:
      'keep, or subtract: the backgrounds of the same detector in the same file are taken off, scaled by live time',
    default: 'keep',
    choices: ['keep', 'subtract'],
  },
  'read.smooth': {
    description: 'Gaussian smoothing by this share of the resolution of a NaI detector; 0 for none',
    default: 0,
  },
  'read.baseline': {
    description: 'keep, or snip: the continuum below the peaks is taken off (SNIP)',
    default: 'keep',
    choices: ['keep', 'snip'],
  },
  'read.calibration': {
    description: 'terms in keV, "0 2.93", for spectra that bring none that rises; empty for 0 to 3,072 keV',
    default: '',
    form: {
      pattern: /^$|^[-+]?[\d.]+(e[-+]?\d+)?([\s;:]+[-+]?[\d.]+(e[-+]?\d+)?)+$/i,
      words: 'two terms or more with blanks between, "0 2.93", or nothing',
    },
  },
};

/** A spectrum on the fine grid with what preparing it has to know. */
export interface GriddedSpectrum {
  readonly row: number;
  readonly fine: Float64Array;
  readonly detector: string | null;
  readonly liveSeconds: number | null;
  readonly isBackground: boolean;
}

/**
 * Terms of `read.calibration`; null where none is given.
 * @throws NightsiftError `wrongUse` for what is none
 */
export function givenCalibration({ settings }: ReadOptions): readonly number[] | null {
  const given = String(settings?.['read.calibration'] ?? '').trim();
  if (given === '') return null;
  const terms = given.split(/[\s;:]+/).map(Number);
  if (terms.length >= 2 && terms.every(Number.isFinite)) return terms;
  throw new NightsiftError('wrongUse', `read.calibration cannot be "${given}".`, {
    hint: 'Expected two terms or more in keV, for example "0 2.93".',
  });
}

/** Counts on the fine grid after what was asked for, in the same order; none is below 0. */
export function prepared(
  spectra: readonly GriddedSpectrum[],
  { settings = {} }: ReadOptions,
  problems: Problem[],
): Float64Array[] {
  const share = Number(settings['read.smooth'] ?? 0);
  const bare =
    settings['read.background'] === 'subtract'
      ? withoutBackground(spectra, problems)
      : spectra.map(({ fine }) => fine);
  const soft = share > 0 ? bare.map((fine) => smoothed(fine, share)) : bare;
  return settings['read.baseline'] === 'snip' ? soft.map(abovePeaks) : soft;
}

function abovePeaks(fine: Float64Array): Float64Array {
  const continuum = continuumOf(smoothed(fine, 0.5));
  return fine.map((value, bin) => Math.max(0, value - continuum[bin]!));
}

function withoutBackground(spectra: readonly GriddedSpectrum[], problems: Problem[]): Float64Array[] {
  const rates = new Map<string, Float64Array | null>();
  return spectra.map((each) => {
    if (each.isBackground) return each.fine;
    const name = each.detector ?? '';
    if (!rates.has(name)) rates.set(name, rateOf(spectra, each.detector));
    const rate = rates.get(name)!;
    if (rate !== null && each.liveSeconds !== null && each.liveSeconds > 0)
      return each.fine.map((value, bin) => Math.max(0, value - rate[bin]! * each.liveSeconds!));
    const lacks =
      rate === null
        ? 'the file holds no background of its detector with a live time'
        : 'it tells no live time';
    problems.push({
      row: each.row,
      column: null,
      code: 'noBackground',
      sentence: `Spectrum ${each.row} keeps its background: ${lacks}.`,
    });
    return each.fine;
  });
}

/** Of all backgrounds of a detector together. */
function rateOf(spectra: readonly GriddedSpectrum[], detector: string | null): Float64Array | null {
  return backgroundRate(
    spectra.flatMap(({ fine, isBackground, liveSeconds, detector: own }) =>
      isBackground && own === detector && liveSeconds !== null && liveSeconds > 0
        ? [{ counts: fine, seconds: liveSeconds }]
        : [],
    ),
  );
}

/** By what the file says of it, else by its label. */
export function isBackgroundSpectrum(
  declared: boolean,
  cells: Readonly<Record<string, string>>,
  columns: readonly string[],
): boolean {
  return declared || columns.some((column) => isBackgroundName(cells[column] ?? ''));
}
