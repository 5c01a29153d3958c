/** Which of the items that take part a run learns from and is judged by: those without a label only where its recipe needs none. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family } from '../../families/family.ts';
import { learnsUsual, needsLabels } from '../../learning/trainables.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import { unlabelledWord } from '../records/candidates.ts';
import { chosenItems, type Where } from './chosen-items.ts';
import { dataKind, type KindPorts } from './data-kind.ts';

/** Errors: notEnoughData where nothing fits `where`, or nothing that fits has a label and the recipe needs them. */
export function learnedItems(
  ports: KindPorts,
  version: DatasetVersion,
  where: Where,
  recipe: string,
): DatasetItem[] {
  const items = chosenItems(ports, version, where);
  const { family } = dataKind(ports, version.family);
  if (family?.learnsUnlabelled !== true || !takesLabelled(items, recipe)) return items;
  const labelled = items.filter(isLabelled);
  if (labelled.length === 0) throw noLabels(version, family, items.length, recipe);
  return labelled;
}

/** What was left out for want of a label, as a sentence; null for nothing. */
export function leftUnlabelled(
  ports: KindPorts,
  version: DatasetVersion,
  where: Where,
  recipe: string,
): string | null {
  const { family } = dataKind(ports, version.family);
  const items = chosenItems(ports, version, where);
  if (family?.learnsUnlabelled !== true || !takesLabelled(items, recipe)) return null;
  const left = items.filter((item) => !isLabelled(item)).map(({ file }) => file);
  if (left.length === 0) return null;
  const noun = left.length === 1 ? family.noun.one : family.noun.many;
  const named = `${left.slice(0, mostNamed).join(', ')}${left.length > mostNamed ? ', …' : ''}`;
  return `${left.length} ${noun} without a label ${left.length === 1 ? 'was' : 'were'} left out: ${named}.`;
}

const mostNamed = 5;

const isLabelled = ({ label }: DatasetItem): boolean => label !== unlabelledWord;

function takesLabelled(items: readonly DatasetItem[], recipe: string): boolean {
  return needsLabels(recipe, new Set(items.filter(isLabelled).map(({ label }) => label)).size);
}

function noLabels(version: DatasetVersion, family: Family, count: number, recipe: string): NightsiftError {
  const without = family.recipes.map((each) => each.recipe).filter(learnsUsual);
  return new NightsiftError(
    'notEnoughData',
    `The recipe ${recipe} learns from labels; none of the ${count} ${family.noun.many} of ${version.name}@${version.version} has one.`,
    {
      hint: `Name the column that holds labels with --label (looked for: ${family.labelColumns.join(', ')}), or choose a recipe that needs none: ${without.join(', ')}.`,
      details: { recipe, items: count },
    },
  );
}
