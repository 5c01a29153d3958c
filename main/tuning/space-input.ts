/** A space as a person writes it, and what that means for the settings at hand. */
import { NightsiftError } from '../../contract/errors.ts';
import { checkSpace, type Dimension, type SettingValue, type Space } from './space.ts';

export interface WrittenDimension {
  readonly name: string;
  readonly values?: readonly SettingValue[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly scale?: 'linear' | 'log' | undefined;
  readonly when?: Readonly<Record<string, readonly SettingValue[]>> | undefined;
}

/** What a setting takes; null where only values can be listed. */
export type RangeKind = 'float' | 'integer' | null;

/**
 * @param held names of settings that are held fixed
 * @throws NightsiftError `wrongUse` naming the setting and what is wrong with it
 */
export function readSpace(
  written: readonly WrittenDimension[],
  kindOf: (dimension: WrittenDimension) => RangeKind,
  held: readonly string[] = [],
): Space {
  const space = written.map((dimension) => readDimension(dimension, kindOf(dimension)));
  checkSpace(space, held);
  return space;
}

function readDimension(written: WrittenDimension, kind: RangeKind): Dimension {
  const { name, values, from, to, scale, when } = written;
  const base = { name, ...(when === undefined ? {} : { when }) };
  if (values !== undefined && from === undefined && to === undefined)
    return { ...base, kind: 'choice', values };
  if (values !== undefined || from === undefined || to === undefined) {
    throw new NightsiftError('wrongUse', `${name} has neither both ends of a range nor a list of values.`, {
      hint: 'Write --set trees=50..400 or --set columns=sqrt,log2.',
    });
  }
  if (kind === null) {
    throw new NightsiftError('wrongUse', `${name} is no number: it has no range.`, {
      hint: `List its values, as in --set ${name}=one,other.`,
    });
  }
  return { ...base, kind, from, to, scale: scale ?? 'linear' };
}

/** For people: `50 to 400, logarithmic`; `sqrt, log2`. */
export function takes(dimension: Dimension): string {
  const range =
    dimension.kind === 'choice'
      ? dimension.values.join(', ')
      : `${dimension.from} to ${dimension.to}${dimension.scale === 'log' ? ', logarithmic' : ''}`;
  const conditions = Object.entries(dimension.when ?? {}).map(
    ([name, values]) => `${name} ${values.join(' or ')}`,
  );
  return conditions.length === 0 ? range : `${range} (where ${conditions.join(' and ')})`;
}
