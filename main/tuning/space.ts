/** What a study searches: one dimension for each setting that varies, some only beside certain values of others. */
import { NightsiftError } from '../../contract/errors.ts';

export type SettingValue = string | number | boolean;
/** One point of a space. */
export type Settings = Readonly<Record<string, SettingValue>>;

interface DimensionBase {
  readonly name: string;
  /** Takes part only where each of these earlier settings has one of the values. */
  readonly when?: Readonly<Record<string, readonly SettingValue[]>> | undefined;
}

export interface RangeDimension extends DimensionBase {
  readonly kind: 'float' | 'integer';
  /** Inclusive. */
  readonly from: number;
  readonly to: number;
  /** `log`: equal factors are equally likely; `from` is above 0 then. */
  readonly scale: 'linear' | 'log';
}

export interface ChoiceDimension extends DimensionBase {
  readonly kind: 'choice';
  readonly values: readonly SettingValue[];
}

export type Dimension = RangeDimension | ChoiceDimension;

/** A setting may stand in several dimensions if their conditions exclude each other. */
export type Space = readonly Dimension[];

/**
 * @param held names of settings that are held fixed: conditions may be on them
 * @throws NightsiftError `wrongUse` naming the dimension and what is wrong with it
 */
export function checkSpace(space: Space, held: readonly string[] = []): void {
  if (space.length === 0)
    refuse('The space holds no setting that varies', 'Give a range, as in --set trees=50..400.');
  const before = new Set<string>();
  const everywhere = new Set<string>();
  for (const dimension of space) {
    for (const name of Object.keys(dimension.when ?? {})) {
      if (!before.has(name) && !held.includes(name))
        refuse(`${dimension.name} depends on ${name}, which does not come before it`);
    }
    const isConditional = dimension.when !== undefined;
    if (before.has(dimension.name) && (!isConditional || everywhere.has(dimension.name)))
      refuse(`${dimension.name} stands there twice`);
    before.add(dimension.name);
    if (!isConditional) everywhere.add(dimension.name);
    if (dimension.kind === 'choice') {
      if (dimension.values.length === 0) refuse(`${dimension.name} has no values`);
      continue;
    }
    checkRange(dimension);
  }
}

function checkRange({ name, kind, from, to, scale }: RangeDimension): void {
  if (!Number.isFinite(from) || !Number.isFinite(to) || from > to)
    refuse(`The range of ${name}, ${from} to ${to}, is none`, 'Write the smaller end first.');
  if (kind === 'integer' && !(Number.isInteger(from) && Number.isInteger(to)))
    refuse(`${name} is a whole number; its range goes from ${from} to ${to}`);
  if (scale === 'log' && from <= 0)
    refuse(`The logarithmic range of ${name} begins at ${from}`, 'It has to be above 0.');
}

function refuse(what: string, hint?: string): never {
  throw new NightsiftError('wrongUse', `${what}.`, hint === undefined ? {} : { hint });
}

export function isActive({ when }: Dimension, settings: Settings): boolean {
  return Object.entries(when ?? {}).every(([name, values]) => {
    const value = settings[name];
    return value !== undefined && values.includes(value);
  });
}

/** What still varies where some settings are held fixed: conditions on those are met once and for all, or never. */
export function withFixed(space: Space, fixed: Settings): Space {
  return space.flatMap((dimension): Dimension[] => {
    if (fixed[dimension.name] !== undefined) return [];
    const conditions = Object.entries(dimension.when ?? {});
    const isMet = conditions.every(([name, values]) => {
      const value = fixed[name];
      return value === undefined || values.includes(value);
    });
    if (!isMet) return [];
    const open = conditions.filter(([name]) => fixed[name] === undefined);
    return [{ ...dimension, when: open.length === 0 ? undefined : Object.fromEntries(open) }];
  });
}

/** The value at `share` (0 to 1) of a range, or of a list of choices. */
export function valueAt(dimension: Dimension, share: number): SettingValue {
  if (dimension.kind === 'choice') {
    const { values } = dimension;
    return values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  }
  const { kind, from, to, scale } = dimension;
  // each whole number owns a stretch of its own, so that the ends are as likely as the others
  const [low, high] = kind === 'integer' ? [from - 0.5, to + 0.5] : [from, to];
  const lowest = kind === 'integer' && scale === 'log' ? Math.max(low, 0.5) : low;
  const value = scale === 'log' ? lowest * (high / lowest) ** share : lowest + share * (high - lowest);
  const rounded = kind === 'integer' ? Math.round(value) : value;
  return Math.min(to, Math.max(from, rounded));
}

/** True where the settings hold exactly the active dimensions, each within its bounds. */
export function contains(space: Space, settings: Settings): boolean {
  const allowed = new Set<string>();
  const within = space.every((dimension) => {
    if (!isActive(dimension, settings)) return true;
    allowed.add(dimension.name);
    const value = settings[dimension.name];
    if (dimension.kind === 'choice') return value !== undefined && dimension.values.includes(value);
    if (typeof value !== 'number') return false;
    const isWhole = dimension.kind === 'float' || Number.isInteger(value);
    return isWhole && value >= dimension.from && value <= dimension.to;
  });
  return within && Object.keys(settings).every((name) => allowed.has(name));
}

/** One text for equal points, whatever the order of their settings. */
export function pointKey(settings: Settings): string {
  return JSON.stringify(Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1)));
}
