/**
 * From a few templates to all the shapes that a measurement may have: the source mixed with its instrument's background,
 * a gain that drifted, an absorber in front, a second source beside it, a background that is richer in potassium, radium
 * or thorium, falls off otherwise or has another threshold than the template's. Each shape has a weight, its share among those of its class.
 */
import { backgroundShapes, mostOfBackground } from './background-shapes.ts';
import { withGain } from './energy-grid.ts';
import { absorbed, blend, passing, withLanthanum, withPotassium } from './shape-changes.ts';
import { normalised, type Template } from './templates.ts';

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
  /** Whether backgrounds may hold much more potassium than the template: less where it is a class of its own. */
  readonly potassiumVaries: boolean;
  /** Indices of the classes that every background holds some of: radium and thorium in walls and air. */
  readonly naturals: readonly number[];
  /** About as many shapes of sources as may come out, and at most as many of backgrounds; pairs have a limit of their own. */
  readonly most: number;
}

/** How finely what can vary is cut, from fine to coarse; the first that fits the number of shapes is taken. */
const grids = [
  {
    gains: [-2, -1, 0, 1, 2],
    sourceShares: [0.25, 0.4, 0.55, 0.75, 1],
    absorbers: [0, 1, 3, 8, 30],
    skies: [0, 0.2],
  },
  {
    gains: [-1.3, 0, 1.3],
    sourceShares: [0.25, 0.4, 0.55, 0.75, 1],
    absorbers: [0, 1, 3, 8, 30],
    skies: [0, 0.2],
  },
  { gains: [-1.3, 0, 1.3], sourceShares: [0.3, 0.5, 0.75, 1], absorbers: [0, 2, 8, 30], skies: [0, 0.2] },
  { gains: [-1.3, 0, 1.3], sourceShares: [0.35, 0.65, 1], absorbers: [0, 4, 30], skies: [0, 0.2] },
  { gains: [-1.3, 0, 1.3], sourceShares: [0.35, 0.65, 1], absorbers: [0, 4, 30], skies: [0.1] },
  { gains: [-1.3, 0, 1.3], sourceShares: [0.35, 0.65, 1], absorbers: [0, 4], skies: [0] },
  { gains: [0], sourceShares: [0.35, 0.65, 1], absorbers: [0, 4], skies: [0] },
];
type Grid = (typeof grids)[number];

/** Potassium in backgrounds beside two sources, and beside one where it is a class of its own. */
const potassiumBeside = [0, 0.1];
/** Share of the background beside a bare source that crystals of lanthanum bromide make themselves. */
const crystalsBeside = [0.3];
/** A source behind so thick an absorber that fewer of its counts than this come through is not seen. */
const leastPassing = 0.005;

/**
 * Two sources together are like no source alone, so that pairs may be expected this many times as often as they come: on templates of
 * a CsI detector .05 and .07 more of them were found at 15 times (two seeds), on a NaI one .01, and single sources lost .004 at most; 30 times
 * found another .006 and cost nothing (one seed); 100 times another .006 to .009, for .001 to .003 of the single ones. Plans that pair one template of each class, or none that drifted, give pairs less: only what
 * those templates weigh.
 */
export const pairEmphasis = 100;

/** How finely pairs are cut, from fine to coarse; the first that fits the number of shapes of pairs is taken. */
const pairPlans = [
  { isEvery: true, isDrifting: true, first: [0.3, 0.5, 0.7], sources: [0.6, 0.95] },
  { isEvery: true, isDrifting: false, first: [0.3, 0.5, 0.7], sources: [0.6, 0.95] },
  { isEvery: false, isDrifting: true, first: [0.3, 0.5, 0.7], sources: [0.6, 0.95] },
  { isEvery: false, isDrifting: false, first: [0.3, 0.5, 0.7], sources: [0.6, 0.95] },
  { isEvery: false, isDrifting: false, first: [0.35, 0.65], sources: [0.75] },
  { isEvery: false, isDrifting: false, first: [0.5], sources: [0.75] },
];
interface PairPlan {
  /** Every template, or of each class the one with the least absorber. */
  readonly isEvery: boolean;
  /** Whether the gain drifts under them too. */
  readonly isDrifting: boolean;
  /** The first source's share of the counts of both. */
  readonly first: readonly number[];
  /** Share of both in all counts. */
  readonly sources: readonly number[];
}

export function hypothesesOf(templates: readonly Template[], options: HypothesisOptions): Hypothesis[] {
  const instruments = instrumentsOf(templates, options.background);
  const grid = grids.find((each) => countOf(each, instruments, options) <= options.most) ?? grids.at(-1)!;
  const plan = planOfPairs(grid, instruments, options);
  const skies = instruments.reduce((sum, each) => sum + each.skies.length, 0);
  // so many backgrounds show by themselves how they differ
  const isCrowded = grid.gains.length * skies * mostOfBackground > options.most;
  return grid.gains.flatMap((step) =>
    instruments.flatMap((instrument) => {
      const drifted = withDrift(instrument, step, options.gainSigma);
      return [
        ...(isCrowded
          ? drifted.skies
          : drifted.skies.flatMap((sky) => skiesThemselves(sky, drifted.sources, options))),
        ...drifted.sources.flatMap((source) => behindAbsorbers(source, drifted.skies, grid, options)),
        ...(plan !== null && stepsOf(plan, grid).includes(step) ? pairs(drifted, plan, options) : []),
      ];
    }),
  );
}

interface Instrument {
  readonly sources: readonly Template[];
  readonly skies: readonly Template[];
}

/** Sources beside the backgrounds of their own instrument; beside all there are where it has none. */
function instrumentsOf(templates: readonly Template[], background: number): Instrument[] {
  const isSky = ({ label }: Template) => label === background;
  const all = templates.filter(isSky);
  return [...new Set(templates.map(({ instrument }) => instrument))].map((name) => {
    const own = templates.filter(({ instrument }) => instrument === name);
    const skies = own.filter(isSky);
    const sources = own.filter((each) => !isSky(each));
    return { sources, skies: skies.length > 0 ? skies : all };
  });
}

function withDrift({ sources, skies }: Instrument, step: number, gainSigma: number): Instrument {
  const weight = Math.exp(-0.5 * step * step);
  const drifted = (template: Template): Template => ({
    ...template,
    shares: normalised(withGain(template.shares, 1 + step * gainSigma)),
    weight: template.weight * weight,
  });
  return { sources: sources.map(drifted), skies: skies.map(drifted) };
}

function countOf(grid: Grid, instruments: readonly Instrument[], options: HypothesisOptions): number {
  const each = instruments.flatMap(({ sources, skies }) =>
    sources.map(
      (source) =>
        sharesOf(source, grid).length *
        grid.absorbers.reduce(
          (sum, thickness) => sum + Math.max(1, skies.length * shapesBeside(thickness, grid, options)),
          0,
        ),
    ),
  );
  return grid.gains.length * each.reduce((sum, count) => sum + count, 0);
}

/** Shares of all counts that the source may make up: what was recorded, less of it, and the source alone. */
function sharesOf({ sourceShare }: Template, { sourceShares }: Grid): number[] {
  const recorded = sourceShares.map((share) => share * sourceShare);
  return sourceShare < 0.93 ? [...recorded, 1] : recorded;
}

function potassiumOf({ skies }: Grid, { potassiumVaries }: HypothesisOptions): readonly number[] {
  return potassiumVaries || skies.length === 1 ? skies : potassiumBeside;
}

/** Behind an absorber the background beside a source does not vary. */
function shapesBeside(thickness: number, grid: Grid, options: HypothesisOptions): number {
  return thickness === 0 ? potassiumOf(grid, options).length + crystalsBeside.length : 1;
}

function usualPotassium(grid: Grid, options: HypothesisOptions): number {
  const parts = potassiumOf(grid, options);
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}

/** From this share of the source on the background beside it makes no difference. */
const nearlyAlone = 0.95;

function behindAbsorbers(
  source: Template,
  skies: readonly Template[],
  grid: Grid,
  options: HypothesisOptions,
): Hypothesis[] {
  const bare = skies.flatMap((sky) => [
    ...potassiumOf(grid, options).map((part) => withPotassium(sky.shares, part)),
    ...crystalsBeside.map((part) => withLanthanum(sky.shares, part)),
  ]);
  const plain = skies.map((sky) => withPotassium(sky.shares, usualPotassium(grid, options)));
  const parts = sharesOf(source, grid);
  const thicknesses = grid.absorbers.filter(
    (thickness) => thickness === 0 || passing(source.shares, thickness) >= leastPassing,
  );
  const shapes = thicknesses.flatMap((thickness) =>
    besideEach(absorbed(source.shares, thickness), thickness === 0 ? bare : plain, parts),
  );
  return shapes.map((shares) => ({ label: source.label, shares, weight: source.weight / shapes.length }));
}

/** A source beside every background, in every share of the counts; by itself where there is no background. */
function besideEach(
  source: Float64Array,
  skies: readonly Float64Array[],
  parts: readonly number[],
): Float64Array[] {
  if (skies.length === 0) return [source];
  return parts.flatMap((part) =>
    (part >= nearlyAlone ? skies.slice(0, 1) : skies).map((sky) => blend(source, sky, part)),
  );
}

function skiesThemselves(
  sky: Template,
  sources: readonly Template[],
  { potassiumVaries, naturals }: HypothesisOptions,
): Hypothesis[] {
  const natural = naturals.flatMap((label) => {
    const softest = softestOf(sources.filter((source) => source.label === label));
    return softest === undefined ? [] : [softest.shares];
  });
  return backgroundShapes(sky.shares, { natural, potassiumVaries }).map(({ shares, weight }) => ({
    label: sky.label,
    shares,
    weight: sky.weight * weight,
  }));
}

/** Shapes of pairs beside the others, at most. */
const mostPairShapes = 7500;

/** Null where pairs do not come or are too many however coarsely they are cut. */
function planOfPairs(
  grid: Grid,
  instruments: readonly Instrument[],
  { mixtureShare }: HypothesisOptions,
): PairPlan | null {
  if (mixtureShare <= 0) return null;
  const countOfPlan = (plan: PairPlan): number => {
    const shapes = instruments.map(
      ({ sources, skies }) => 2 * couples(chosenOf(sources, plan)).length * shapesOfPair(skies, plan),
    );
    return stepsOf(plan, grid).length * shapes.reduce((sum, each) => sum + each, 0);
  };
  return pairPlans.find((plan) => countOfPlan(plan) <= mostPairShapes) ?? null;
}

function stepsOf({ isDrifting }: PairPlan, { gains }: Grid): readonly number[] {
  return isDrifting ? gains.filter((step) => Math.abs(step) < 1.5) : [0];
}

/** Fine bins below 200 keV: what absorbers take first. */
const lowBins = 67;

function chosenOf(sources: readonly Template[], { isEvery }: PairPlan): readonly Template[] {
  if (isEvery) return sources;
  return [...new Set(sources.map(({ label }) => label))].map(
    (label) => softestOf(sources.filter((source) => source.label === label))!,
  );
}

/** The one with the least absorber before it: with the most counts at low energies. */
function softestOf(sources: readonly Template[]): Template | undefined {
  const low = ({ shares }: Template): number =>
    shares.subarray(0, lowBins).reduce((sum, share) => sum + share, 0);
  return sources.reduce<Template | undefined>(
    (softest, each) => (softest !== undefined && low(softest) >= low(each) ? softest : each),
    undefined,
  );
}

function couples(sources: readonly Template[]): (readonly [Template, Template])[] {
  return sources.flatMap((one, place) =>
    sources.slice(place + 1).flatMap((other) => (one.label === other.label ? [] : [[one, other] as const])),
  );
}

function shapesOfPair(skies: readonly Template[], { first, sources }: PairPlan): number {
  const beside = sources.flatMap((part) => besidePair(part));
  return first.length * (skies.length > 0 ? beside.length : 1);
}

/** Potassium of the background beside two sources; none is told where they are nearly alone. */
function besidePair(part: number): readonly number[] {
  return part < nearlyAlone ? potassiumBeside : [0];
}

/** Two sources at once: a shape of either class, and more of the one that makes more of the counts. */
function pairs(
  { sources, skies }: Instrument,
  plan: PairPlan,
  { mixtureShare }: HypothesisOptions,
): Hypothesis[] {
  const chosen = chosenOf(sources, plan);
  const each = shapesOfPair(skies, plan);
  const sky = skies[0]?.shares;
  return couples(chosen).flatMap(([one, other]) =>
    plan.first.flatMap((first) => {
      const both = blend(one.shares, other.shares, first);
      const shapes =
        sky === undefined
          ? [both]
          : plan.sources.flatMap((part) =>
              besidePair(part).map((potassium) => blend(both, withPotassium(sky, potassium), part)),
            );
      const weight = ((one.weight + other.weight) * mixtureShare * pairEmphasis) / (each * chosen.length);
      return shapes.flatMap((shares) => [
        { label: one.label, shares, weight: 2 * first * weight },
        { label: other.label, shares, weight: 2 * (1 - first) * weight },
      ]);
    }),
  );
}
