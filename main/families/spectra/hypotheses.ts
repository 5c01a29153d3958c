/**
 * From a few templates to all the shapes that a measurement may have: the source mixed with background, a gain that
 * drifted, an absorber in front, a second source beside it. Each shape has a weight, its share among those of its class.
 */
import { fineBins, finekeV, smoothed, withGain } from './energy-grid.ts';

export interface Template {
  readonly label: number;
  /** Shares on the fine grid, adding up to 1. */
  readonly shares: Float64Array;
  readonly weight: number;
}

export interface Hypothesis {
  readonly label: number;
  readonly shares: Float64Array;
  readonly weight: number;
}

export interface HypothesisOptions {
  /** Index of the class that is background; -1 where there is none. */
  readonly background: number;
  /** One sigma of the gain's drift. */
  readonly gainSigma: number;
  /** Share of spectra that hold two sources. */
  readonly mixtureShare: number;
  /** Whether backgrounds may hold more potassium than the template: no where it is a class of its own. */
  readonly potassiumVaries: boolean;
  /** About as many shapes as may come out. */
  readonly most: number;
}

/** How finely what can vary is cut, from fine to coarse; the first that fits the number of shapes is taken. */
const grids = [
  { gains: [-2, -1, 0, 1, 2], sourceShares: [0.25, 0.4, 0.55, 0.75, 1], absorbers: [0, 1, 3, 8] },
  { gains: [-1.3, 0, 1.3], sourceShares: [0.25, 0.4, 0.55, 0.75, 1], absorbers: [0, 1, 3, 8] },
  { gains: [-1.3, 0, 1.3], sourceShares: [0.3, 0.5, 0.75, 1], absorbers: [0, 2, 8] },
  { gains: [-1.3, 0, 1.3], sourceShares: [0.35, 0.65, 1], absorbers: [0, 4] },
  { gains: [0], sourceShares: [0.35, 0.65, 1], absorbers: [0, 4] },
];
type Grid = (typeof grids)[number];

/** Of two sources: the first's share of their counts, and both's of all counts. */
const mixtures = { first: [0.3, 0.5, 0.7], sources: [0.6, 0.95] };
/** Share of the resolution by which backgrounds are smoothed. */
const backgroundSmoothing = 0.4;

export function hypothesesOf(templates: readonly Template[], options: HypothesisOptions): Hypothesis[] {
  const backgrounds = templates
    .filter(({ label }) => label === options.background)
    .map((template) => ({ ...template, shares: normalised(smoothed(template.shares, backgroundSmoothing)) }));
  const sources = templates.filter(({ label }) => label !== options.background);
  const grid = grids.find((each) => countOf(each, sources, backgrounds) <= options.most) ?? grids.at(-1)!;
  const pairSteps = stepsOfPairs(grid, sources, backgrounds, options);
  const found: Hypothesis[] = [];
  for (const step of grid.gains) {
    const weight = Math.exp(-0.5 * step * step);
    const drifted = (template: Template): Template => ({
      ...template,
      shares: normalised(withGain(template.shares, 1 + step * options.gainSigma)),
      weight: template.weight * weight,
    });
    const skies = backgrounds.map(drifted);
    found.push(...skies.flatMap((sky) => withPotassium(sky, options)));
    for (const source of sources.map(drifted)) found.push(...behindAbsorbers(source, skies, grid));
    if (pairSteps.includes(step)) found.push(...pairs(sources.map(drifted), skies, options));
  }
  return found;
}

function countOf(
  { gains, sourceShares, absorbers }: Grid,
  sources: readonly Template[],
  skies: readonly Template[],
): number {
  return (
    gains.length *
    (skies.length + sources.length * absorbers.length * sourceShares.length * Math.max(1, skies.length))
  );
}

function behindAbsorbers(source: Template, skies: readonly Template[], grid: Grid): Hypothesis[] {
  return grid.absorbers.flatMap((thickness) => {
    const shares = absorbed(source.shares, thickness);
    const mixed =
      skies.length === 0
        ? [shares]
        : grid.sourceShares.flatMap((part) => skies.map((sky) => blend(shares, sky.shares, part)));
    const weight = source.weight / (mixed.length * grid.absorbers.length);
    return mixed.map((each) => ({ label: source.label, shares: each, weight }));
  });
}

/** Shares of a background that further potassium makes up: walls, crystals and glass hold more or less of it. */
const potassiumShares = [0, 0.1, 0.2, 0.35];
/** Of its counts: in the peak, the rest evenly below the Compton edge. */
const potassium = { kiloElectronVolts: 1460.8, comptonEdge: 1243, peakShare: 0.2 };

function withPotassium(sky: Template, { potassiumVaries }: HypothesisOptions): Hypothesis[] {
  if (!potassiumVaries) return [sky];
  const line = potassiumShape();
  return potassiumShares.map((part) => ({
    label: sky.label,
    shares: blend(line, sky.shares, part),
    weight: sky.weight / potassiumShares.length,
  }));
}

function potassiumShape(): Float64Array {
  const peak = new Float64Array(fineBins);
  peak[Math.floor(potassium.kiloElectronVolts / finekeV)] = 1;
  const flat = Float64Array.from({ length: fineBins }, (_, bin) =>
    Number((bin + 0.5) * finekeV < potassium.comptonEdge),
  );
  return blend(normalised(smoothed(peak, 1)), normalised(flat), potassium.peakShare);
}

/** Shapes of pairs beside the others, at most. */
const mostPairShapes = 6000;

/** Gains at which pairs are laid out: near the middle where that is not too many, the middle alone, or none. */
function stepsOfPairs(
  { gains }: Grid,
  sources: readonly Template[],
  skies: readonly Template[],
  { mixtureShare }: HypothesisOptions,
): readonly number[] {
  if (mixtureShare <= 0) return [];
  const count = 2 * couples(sources).length * shapesOfPair(skies);
  const near = gains.filter((step) => Math.abs(step) < 1.5);
  return [near, [0]].find((steps) => steps.length * count <= mostPairShapes) ?? [];
}

function couples(sources: readonly Template[]): (readonly [Template, Template])[] {
  return sources.flatMap((one, place) =>
    sources.slice(place + 1).flatMap((other) => (one.label === other.label ? [] : [[one, other] as const])),
  );
}

function shapesOfPair(skies: readonly Template[]): number {
  return mixtures.first.length * (skies.length > 0 ? mixtures.sources.length : 1);
}

/** Two sources at once: a shape of either class. */
function pairs(
  sources: readonly Template[],
  skies: readonly Template[],
  { mixtureShare }: HypothesisOptions,
): Hypothesis[] {
  const each = shapesOfPair(skies);
  const sky = skies[0];
  return couples(sources).flatMap(([one, other]) =>
    mixtures.first.flatMap((first) => {
      const both = blend(one.shares, other.shares, first);
      const shapes =
        sky === undefined ? [both] : mixtures.sources.map((part) => blend(both, sky.shares, part));
      const weight = ((one.weight + other.weight) * mixtureShare) / (each * sources.length);
      return shapes.flatMap((shares) => [
        { label: one.label, shares, weight },
        { label: other.label, shares, weight },
      ]);
    }),
  );
}

/** Photoelectric absorption grows about with the energy to the power of -2.8; thickness 1 halves twice at 90 keV. */
function absorbed(shares: Float64Array, thickness: number): Float64Array {
  if (thickness === 0) return shares;
  return normalised(
    shares.map((share, bin) => share * Math.exp(-thickness * (((bin + 0.5) * finekeV) / 100) ** -2.8)),
  );
}

function blend(one: Float64Array, other: Float64Array, part: number): Float64Array {
  return one.map((share, bin) => part * share + (1 - part) * other[bin]!);
}

export function normalised(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? values.map((value) => value / sum) : new Float64Array(fineBins).fill(1 / fineBins);
}
