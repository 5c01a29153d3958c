/** Facts of items as columns of a table and as text. */
import type { Fact, RecordItem } from '../../../contract/records.ts';
import { figureText } from '../../parts/figures.ts';

export interface FactColumn {
  readonly key: string;
  readonly title: string;
  readonly width: string;
  readonly isNumber: boolean;
}

/** Items of a session have the same facts; the first ones tell which, and whether they are numbers. */
const looked = 50;
const mostColumns = 10;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

export function factColumns(items: readonly RecordItem[]): FactColumn[] {
  const sample = items.slice(0, looked);
  const keys = [...new Set(sample.flatMap(({ facts }) => Object.keys(facts)))].slice(0, mostColumns);
  return keys.map((key) => {
    const isNumber = sample.every(({ facts }) => facts[key] === null || typeof facts[key] === 'number');
    const isTime = sample.some(({ facts }) => typeof facts[key] === 'string' && isoTime.test(facts[key]));
    const width = isNumber ? '84px' : isTime ? 'minmax(150px, 1fr)' : 'minmax(120px, 1fr)';
    return { key, title: factTitle(key), isNumber, width };
  });
}

/** True where items of different files have the same name. */
export function namesRepeat(items: readonly Pick<RecordItem, 'id' | 'source'>[]): boolean {
  const sourceOf = new Map<string, string>();
  return items.some(({ id, source }) => {
    const first = sourceOf.get(id);
    if (first === undefined) sourceOf.set(id, source);
    return first !== undefined && first !== source;
  });
}

/** Facts that a family names are in camel case; the names of a file's own columns stay as they are there. */
export function factTitle(key: string): string {
  return /^[a-z]+([A-Z][a-z]+)+$/.test(key)
    ? key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : key;
}

export function factText(fact: Fact | undefined): string {
  if (fact === undefined || fact === null) return '–';
  if (typeof fact === 'number') return Number.isInteger(fact) ? String(fact) : figureText(fact, 3);
  const text = String(fact);
  return isoTime.test(text) ? text.slice(0, 19).replace('T', ' ') : text;
}
