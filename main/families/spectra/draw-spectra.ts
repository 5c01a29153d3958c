/**
 * Spectra as they might have been measured: templates mixed with their background, behind absorbers, under a gain that
 * drifted, sometimes two sources at once, counted by chance. What varies is drawn from ranges, not from a grid.
 */

import { type Draws, drawsFrom } from '../draws.ts';
import { fineBins, withGain } from './energy-grid.ts';
import { poisson } from './poisson.ts';
import { absorbed, blend, withPotassium } from './shape-changes.ts';
import { normalised, type Template } from './templates.ts';

export interface DrawOptions {
  /** Index of the class that is background; -1 where there is none. */
  readonly background: number;
  readonly perClass: number;
  readonly lowestCounts: number;
  readonly highestCounts: number;
  readonly gainSigma: number;
  /** Least share of the counts that sources make up, of what they made up where the template was recorded. */
  readonly leastSourceShare: number;
  /** Share of spectra that hold a second source, of a smaller share than the first. */
  readonly mixtureShare: number;
  readonly potassiumVaries: boolean;
  readonly seed: number;
  /** Draws of another salt have nothing in common. */
  readonly salt: string;
}

export interface DrawnSpectrum {
  readonly label: number;
  /** Counts on the fine grid. */
  readonly fine: Float64Array;
}

/** As many of every class that has a template, class by class; counts spread evenly over their logarithm. */
export function drawnSpectra(
  templates: readonly Template[],
  classes: number,
  options: DrawOptions,
): DrawnSpectrum[] {
  const random = drawsFrom(options.seed, options.salt);
  const rows: DrawnSpectrum[] = [];
  for (let label = 0; label < classes; label += 1) {
    const own = templates.filter((each) => each.label === label);
    for (let count = 0; own.length > 0 && count < options.perClass; count += 1)
      rows.push({ label, fine: drawnFrom(one(own, random), templates, options, random) });
  }
  return rows;
}

function one<Item>(list: readonly Item[], random: Draws): Item {
  return list[Math.min(list.length - 1, Math.floor(list.length * random.uniform()))]!;
}

function between(from: number, to: number, random: Draws): number {
  return from + (to - from) * random.uniform();
}

/** Share of spectra whose source stands behind an absorber, and how thick one may be. */
const shielded = { share: 0.3, thinnest: 0.5, thickest: 10 };
/** Share of spectra of which the source makes up more than where the template was recorded. */
const nearShare = 0.25;
const mostPotassium = 0.3;

function drawnFrom(
  template: Template,
  all: readonly Template[],
  options: DrawOptions,
  random: Draws,
): Float64Array {
  const { background, lowestCounts, highestCounts, gainSigma } = options;
  const skies = all.filter(({ label }) => label === background);
  const near = skies.filter(({ instrument }) => instrument === template.instrument);
  const isSky = template.label === background;
  const sky = isSky ? template : skies.length === 0 ? null : one(near.length > 0 ? near : skies, random);
  const potassium = options.potassiumVaries ? mostPotassium * random.uniform() : 0;
  const beside = sky && withPotassium(sky.shares, potassium);
  const source = isSky ? null : sourceOf(template, all, options, random);
  const shape =
    source === null
      ? beside!
      : beside === null
        ? source
        : blend(source, beside, sourceShareOf(template, options, random));
  const drifted = normalised(withGain(shape, 1 + gainSigma * random.normal()));
  const counts = lowestCounts * (highestCounts / lowestCounts) ** random.uniform();
  return drifted.map((share) => poisson(random, share * counts));
}

function sourceShareOf({ sourceShare }: Template, { leastSourceShare }: DrawOptions, random: Draws): number {
  const isNear = sourceShare < 0.93 && random.uniform() < nearShare;
  return isNear ? between(sourceShare, 1, random) : sourceShare * between(leastSourceShare, 1, random);
}

function sourceOf(
  template: Template,
  all: readonly Template[],
  { background, mixtureShare }: DrawOptions,
  random: Draws,
): Float64Array {
  const isShielded = random.uniform() < shielded.share;
  const thickness = isShielded
    ? shielded.thinnest * (shielded.thickest / shielded.thinnest) ** random.uniform()
    : 0;
  const first = absorbed(template.shares, thickness);
  if (random.uniform() >= mixtureShare) return first;
  const others = all.filter(
    ({ label, instrument }) =>
      label !== template.label && label !== background && instrument === template.instrument,
  );
  return others.length === 0 ? first : blend(first, one(others, random).shares, between(0.5, 0.7, random));
}

export interface AugmentOptions {
  /** Copies of each spectrum beside itself. */
  readonly copies: number;
  readonly gainSigma: number;
  /** Copies keep at least this share of the counts. */
  readonly leastCounts: number;
  /** Most of a copy that may be a background of the set mixed in. */
  readonly mostBackground: number;
  readonly seed: number;
}

/**
 * Copies of spectra with another gain, fewer counts, background mixed in and chance drawn anew.
 * @param backgrounds shares on the fine grid
 */
export function augmented(
  spectra: readonly DrawnSpectrum[],
  backgrounds: readonly Float64Array[],
  options: AugmentOptions,
): DrawnSpectrum[] {
  const random = drawsFrom(options.seed, 'augmented');
  return spectra.flatMap(({ label, fine }) =>
    Array.from({ length: options.copies }, () => {
      const counts = fine.reduce((sum, value) => sum + value, 0);
      if (!(counts > 0)) return { label, fine };
      const kept = counts * between(options.leastCounts, 1, random);
      const drifted = normalised(withGain(fine, 1 + options.gainSigma * random.normal()));
      const part = options.mostBackground * random.uniform();
      const mixed = backgrounds.length === 0 ? drifted : blend(drifted, one(backgrounds, random), 1 - part);
      const drawn = new Float64Array(fineBins);
      for (let bin = 0; bin < fineBins; bin += 1) drawn[bin] = poisson(random, mixed[bin]! * kept);
      return { label, fine: drawn };
    }),
  );
}
