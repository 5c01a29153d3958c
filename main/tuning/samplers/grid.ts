import { NightsiftError } from '../../../contract/errors.ts';
import { type Dimension, isActive, type Settings, type SettingValue, type Space, valueAt } from '../space.ts';
import type { Sampler } from './sampler.ts';

/** Values that a range of floating point is cut into. */
const valuesOfRange = 4;
/** Points that a grid may hold. */
export const largestGrid = 10_000;

/** Every combination, the last setting changing first. Ranges are cut into four values, or fewer whole numbers. */
export const grid: Sampler = {
  name: 'grid',
  description: 'every combination of the values; a range counts as four',
  propose: ({ space, number }) => gridOf(space)[number] ?? null,
};

// proposals for one study ask for the same grid again and again
const known = new WeakMap<Space, readonly Settings[]>();

/** @throws NightsiftError `wrongUse` where there are too many combinations */
export function gridOf(space: Space): readonly Settings[] {
  const made = known.get(space) ?? combinations(space);
  known.set(space, made);
  return made;
}

function combinations(space: Space): readonly Settings[] {
  return space.reduce<readonly Settings[]>(
    (points, dimension) => {
      const values = gridValues(dimension);
      const next = points.flatMap((point) =>
        isActive(dimension, point) ? values.map((value) => ({ ...point, [dimension.name]: value })) : [point],
      );
      if (next.length <= largestGrid) return next;
      throw new NightsiftError('wrongUse', `The grid has more than ${largestGrid} combinations.`, {
        hint: 'Give fewer values, or choose --sampler random with --trials.',
      });
    },
    [{}],
  );
}

function gridValues(dimension: Dimension): SettingValue[] {
  if (dimension.kind === 'choice') return [...new Set(dimension.values)];
  const { kind, from, to, scale } = dimension;
  if (kind === 'integer' && to - from < valuesOfRange)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const values = Array.from({ length: valuesOfRange }, (_, index) => {
    const share = index / (valuesOfRange - 1);
    if (kind === 'integer') {
      return Math.round(scale === 'log' ? from * (to / from) ** share : from + share * (to - from));
    }
    return valueAt(dimension, share);
  });
  return [...new Set(values)];
}
