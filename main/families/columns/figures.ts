/** Figures on the kinds of text, for those who mask or index text by them: what is called text, and is it. */
import type { JudgedItems } from '../family.ts';

const textKinds = ['text_long', 'text_short'];
const textClasses = ['sentence', 'url', 'list', 'embedded-number'];

/**
 * `text/precision`: share of text among what is called text; `text/falsePositives`: share of other columns that are
 * called text; and `CLASS/falsePositives` for every class.
 */
export function columnFigures({
  classes,
  labels,
  probabilities,
}: JudgedItems): Record<string, number | null> {
  const isText = classes.map((name) => textKinds.includes(name) || textClasses.includes(name));
  const called = labels.map((_, item) => mostProbable(probabilities, item, classes.length));
  const figures: Record<string, number | null> = {
    'text/precision': share(called.map((found, item) => [isText[found]!, isText[labels[item]!]!])),
    'text/falsePositives': share(labels.map((label, item) => [!isText[label]!, isText[called[item]!]!])),
  };
  classes.forEach((name, index) => {
    figures[`${name}/falsePositives`] = share(
      labels.map((label, item) => [label !== index, called[item] === index]),
    );
  });
  return figures;
}

/** Of those that are of the first sort, how many are of the second; null where there are none. */
function share(pairs: readonly (readonly [boolean, boolean])[]): number | null {
  const chosen = pairs.filter(([first]) => first);
  return chosen.length === 0 ? null : chosen.filter(([, second]) => second).length / chosen.length;
}

function mostProbable(probabilities: Float32Array, item: number, classes: number): number {
  let best = 0;
  for (let index = 1; index < classes; index += 1) {
    if (probabilities[item * classes + index]! > probabilities[item * classes + best]!) best = index;
  }
  return best;
}
