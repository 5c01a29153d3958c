/** Simulated nights of one camera as a data set of frames, night by night apart. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { judgeSession } from '../../main/families/frames/judge-session.ts';
import { splitCodes, type TensorDataset } from '../../main/learning/dataset.ts';
import { cameraNights, measuredNight, nightName } from '../../scripts/backbone/nights.ts';
import { picturesOf } from '../../scripts/backbone/pictures.ts';

export interface NightsOptions {
  readonly camera: number;
  readonly nights: number;
  /** Measured nights stay here. */
  readonly folder: string;
  /** Only nights that are there already. */
  readonly onlyMeasured: boolean;
}

export interface CameraDataset {
  /** With crops, a view (`image`) and measured features of every frame. */
  readonly dataset: TensorDataset;
  /** What the prefilter says, 1 for a frame worth stacking. */
  readonly scores: readonly number[];
}

/** Hard nights: the first half teaches, the next one stops the training, the others judge. */
export async function cameraDataset(options: NightsOptions): Promise<CameraDataset> {
  const recipes = cameraNights(options.camera, options.nights).filter(
    (recipe) => !options.onlyMeasured || existsSync(join(options.folder, `${nightName(recipe)}.night`)),
  );
  const teaching = Math.floor(recipes.length / 2);
  const records = [];
  const scores: number[] = [];
  const features: Float32Array[] = [];
  const labels: number[] = [];
  const split: number[] = [];
  for (const [place, recipe] of recipes.entries()) {
    const frames = (await measuredNight(options.folder, recipe, { trails: true })).filter(
      ({ record }) => record !== null,
    );
    const own = frames.map(({ record }) => record!);
    judgeSession(own, { policy: 'strict' }).forEach((judgement, item) => {
      scores.push(judgement.score);
      features.push(judgement.features);
      labels.push(frames[item]!.truth.kind === 'clean' ? 0 : 1);
      split.push(splitCodes[place < teaching ? 'train' : place === teaching ? 'validation' : 'test']);
    });
    records.push(...own);
  }
  const width = features[0]!.length;
  const table = new Float32Array(features.length * width);
  features.forEach((row, item) => {
    table.set(row, item * width);
  });
  const dataset: TensorDataset = {
    ids: labels.map((_, item) => `frame ${item}`),
    inputs: [...picturesOf(records), { name: 'features', shape: [width], data: table }],
    classes: ['clean', 'contaminated'],
    labels: Int32Array.from(labels),
    split: Uint8Array.from(split),
    personLabelled: new Uint8Array(labels.length).fill(1),
  };
  return { dataset, scores };
}

/** The same frames with some of the inputs. */
export function withInputs(dataset: TensorDataset, names: readonly string[]): TensorDataset {
  return { ...dataset, inputs: dataset.inputs.filter(({ name }) => names.includes(name)) };
}
