/**
 * What a model says of frames on disk. Nothing is stored as a label, and labels of frames that are known stay as they
 * are, whatever is in production by now; unreadable files are answered too.
 */

import { isNightsiftError } from '../../contract/errors.ts';
import type { PredictReport, ScannedFrame } from '../../contract/scan-report.ts';
import { labelForScore, type PolicyName, type Thresholds } from '../../contract/words.ts';
import type { Library } from '../library/open-library.ts';
import { isHard } from './decide.ts';
import type { FrameFamily } from './frame-family.ts';
import { referenceOf } from './models.ts';
import type { WorkOptions } from './progress.ts';
import { findFamily } from './records/families.ts';
import { recordRecipe } from './records/model-inputs.ts';
import { predictRecords } from './records/predict-records.ts';
import { isRecordName } from './records/scan-records.ts';
import { scan } from './scan.ts';
import { type PredictableItem, type PredictOpinion, predictableItems } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';
import { localPaths } from './sources/local-paths.ts';
import { openTrainedModel, openVersion, type Prediction, type TrainedModel } from './trained-model.ts';
import { frameTask } from './training/data-kind.ts';

export interface PredictPorts {
  readonly library: Library;
  readonly family: FrameFamily;
}

export interface PredictInput {
  /** NAME, NAME@VERSION, NAME@production or an ONNX file. */
  readonly model: string;
  readonly paths: readonly string[];
  readonly policy?: PolicyName | undefined;
  readonly workers?: number | undefined;
  /** Of records: how many classes to name of each item, and whether to say what answers rest on. */
  readonly top?: number | undefined;
  readonly explain?: boolean | undefined;
}

type PredictItem = PredictReport['items'][number];

/** Errors: notFound, badModel, modelMismatch, cancelled. A bad file is part of the report. */
export async function predict(
  ports: PredictPorts,
  input: PredictInput,
  options: WorkOptions = {},
): Promise<PredictReport> {
  const model = await openTrainedModel(ports, input.model);
  try {
    return await predictWith(ports, model, input, options);
  } finally {
    await model.close();
  }
}

/** The same with a model that is open already. */
export async function predictWith(
  ports: PredictPorts,
  model: TrainedModel,
  input: Omit<PredictInput, 'model'>,
  options: WorkOptions = {},
): Promise<PredictReport> {
  const { paths, workers, policy } = input;
  const recipe = recordRecipe(model.metadata);
  if (recipe !== null) {
    const local = await localPaths(ports.library, paths, isRecordName(findFamily(recipe.family)), options);
    return predictRecords(model, recipe, { ...input, paths: local }, options);
  }
  const scanPorts = { ...ports, predictOpinion: promotedOpinion(ports) };
  const { session, report } = await scan(scanPorts, { paths, workers, policy, keepOpinions: true }, options);
  const known = findSession(ports.library, session.name);
  const items = predictableItems(ports.library, known, ports.family.measurementVersion);
  const predictions = await model.predictFrames(items, {
    signal: options.signal,
    onDone: (done) => options.onProgress?.({ phase: 'predicting', done, total: items.length }),
  });
  const thresholds = ports.library.calibrations.thresholds(known.family, known);
  const byFile = new Map(items.map((item, index) => [item.file, predictions[index] as Prediction]));
  return {
    schema: 'nightsift.predict/1',
    model: model.reference,
    items: report.frames.map((frame) => itemOf(frame, byFile.get(frame.file), thresholds)),
  };
}

function itemOf(
  frame: ScannedFrame,
  prediction: Prediction | undefined,
  thresholds: Thresholds,
): PredictItem {
  const { file, status } = frame;
  if (status === 'failed') {
    // The same answer as scan gives: what cannot be judged is not worth stacking.
    const answer = { label: 'contaminated', probabilities: null, score: 0 };
    return { file, status, ...(frame.error && { error: frame.error }), ...answer };
  }
  if (status === 'skipped' || prediction === undefined) {
    return { file, status: 'skipped', label: null, probabilities: null, score: null };
  }
  const { probabilities, score } = prediction;
  // No model may overrule what the pixels prove.
  if (isHard(frame.findings)) return { file, status, label: 'contaminated', probabilities, score };
  const label = score === null ? prediction.label : labelForScore(score, thresholds);
  return { file, status, label, probabilities, score };
}

/** The promoted model's word for scan and sort; null where none is in production. */
export function promotedOpinion({ library, family }: PredictPorts): PredictOpinion {
  return async (items: readonly PredictableItem[], { signal }) => {
    const version = library.models.inProduction('frames', frameTask);
    if (version === undefined) return null;
    const model = await openVersion({ library, family }, version);
    try {
      const predictions = await model.predictFrames(items, { signal });
      return { model: referenceOf(version), scores: predictions.map(({ score }) => score) };
    } catch (thrown) {
      // Trained on figures that this version no longer computes: it cannot say anything, the night is judged without.
      if (!isNightsiftError(thrown) || thrown.code !== 'modelMismatch') throw thrown;
      return { model: referenceOf(version), scores: items.map(() => null) };
    } finally {
      await model.close();
    }
  };
}
