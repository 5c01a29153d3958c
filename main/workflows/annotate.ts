/** Evidence pictures: a PNG for each frame with its stars, trails, cells and the sentence. Originals are only read. */
import { join, sep } from 'node:path';
import type { AnnotateOutcome, AnnotateRequest } from '../../contract/calls/sessions.ts';
import { isNightsiftError, NightsiftError } from '../../contract/errors.ts';
import type { WorkerPool } from '../jobs/pool.ts';
import type { Library } from '../library/open-library.ts';
import { writeWholeFileTo } from './export-model.ts';
import { liesIn, refuseFile } from './files/lies-in.ts';
import { locate } from './files/locate.ts';
import { type FrameFamily, openFamilyPool } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { type JudgedItem, judgedItems } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';
import type { AnnotateInput } from './work/annotate-task.ts';

export interface AnnotatePorts {
  readonly library: Library;
  readonly family: FrameFamily;
}

/** Fits a screen and keeps stars of 2 px visible on frames up to 26 megapixels. */
const longestSide = 1600;

/**
 * Writes `into`/FILE.png for every measured frame of a session, or for the files named.
 * Errors: notFound, wrongUse (`into` lies in the folder of the frames), cannotOpen, diskFull, cancelled. A frame whose
 * file is gone is left out and named.
 */
export async function annotateSession(
  { library, family }: AnnotatePorts,
  request: AnnotateRequest,
  { signal, onProgress }: WorkOptions = {},
): Promise<AnnotateOutcome> {
  const session = findSession(library, request.session);
  refuseInside(session.root, request.into);
  refuseFile(request.into);
  const wanted = request.files === undefined ? null : new Set(request.files);
  const items = judgedItems(library, session).filter(
    ({ item }) => item.status === 'ok' && (wanted === null || wanted.has(item.file)),
  );
  const pool = openFamilyPool(family, request.workers);
  const left: { file: string; reason: string }[] = [];
  let done = 0;
  const tell = (): void => onProgress?.({ phase: 'drawing', done, total: items.length });
  tell();
  const queue = items[Symbol.iterator]();
  const drawOn = async (): Promise<void> => {
    for (const judged of queue) {
      const reason = await drawOne({ library, family }, pool, session.root, judged, request.into, signal);
      if (reason !== null) left.push({ file: judged.item.file, reason });
      done += 1;
      tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: pool.size }, drawOn));
  } finally {
    await pool.close();
  }
  return { into: request.into, written: items.length - left.length, left };
}

/** Why a frame has no picture, null when it has one. */
async function drawOne(
  { library, family }: AnnotatePorts,
  pool: WorkerPool,
  root: string,
  { item, judgement, decision }: JudgedItem,
  into: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { file, contentHash } = item;
  if (contentHash === null) return 'It has not been measured.';
  const recordBlob = library.measurements.find(contentHash, family.measurementVersion)?.recordBlob;
  if (recordBlob == null) return 'It was measured by another version: scan it again.';
  const input: AnnotateInput = {
    path: locate(library, { root, file, contentHash }),
    blobsDirectory: library.blobs.directory,
    recordBlob,
    longestSide,
    verdict: {
      file,
      label: decision?.label ?? null,
      score: decision?.score ?? null,
      findings: judgement?.findings ?? [],
    },
  };
  try {
    const png = await pool.run<Uint8Array>('annotate', input, { signal });
    writeWholeFileTo(join(into, `${withinFolder(file)}.png`), png);
    return null;
  } catch (error) {
    if (!isNightsiftError(error) || error.code === 'cancelled' || error.code === 'diskFull') throw error;
    return error.message;
  }
}

/** Pictures among the frames would be scanned as frames the next time. */
function refuseInside(root: string, into: string): void {
  if (!liesIn(root, into)) return;
  throw new NightsiftError('wrongUse', `${into} lies in the folder of the frames, ${root}.`, {
    hint: 'Choose a folder beside it: the pictures would be taken for frames by the next scan.',
    details: { into, root },
  });
}

/** Names of files given one by one may climb; their pictures stay below the folder. */
function withinFolder(file: string): string {
  const parts = file.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.join(sep);
}
