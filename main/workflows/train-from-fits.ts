/** From a folder of frames to a trained, exported and registered model, in one go. */
import type { TrainOutcome } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Thresholds } from '../../contract/words.ts';
import type { DatasetVersion } from '../library/datasets.ts';
import type { Session } from '../library/sessions.ts';
import { createDataset } from './dataset.ts';
import { exportDataset } from './dataset-export.ts';
import { refuseForeignModelFile } from './export-model.ts';
import { promotedOpinion } from './predict.ts';
import { scan } from './scan.ts';
import { notePrefilterOpinions } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';
import { type TrainOptions, type TrainPorts, type TrainSettings, trainOnVersion } from './train.ts';

export interface TrainFromFitsInput extends TrainSettings {
  readonly folder: string;
  /** Prefilter scores from here are clean; the library's own threshold when left out. */
  readonly cleanThreshold?: number | undefined;
  /** Prefilter scores up to here are contaminated. */
  readonly contaminatedThreshold?: number | undefined;
  /** Lay the data set out as folders here. */
  readonly dataSetFolder?: string | undefined;
  readonly workers?: number | undefined;
}

/**
 * Scans the folder, which measures only what is new and takes over what persons said of the same content, freezes a
 * version, trains on it and registers the model. It is put into production only when asked.
 * Errors: those of scan and train.
 */
export async function trainFromFits(
  ports: TrainPorts,
  input: TrainFromFitsInput,
  options: TrainOptions = {},
): Promise<TrainOutcome> {
  const begun = performance.now();
  const { library } = ports;
  refuseForeignModelFile(input.modelOutput);
  const scanned = await scan(
    { ...ports, predictOpinion: promotedOpinion(ports) },
    { paths: [input.folder], workers: input.workers },
    options,
  );
  const session = findSession(library, scanned.session.name);
  options.onMessage?.(
    `Session "${session.name}": ${scanned.measured} measured, ${scanned.reused} already known, ` +
      `${scanned.session.labelledByPerson} labelled by a person`,
  );
  const version = await freeze(ports, session, input, options);
  if (input.dataSetFolder !== undefined) {
    const dataSet = `${version.name}@${version.version}`;
    await exportDataset(library, { dataSet, into: input.dataSetFolder }, options);
  }
  const outcome = await trainOnVersion(ports, version, input, { ...options, begun });
  return { ...outcome, dataSetFolder: input.dataSetFolder ?? null };
}

/** With thresholds of its own, the prefilter's labels are drawn by them for this version only. */
async function freeze(
  ports: TrainPorts,
  session: Session,
  input: TrainFromFitsInput,
  options: TrainOptions,
): Promise<DatasetVersion> {
  const { library } = ports;
  const standing = library.calibrations.thresholds(session.family, session);
  const wanted: Thresholds = {
    clean: input.cleanThreshold ?? standing.clean,
    contaminated: input.contaminatedThreshold ?? standing.contaminated,
  };
  if (wanted.contaminated >= wanted.clean) {
    throw new NightsiftError(
      'wrongUse',
      `The contaminated threshold ${wanted.contaminated} has to be below the clean one, ${wanted.clean}.`,
    );
  }
  const make = () => createDataset(ports, { sessions: [session.name], seed: input.seed }, options);
  if (wanted.clean === standing.clean && wanted.contaminated === standing.contaminated) return make();
  notePrefilterOpinions(ports, session, wanted, options);
  try {
    return await make();
  } finally {
    notePrefilterOpinions(ports, session, standing);
  }
}
