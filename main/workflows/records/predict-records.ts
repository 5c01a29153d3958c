/** What a model says of every item of some files. Nothing is stored. */
import { isNightsiftError } from '../../../contract/errors.ts';
import type { PredictReport } from '../../../contract/scan-report.ts';
import type { WorkOptions } from '../progress.ts';
import type { TrainedModel } from '../trained-model.ts';
import { answerPlaces } from './answer.ts';
import { findFamily } from './families.ts';
import { checkReadBy, checkReading, type RecordInputRecipe } from './model-inputs.ts';
import { type FileReading, readFiles } from './read-files.ts';

type PredictItem = PredictReport['items'][number];

/** Files are read as those were that the model was trained on. Errors: notFound, modelMismatch, cancelled. */
export async function predictRecords(
  model: TrainedModel,
  recipe: RecordInputRecipe,
  input: { readonly paths: readonly string[]; readonly workers?: number | undefined },
  options: WorkOptions = {},
): Promise<PredictReport> {
  const family = findFamily(recipe.family);
  checkReadBy(recipe, family);
  const readings = await readFiles(family, input.paths, recipe.options, options, input.workers);
  const items: PredictItem[] = [];
  for (const reading of readings) items.push(...(await itemsOf(model, recipe, reading, options)));
  return { schema: 'nightsift.predict/1', model: model.reference, items };
}

async function itemsOf(
  model: TrainedModel,
  recipe: RecordInputRecipe,
  { file, reading, error }: FileReading,
  options: WorkOptions,
): Promise<PredictItem[]> {
  const failed = (why: { readonly code: string; readonly message: string }): PredictItem[] => [
    { file, status: 'failed', error: why, label: null, probabilities: null, score: null },
  ];
  if (reading === null) return failed(error ?? { code: 'crashed', message: '' });
  try {
    checkReading(recipe, reading, file);
  } catch (thrown) {
    if (!isNightsiftError(thrown)) throw thrown;
    return failed({ code: thrown.code, message: thrown.message });
  }
  const places = reading.items.map((_, ordinal) => ({ reading, ordinal }));
  const answers = await answerPlaces(model, places, options);
  return reading.items.map(({ id }, index): PredictItem => {
    const { label, probabilities, score } = answers[index]!;
    return { file, id, status: 'ok', label, probabilities, score };
  });
}
