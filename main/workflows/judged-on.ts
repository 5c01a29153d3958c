/** What the items that a model was judged on leave open: classes that were not among them, or hardly. */
import type { Evaluation } from '../../contract/calls/training.ts';

/** Fewer items than this, and one more or less changes a figure by several per cent. */
export const fewItems = 20;
/** Names in one sentence. */
const mostNamed = 8;

/** Sentences, the gravest first; none of a model that was judged on nothing. */
export function gapsOf({ items, classes }: Evaluation): string[] {
  if (items === 0) return [];
  const absent = classes.filter(({ support }) => support === 0);
  const rare = classes.filter(({ support }) => support > 0 && support < fewItems);
  const sentences: string[] = [];
  if (absent.length > 0) {
    const names = namedFew(absent.map(({ name }) => `"${name}"`));
    sentences.push(
      `None of the items it was judged on is of class ${names}: the figures do not say whether it recognises ${absent.length === 1 ? 'that class' : 'those classes'}.`,
    );
  }
  if (items < fewItems) {
    const counted = items === 1 ? '1 item' : `${items} items`;
    sentences.push(`It was judged on ${counted} only; one more or less changes its figures much.`);
  } else if (rare.length > 0) {
    const counts = namedFew(rare.map(({ name, support }) => `"${name}" (${support})`));
    sentences.push(`Figures of a class rest on fewer than ${fewItems} items: ${counts}.`);
  }
  return sentences;
}

function namedFew(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${more} more` : names.join(', ');
}
