/** Puts the house together: the machine's ports in, the handlers of the contract out. */
import { homedir } from 'node:os';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { NightsiftHandlers } from '../contract/api.ts';
import { dataSetHandlers } from './engine/data-set-handlers.ts';
import { openDecisionBoard } from './engine/decision-board.ts';
import { houseHandlers } from './engine/house-handlers.ts';
import { type JobLog, openJobBoard } from './engine/job-board.ts';
import { jobHandlers } from './engine/job-handlers.ts';
import { libraryFolder } from './engine/library-folder.ts';
import { modelHandlers } from './engine/model-handlers.ts';
import { recordHandlers } from './engine/record-handlers.ts';
import type { Rooms } from './engine/rooms.ts';
import { sessionHandlers } from './engine/session-handlers.ts';
import { sourceHandlers } from './engine/source-handlers.ts';
import { trainingHandlers } from './engine/training-handlers.ts';
import { tuningHandlers } from './engine/tuning-handlers.ts';
import { runEnvironment } from './engine/version.ts';
import { workbenchHandlers } from './engine/workbench-handlers.ts';
import { type Library, openLibrary, openLibraryToLook } from './library/open-library.ts';
import { framesFamily } from './workflows/frames.ts';
import { openPictureDesk } from './workflows/looking/pictures.ts';
import { promotedOpinion } from './workflows/predict.ts';
import { recoverOperations } from './workflows/sort.ts';
import { openLearningPool } from './workflows/training/learning-pool.ts';

export { engineVersion } from './engine/version.ts';

export interface EngineOptions {
  /** Folder of the library; NIGHTSIFT_LIBRARY, else the platform's data folder, when left out. */
  readonly library?: string | undefined;
  /** Folders below which screens may choose frames; the person's home when left out. */
  readonly folders?: readonly string[] | undefined;
}

export interface Engine {
  /** What was found on opening that a person should know: runs that a killed process left, for one. */
  readonly notes: readonly string[];
  readonly handlers: NightsiftHandlers;
  /** Stops what runs at its next safe point and gives the library back. */
  close(): Promise<void>;
}

/** The folder that `openEngine` would open. */
export function libraryFolderFor(named: string | undefined): string {
  return libraryFolder(named, {
    platform: process.platform,
    home: homedir(),
    environment: process.env,
  });
}

/** Errors: libraryBusy, libraryTooNew, libraryDamaged, cannotOpen, diskFull. */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const library = openLibrary(libraryFolderFor(options.library));
  recoverOperations(library);
  return engineOver(library, options);
}

/** The house over a library that another process has: lists and shows, refuses the rest as libraryBusy. */
export async function openEngineToLook(options: EngineOptions = {}): Promise<Engine> {
  return engineOver(openLibraryToLook(libraryFolderFor(options.library)), options);
}

function engineOver(library: Library, options: EngineOptions): Engine {
  const family = framesFamily;
  const learning = openLearningPool();
  const jobs = openJobBoard({
    now: () => new Date(),
    milliseconds: () => performance.now(),
    log: jobLog(library),
  });
  const pictures = openPictureDesk(library);
  const rooms: Rooms = {
    library,
    family,
    learning,
    jobs,
    decisions: openDecisionBoard(),
    pictures,
    folders: options.folders ?? [homedir()],
    predictOpinion: promotedOpinion({ library, family }),
    environment: runEnvironment(),
  };
  return {
    notes: notesOf(library),
    handlers: {
      ...jobHandlers(rooms),
      ...sessionHandlers(rooms),
      ...recordHandlers(rooms),
      ...sourceHandlers(rooms),
      ...dataSetHandlers(rooms),
      ...trainingHandlers(rooms),
      ...tuningHandlers(rooms),
      ...modelHandlers(rooms),
      ...houseHandlers(rooms),
      ...workbenchHandlers(rooms),
    },
    async close() {
      await jobs.close();
      await pictures.close();
      await learning.close();
      library.close();
    },
  };
}

function jobLog({ jobs }: Library): JobLog {
  return {
    begin(method, input) {
      const { id } = jobs.create(method, input);
      jobs.start(id);
      return id;
    },
    end(id, state, error) {
      if (state === 'done') return jobs.finish(id, null);
      const { code, message } = error ?? { code: 'internal', message: 'It ended without a word.' };
      jobs.fail(id, { status: state === 'cancelled' ? 'cancelled' : 'failed', code, message });
    },
  };
}

/** What a killed process left undone, and how to go on. */
function notesOf({ startReport, runs, studies }: Library): string[] {
  const interrupted = runs
    .list()
    .filter(({ status }) => status === 'interrupted')
    .sort((one, other) => (one.endedAt ?? '').localeCompare(other.endedAt ?? ''));
  const ofStudies = new Set(studies.list().map(({ runId }) => runId));
  const trainings = interrupted
    .slice(interrupted.length - startReport.interruptedRuns)
    .filter(({ id }) => !ofStudies.has(id))
    .map(({ id }) => `Run ${id} was interrupted. Go on with: nightsift train --resume ${id}`);
  const others = startReport.interruptedJobs
    .filter(({ kind }) => kind === 'scan.start' || kind === 'sort.start')
    .map(({ kind }) => `A ${kind.split('.')[0]} was interrupted. Give the same command again to go on.`);
  const searches = startReport.interruptedStudies.map(
    (id) => `Study ${id} was interrupted. Go on with: nightsift tune --resume ${id}`,
  );
  return [...trainings, ...searches, ...new Set(others)];
}
