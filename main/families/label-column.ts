/** What is said where a source lacks the column that a person named for labels. */
import { noLabelColumn, type Problem } from './family.ts';

const mostNamed = 20;

/** Null where the column is there. One source of several may go without labels: who sees all of them refuses. */
export function missingLabelColumn(columns: readonly string[], asked: string): Problem | null {
  if (columns.includes(asked)) return null;
  const more = columns.length - mostNamed;
  const found = `${columns.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const sentence = `There is no column "${asked}" for labels; its columns: ${found}.`;
  return { row: null, column: asked, code: noLabelColumn, sentence };
}
