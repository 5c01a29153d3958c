/** What a column can be: the eight kinds, the nine classes of the SortingHat benchmark, and the way from these to those. */

export const kinds = [
  'text_long',
  'text_short',
  'numeric',
  'datetime',
  'categorical',
  'identifier',
  'boolean',
  'unknown',
] as const;
export type Kind = (typeof kinds)[number];

export const sortingHatClasses = [
  'numeric',
  'categorical',
  'datetime',
  'sentence',
  'url',
  'embedded-number',
  'list',
  'not-generalizable',
  'context-specific',
] as const;

const booleanWords = new Set(['0', '1', 'yes', 'no', 'y', 'n', 'true', 'false', 't', 'f', 'on', 'off']);

/** Of a column: what the way from nine classes to eight kinds depends on. */
export interface KindFacts {
  readonly samples: readonly string[];
  readonly distinct: number;
  /** Distinct values in per cent of all. */
  readonly distinctPercent: number;
}

/** Map v1. Null for a word that is none of the nine classes. */
export function kindOfClass(name: string, { samples, distinct, distinctPercent }: KindFacts): Kind | null {
  switch (name) {
    case 'numeric':
    case 'datetime':
      return name;
    case 'sentence':
      return 'text_long';
    case 'url':
    case 'embedded-number':
    case 'list':
      return 'text_short';
    case 'categorical':
      return distinct === 2 && samples.every(isBooleanWord) ? 'boolean' : 'categorical';
    case 'not-generalizable':
      // a single value identifies nothing, however few rows there are
      return distinct > 1 && distinctPercent >= 90 ? 'identifier' : 'unknown';
    case 'context-specific':
      return 'unknown';
    default:
      return null;
  }
}

/** An empty sample is a missing value and says nothing. Numbers may be written `1.0`. */
function isBooleanWord(sample: string): boolean {
  const word = sample.trim().toLowerCase();
  return word === '' || booleanWords.has(/^[01]\.0+$/.test(word) ? word[0]! : word);
}
