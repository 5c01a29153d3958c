/** The data set version that something is learned from: one that is there, or one made of a session or of paths. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { ParameterValue } from '../../learning/recipes.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import { createDataset } from '../dataset.ts';
import { promotedOpinion } from '../predict.ts';
import type { WorkOptions } from '../progress.ts';
import { framesName } from '../records/families.ts';
import { relabel, scanRecords } from '../records/scan-records.ts';
import { scan } from '../scan.ts';
import type { TrainPorts } from './training-run.ts';

export interface VersionInput {
  /** A data set version, or the name of a session that one is made of. */
  readonly dataSet?: string | undefined;
  /** Frames, or files of another family, to bring in first. */
  readonly paths?: readonly string[] | undefined;
  /** Of the paths; frames when left out. What is in the library already has its own, and no other is obeyed. */
  readonly family?: string | undefined;
  /** The column that holds labels, in families whose files have columns. */
  readonly label?: string | undefined;
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
}

export async function versionFor(
  ports: TrainPorts,
  input: VersionInput,
  settings: Readonly<Record<string, ParameterValue>>,
  options: WorkOptions,
): Promise<DatasetVersion> {
  const { library } = ports;
  const making = { name: input.name, seed: input.seed };
  if (input.paths !== undefined) {
    const { paths, family = framesName, label } = input;
    const scanned =
      family === framesName
        ? await scan({ ...ports, predictOpinion: promotedOpinion(ports) }, { paths }, options)
        : await scanRecords(ports, { paths, family, label, settings }, options);
    return createDataset(ports, { sessions: [scanned.session.name], seed: making.seed }, options);
  }
  refuseReading(settings);
  if (input.dataSet === undefined) {
    throw new NightsiftError(
      'wrongUse',
      'Say what to train on: a data set, a session, paths, or a run to resume.',
    );
  }
  const version = library.datasets.find(input.dataSet);
  if (version !== undefined) {
    refuseOtherFamily(`Data set ${input.dataSet}`, version.family, input.family);
    return version;
  }
  const session = library.sessions.byName(input.dataSet);
  if (session === undefined) return library.datasets.need(input.dataSet);
  refuseOtherFamily(`Session "${session.name}"`, session.family, input.family);
  if (input.label !== undefined) await relabel(library, session, input.label, options);
  return createDataset(ports, { sessions: [session.name], seed: making.seed }, options);
}

function refuseOtherFamily(what: string, family: string, asked: string | undefined): void {
  if (asked === undefined || asked === family) return;
  throw new NightsiftError('wrongUse', `${what} is of the family ${family}, not ${asked}.`, {
    hint: 'Leave --family out: it is for files that are not in the library yet.',
    details: { family, asked },
  });
}

/** What was read already stays as it was read. Errors: wrongUse. */
function refuseReading(settings: Readonly<Record<string, ParameterValue>>): void {
  const [name] = Object.keys(settings);
  if (name === undefined) return;
  throw new NightsiftError('wrongUse', `Setting ${name} is for reading files.`, {
    hint: 'Give the files themselves, or set it when they are scanned: nightsift scan --set.',
  });
}
