/** What a model goes by, with the names that its data set gives the figures. */
import type { ModelFeatures } from '../../../contract/calls/models.ts';
import type { TrainTaskOutput } from '../work/learning-tasks.ts';

const mostShown = 40;

/** Null where the model was given no figures with importances or a selection: networks. */
export function modelFeatures(
  { importances, selectedColumns }: TrainTaskOutput['network'],
  names: readonly string[],
): ModelFeatures | null {
  const of = importances?.length ?? (selectedColumns === undefined ? 0 : names.length);
  if (of === 0) return null;
  const nameOf = (place: number) => (names.length === of ? names[place]! : `figure ${place + 1}`);
  const falling = Array.from(importances ?? [])
    .map((share, place) => ({ name: nameOf(place), share }))
    .filter(({ share }) => share > 0)
    .sort((one, other) => other.share - one.share);
  return {
    of,
    used: selectedColumns === undefined ? null : Array.from(selectedColumns, nameOf),
    importances: falling.slice(0, mostShown),
  };
}
