/**
 * Spectra that stand for their class, each beside the background of its own instrument. Sources recorded on top of a
 * background are parted from it, where the file tells both live times: what is left is the source alone.
 */
import type { FamilyData } from '../family.ts';
import { backgroundRate, backgroundSmoothing } from './background-rate.ts';
import { fineBins, smoothed } from './energy-grid.ts';
import { spectraOf } from './spectrum-tensors.ts';

export interface Template {
  readonly label: number;
  /** Shares on the fine grid, adding up to 1. */
  readonly shares: Float64Array;
  readonly weight: number;
  /** Templates of one instrument share their background and their response; '' where none is told. */
  readonly instrument: string;
  /** Of the counts as recorded, how many the source made: 1 for a background and for what was recorded without one. */
  readonly sourceShare: number;
}

/** The same for sources that are less than half of what was recorded. */
const weakSourceSmoothing = 0.25;
/** A source is taken for no weaker than this. */
const leastSourceShare = 0.05;
/** Bins of a stretch of energies in which a background would show. */
const stretchBins = 64;
/** Expected counts of the background from which on a stretch is looked at. */
const fewestExpected = 50;
/** Standard errors by which counts may lie below the background before it cannot be in them. */
const mostBelow = 4;

interface Recorded {
  readonly label: number;
  readonly instrument: string;
  /** Counts on the fine grid. */
  readonly counts: Float64Array;
  readonly total: number;
  /** Null where the source does not tell. */
  readonly seconds: number | null;
}

/** @param background index of the class that is background; -1 where there is none */
export function templatesOf(data: FamilyData, background: number): Template[] {
  const recorded = recordedOf(data);
  const ofClass = data.classes.map((_, label) => recorded.filter((each) => each.label === label).length);
  return [...grouped(recorded).values()].flatMap((own) => {
    const rate = rateOf(own.filter(({ label }) => label === background));
    const isGross = rate !== null && own.every((each) => each.label === background || mayHold(each, rate));
    return own.map((each): Template => {
      const { label, instrument } = each;
      const common = { label, instrument, weight: 1 / ofClass[label]! };
      if (label === background)
        return { ...common, shares: normalised(smoothed(each.counts, backgroundSmoothing)), sourceShare: 1 };
      if (!isGross) return { ...common, shares: normalised(each.counts), sourceShare: 1 };
      return { ...common, ...without(each, rate) };
    });
  });
}

function recordedOf({ tensors, labels, facts }: FamilyData): Recorded[] {
  return spectraOf(tensors, labels.length).flatMap(({ shares, counts }, row): Recorded[] => {
    const seconds = Number(facts?.[row]?.liveSeconds ?? Number.NaN);
    return counts > 0
      ? [
          {
            label: labels[row]!,
            instrument: String(facts?.[row]?.detector ?? ''),
            counts: shares.map((share) => share * counts),
            total: counts,
            seconds: seconds > 0 ? seconds : null,
          },
        ]
      : [];
  });
}

function grouped(recorded: readonly Recorded[]): Map<string, Recorded[]> {
  const groups = new Map<string, Recorded[]>();
  for (const each of recorded) groups.set(each.instrument, [...(groups.get(each.instrument) ?? []), each]);
  return groups;
}

/** Null where no background tells its live time. */
function rateOf(backgrounds: readonly Recorded[]): Float64Array | null {
  return backgroundRate(
    backgrounds.flatMap(({ counts, seconds }) => (seconds === null ? [] : [{ counts, seconds }])),
  );
}

/** False for a spectrum that somewhere has too few counts to have the background in it: it was taken off before. */
function mayHold({ counts, seconds }: Recorded, rate: Float64Array): boolean {
  if (seconds === null) return false;
  for (let start = 0; start < fineBins; start += stretchBins) {
    let [found, expected] = [0, 0];
    for (let bin = start; bin < start + stretchBins; bin += 1) {
      found += counts[bin]!;
      expected += rate[bin]! * seconds;
    }
    // a tenth for what the two measurements differ in beside their noise
    const error = Math.sqrt(expected + (0.1 * expected) ** 2);
    if (expected >= fewestExpected && found < expected - mostBelow * error) return false;
  }
  return true;
}

function without(
  { counts, total, seconds }: Recorded,
  rate: Float64Array,
): { readonly shares: Float64Array; readonly sourceShare: number } {
  const ofSky = rate.reduce((sum, value) => sum + value, 0) * seconds!;
  const sourceShare = Math.max(leastSourceShare, 1 - ofSky / total);
  const soft = sourceShare < 0.5 ? smoothed(counts, weakSourceSmoothing) : counts;
  const left = soft.map((value, bin) => Math.max(0, value - rate[bin]! * seconds!));
  return { shares: normalised(left), sourceShare };
}

/** Shares that add up to 1; evenly spread where there is nothing. */
export function normalised(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? values.map((value) => value / sum) : new Float64Array(fineBins).fill(1 / fineBins);
}
