/** How many folds the items of a study can be judged in. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';

/** Of a recipe that names none. */
const usualFolds = 5;

export interface Folds {
  readonly folds: number;
  /** What a person should know of them; null when every class is in every fold. */
  readonly note: string | null;
}

/**
 * Every fold should hold each class. Folds that were asked for are taken or refused; the usual ones are lowered to the
 * items of the commonest class, and a class that is in some folds only is told.
 * @param items with the test split, which takes no part
 * @param usual of the recipe; below 2 for none
 * @throws NightsiftError `notEnoughData` when a class has fewer items than the folds asked for
 */
export function foldsFor(
  { metadata }: Pick<DatasetVersion, 'metadata'>,
  items: readonly Pick<DatasetItem, 'label' | 'split'>[],
  asked: number | undefined,
  usual: number,
): Folds {
  const wanted = asked ?? (usual >= 2 ? usual : usualFolds);
  const counts = countsOf(metadata.classes, items);
  const [rarest] = counts;
  if (rarest === undefined || rarest.count >= wanted) return { folds: wanted, note: null };
  const held = `${sizeOf(rarest)} outside the test split`;
  const { name, count } = rarest;
  if (asked !== undefined) {
    throw new NightsiftError('notEnoughData', `${asked} folds cannot each hold every class: ${held}.`, {
      hint:
        count >= 2
          ? `Ask for --folds ${count} or fewer, or label more items of that class.`
          : 'Label more items of that class, or leave --folds out.',
      details: { folds: asked, class: name, items: count },
    });
  }
  const folds = Math.max(2, Math.min(wanted, counts.at(-1)!.count));
  const lowered =
    folds < wanted ? `Judged in ${folds} folds in place of ${wanted}: ` : 'Some folds lack a class: ';
  return { folds, note: `${lowered}${held}. Figures say little of it.` };
}

interface ClassSize {
  readonly name: string;
  readonly count: number;
}

function sizeOf({ name, count }: ClassSize): string {
  return `class "${name}" has ${count === 1 ? '1 item' : `${count} items`}`;
}

/**
 * Of a training that is judged in folds, in which the test split takes part: folds that a person asked for.
 * @throws NightsiftError `notEnoughData` when a class has fewer items than folds
 */
export function refuseSmallClasses(
  { metadata }: Pick<DatasetVersion, 'metadata'>,
  items: readonly Pick<DatasetItem, 'label' | 'split'>[],
  folds: number,
): void {
  const [rarest] = countsOf(metadata.classes, items, ['train', 'validation', 'test']);
  if (rarest === undefined || rarest.count >= folds) return;
  const { name, count } = rarest;
  throw new NightsiftError(
    'notEnoughData',
    `evaluation.folds=${folds} cannot hold every class in each fold: ${sizeOf(rarest)}.`,
    {
      hint:
        count >= 2
          ? `Ask for evaluation.folds=${count} or fewer, or label more items of that class.`
          : 'Label more items of that class, or choose evaluation.folds=0.',
      details: { folds, class: name, items: count },
    },
  );
}

/** The rarest first; items whose label is no class, those without one among them, are not counted. */
function countsOf(
  classes: readonly string[],
  items: readonly Pick<DatasetItem, 'label' | 'split'>[],
  splits: readonly string[] = ['train', 'validation'],
): ClassSize[] {
  const counts = new Map<string, number>();
  for (const { label, split } of items) {
    if (!splits.includes(split)) continue;
    if (classes.includes(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, count })).sort((one, other) => one.count - other.count);
}
