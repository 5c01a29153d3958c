/** What each of the first stages found, in a sentence. */
import type { RecordSource } from '../../../../contract/records.ts';
import type { Family } from '../../../families/family.ts';
import type { StandingItem } from '../session-readings.ts';

export function readSentence(family: Family, sources: readonly RecordSource[], items: number): string {
  const failed = sources.filter(({ status }) => status === 'failed').length;
  return `${items} ${family.noun.many} of ${sources.length - failed} files${failed > 0 ? `, ${failed} files refused` : ''}.`;
}

/** How many rows each thing is wrong with, and the first sentence about it. */
export function problemCounts(
  sources: readonly RecordSource[],
): Map<string, { count: number; example: string }> {
  const counts = new Map<string, { count: number; example: string }>();
  for (const { problems } of sources) {
    for (const { code, sentence, count = 1 } of problems) {
      const known = counts.get(code);
      counts.set(code, { count: (known?.count ?? 0) + count, example: known?.example ?? sentence });
    }
  }
  return counts;
}

export function validatedSentence(sources: readonly RecordSource[]): string {
  const refused = sources.flatMap(({ error }) => (error === undefined ? [] : [error.message]));
  const [first] = refused;
  if (refused.length === sources.length && first !== undefined) return `No file could be read: ${first}`;
  const also =
    first === undefined
      ? ''
      : ` ${refused.length} of ${sources.length} files could not be read, the first: ${first}`;
  const counts = [...problemCounts(sources)].map(([code, { count }]) => `${code} ${count}`);
  return counts.length === 0
    ? `Nothing is wrong with the rows.${also}`
    : `Told by row and column: ${counts.join(', ')}.${also}`;
}

export function preparedSentence(items: readonly StandingItem[]): string {
  const readings = new Set(items.map(({ reading }) => reading));
  let [missing, all] = [0, 0];
  for (const { tensors } of readings) {
    for (const value of tensors[0]?.data ?? []) {
      all += 1;
      if (Number.isNaN(value)) missing += 1;
    }
  }
  return `${missing} of ${all} figures are missing and are filled in as the method does; scaling is part of the model.`;
}

export function featuresSentence(items: readonly StandingItem[]): string {
  const [first] = items;
  if (first === undefined) return 'No row.';
  const { featureNames, tensors } = first.reading;
  const others = tensors.slice(1).map(({ name }) => name);
  return `${featureNames.length} figures a row${others.length > 0 ? `, and ${others.join(', ')}` : ''}.`;
}
