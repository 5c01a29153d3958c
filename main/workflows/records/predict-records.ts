/** What a model says of every item of some files. Nothing is stored. */
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import type { PredictReport } from '../../../contract/scan-report.ts';
import type { Family } from '../../families/family.ts';
import { alarmRateOf } from '../../learning/anomaly/alarm-rate.ts';
import { targetKindOf } from '../../learning/targets.ts';
import { pairSentence } from '../pair-answer.ts';
import type { WorkOptions } from '../progress.ts';
import type { Prediction, TrainedModel } from '../trained-model.ts';
import { answerPlaces } from './answer.ts';
import { saliencyOf } from './explain.ts';
import { findFamily } from './families.ts';
import { checkReadBy, checkReading, type RecordInputRecipe } from './model-inputs.ts';
import { type FileReading, readFiles } from './read-files.ts';
import { rowsOf } from './tensors.ts';

type PredictItem = PredictReport['items'][number];

export interface PredictRecordsInput {
  readonly paths: readonly string[];
  readonly workers?: number | undefined;
  /** How many classes to name of each item. */
  readonly top?: number | undefined;
  /** Say what each answer rests on. Errors: wrongUse in families that cannot. */
  readonly explain?: boolean | undefined;
}

/** Files are read as those were that the model was trained on. Errors: notFound, modelMismatch, cancelled. */
export async function predictRecords(
  model: TrainedModel,
  recipe: RecordInputRecipe,
  input: PredictRecordsInput,
  options: WorkOptions = {},
): Promise<PredictReport> {
  const family = findFamily(recipe.family);
  checkReadBy(recipe, family);
  const canExplain = family.leavingOut !== undefined && targetKindOf(model.metadata) === undefined;
  if (input.explain === true && !canExplain) {
    throw new NightsiftError('wrongUse', `Answers to ${family.noun.many} cannot be explained part by part.`, {
      hint: 'Leave --explain out.',
    });
  }
  const readings = await readFiles(family, input.paths, recipe.options, options, input.workers);
  const items: PredictItem[] = [];
  for (const reading of readings)
    items.push(...(await itemsOf({ model, recipe, family, input }, reading, options)));
  const alarms = alarmRateOf(model.metadata);
  return { schema: 'nightsift.predict/1', model: model.reference, ...(alarms && { alarms }), items };
}

interface Asked {
  readonly model: TrainedModel;
  readonly recipe: RecordInputRecipe;
  readonly family: Family;
  readonly input: PredictRecordsInput;
}

async function itemsOf(
  { model, recipe, family, input }: Asked,
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
  const items: PredictItem[] = [];
  for (const [index, { id, assumed, facts }] of reading.items.entries()) {
    const answer = answers[index]!;
    const { label, probabilities, score, value } = answer;
    const doubt = assumed ?? family.contradiction?.(facts, label) ?? null;
    const pair = (answer.pair && pairSentence(answer.pair)) ?? null;
    const isUndecided = answer.pair?.kind === 'undecided';
    const notes = [doubt, pair, answer.whyUnknown ?? null].filter((note) => note !== null);
    const saliency =
      input.explain === true && family.leavingOut !== undefined
        ? await saliencyOf(model, family.leavingOut, rowsOf([places[index]!]), answer)
        : undefined;
    items.push({
      file,
      id,
      status: 'ok',
      label,
      probabilities,
      score,
      ...(value !== undefined && { value }),
      ...(input.top !== undefined && { top: topOf(answer, input.top) }),
      ...(answer.unknown !== null && { unknown: answer.unknown }),
      ...((doubt !== null || isUndecided) && { unknown: true }),
      ...(notes.length > 0 && { note: notes.join('; ') }),
      ...(answer.misfit !== null && { misfit: answer.misfit }),
      ...(saliency !== undefined && { saliency }),
    });
    if (options.signal?.aborted) throw new NightsiftError('cancelled', 'Predicting was cancelled.');
  }
  return items;
}

function topOf({ probabilities }: Prediction, count: number): { label: string; probability: number }[] {
  return Object.entries(probabilities)
    .map(([label, probability]) => ({ label, probability }))
    .sort((one, other) => other.probability - one.probability)
    .slice(0, count);
}
