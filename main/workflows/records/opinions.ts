/** What the promoted model says of a session's items, noted beside the labels of persons. */
import { isNightsiftError } from '../../../contract/errors.ts';
import type { Family } from '../../families/family.ts';
import type { ModelVersion } from '../../library/models.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { framesFamily } from '../frames.ts';
import { referenceOf } from '../models.ts';
import type { WorkOptions } from '../progress.ts';
import { openVersion, type Prediction } from '../trained-model.ts';
import { answerPlaces } from './answer.ts';
import { checkReadBy, checkReading, type RecordInputRecipe, recordRecipe } from './model-inputs.ts';
import { type StandingItem, standingItems } from './session-readings.ts';
import type { StoredReading } from './stored-reading.ts';

/** Without a model in production, or with one that knows other inputs, an older word is withdrawn. */
export async function refreshOpinions(
  library: Library,
  session: Session,
  family: Family,
  options: WorkOptions = {},
): Promise<void> {
  const items = standingItems(library, session);
  const version = library.models.inProduction(family.name, family.task);
  const said = version === undefined ? null : await opinionsOf(library, family, version, items, options);
  const by = version === undefined ? null : referenceOf(version);
  const batch = library.labels.newBatch();
  library.transaction(() => {
    const standing = library.labels.standing(session.id);
    items.forEach(({ itemId, stored }, index) => {
      const before = standing.get(itemId)?.model;
      const prediction = said?.[index] ?? null;
      if (prediction === null && before?.label == null) return;
      const label = prediction?.label ?? null;
      const score = prediction === null ? null : confidenceOf(prediction);
      if (before !== undefined && before.label === label && before.by === by && before.score === score)
        return;
      const word = { itemId, contentHash: stored.contentHash, author: 'model' as const, label, score, by };
      library.labels.add(word, batch);
    });
  });
}

function confidenceOf({ probabilities, label }: Prediction): number {
  return probabilities[label] ?? 0;
}

/** Null for items of which reading had to assume what they show, or that show the model other things than it knows. */
async function opinionsOf(
  library: Library,
  family: Family,
  version: ModelVersion,
  items: readonly StandingItem[],
  options: WorkOptions,
): Promise<readonly (Prediction | null)[]> {
  const model = await openVersion({ library, family: framesFamily }, version);
  try {
    const recipe = recordRecipe(model.metadata);
    if (recipe === null) return items.map(() => null);
    checkReadBy(recipe, family);
    const known = new Map<StoredReading, boolean>();
    const fits = items.map(({ reading, source, stored }) => {
      if (stored.assumed !== undefined) return false;
      const fit = known.get(reading) ?? isFit(recipe, reading, source.file);
      known.set(reading, fit);
      return fit;
    });
    const answers = await answerPlaces(
      model,
      items.filter((_, index) => fits[index]),
      options,
    );
    let next = 0;
    return fits.map((fit) => (fit ? answers[next++]! : null));
  } catch (thrown) {
    // Trained on what this version reads otherwise: it cannot say anything.
    if (!isNightsiftError(thrown) || thrown.code !== 'modelMismatch') throw thrown;
    return items.map(() => null);
  } finally {
    await model.close();
  }
}

function isFit(recipe: RecordInputRecipe, reading: StoredReading, file: string): boolean {
  try {
    checkReading(recipe, reading, file);
    return true;
  } catch {
    return false;
  }
}
