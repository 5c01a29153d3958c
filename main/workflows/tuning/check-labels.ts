/** Whether a study has labels to judge by: what no setting can mend is said before anything is tried. */
import { NightsiftError } from '../../../contract/errors.ts';
import { learnsUsual } from '../../learning/trainables.ts';
import type { DatasetItem } from '../../library/datasets.ts';

/** Of a class of one item nothing is left to learn from when that item is asked about. */
const fewestOfClass = 2;

/**
 * @param classes of the data set; an item with another label counts as unlabelled
 * @param recipes of the trials; those that learn what is usual need no second class
 * @throws NightsiftError `notEnoughData`
 */
export function checkLabels(
  dataSet: string,
  items: readonly Pick<DatasetItem, 'split' | 'label'>[],
  classes: readonly string[],
  recipes: readonly string[],
): void {
  const judged = items.filter(({ split }) => split === 'train' || split === 'validation');
  const counts = new Map(
    classes.map((name) => [name, judged.filter(({ label }) => label === name).length] as const),
  );
  const labelled = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (labelled === 0) {
    throw tooFew(
      `No item of ${dataSet} that a search learns from has a label: there is nothing to judge settings by.`,
      'Name the column of the labels with --label, or label items: nightsift label.',
    );
  }
  if (labelled < judged.length) {
    throw tooFew(
      `${judged.length - labelled} of ${judged.length} items of ${dataSet} that a search learns from have no label.`,
      'Label them, or leave them out with --where.',
    );
  }
  if (recipes.every(learnsUsual)) return;
  if ([...counts.values()].filter((count) => count >= fewestOfClass).length >= 2) return;
  const found = [...counts].map(([name, count]) => `${count} of ${name}`).join(', ');
  throw tooFew(
    `A search needs 2 classes with at least ${fewestOfClass} items each outside of the test split; ${dataSet} has ${found}.`,
    'Label more items of the rare classes, then create the data set again.',
  );
}

const tooFew = (sentence: string, hint: string) => new NightsiftError('notEnoughData', sentence, { hint });
