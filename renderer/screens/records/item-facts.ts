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

export function factColumns(items: readonly RecordItem[]): FactColumn[] {
  const sample = items.slice(0, looked);
  const keys = [...new Set(sample.flatMap(({ facts }) => Object.keys(facts)))].slice(0, mostColumns);
  return keys.map((key) => {
    const isNumber = sample.every(({ facts }) => facts[key] === null || typeof facts[key] === 'number');
    return { key, title: key, isNumber, width: isNumber ? '84px' : 'minmax(120px, 1fr)' };
  });
}

export function factText(fact: Fact | undefined): string {
  if (fact === undefined || fact === null) return '–';
  if (typeof fact === 'number') return Number.isInteger(fact) ? String(fact) : figureText(fact, 3);
  return String(fact);
}
