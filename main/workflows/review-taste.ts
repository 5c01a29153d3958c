/**
 * An observer's taste: what reviews taught is kept as a numbered taste, and every session of that camera is judged with it, those in
 * the library at once. Persons, hard findings and the promoted model decide as before. Nothing is deleted.
 */
import { createHash } from 'node:crypto';
import type { TasteOutcome } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { renamedTaste } from '../learning/review/taste.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import { codeVersionOf } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import {
  learnedSentences,
  lessonOf,
  type ReviewLearning,
  type ReviewPorts,
  type TaughtSession,
} from './review-learning.ts';
import type { FigurePorts } from './scanning/learnable.ts';
import { decidedItems, notePrefilterOpinions } from './scanning/opinions.ts';
import { cameraKey, camerasOf } from './scanning/tasted-words.ts';
import { findSession } from './sessions.ts';

/**
 * Learns anew, keeps it, and puts it in force for the cameras of the session's frames.
 * Errors: as `learnFromReviews`; notEnoughData when no frame of these cameras has been reviewed.
 */
export async function applyTaste(
  ports: ReviewPorts,
  input: Omit<ReviewLearning, 'count'>,
  options: WorkOptions = {},
): Promise<TasteOutcome> {
  const { library, family } = ports;
  const taught = await lessonOf(ports, { ...input, count: 1 }, options);
  const { session, own, lesson } = taught;
  if (lesson.labels === 0) {
    throw new NightsiftError(
      'notEnoughData',
      `No frame of the camera of "${session.name}" has been reviewed.`,
      {
        hint: 'Review some frames first, those that nightsift learn names.',
      },
    );
  }
  options.signal?.throwIfAborted();
  const cameras = [...new Set(own.map(({ camera }) => cameraKey(camera)))].sort();
  return library.transaction(() => {
    const taste = library.tastes.save({
      family: session.family,
      cameras,
      codeVersion: codeVersionOf(family),
      persons: [...new Set(reviewed(taught).flatMap(({ by }) => by ?? []))].sort(),
      reviews: lesson.labels,
      learnedFrom: hashOf(taught),
      posterior: renamedTaste(lesson.taste, (column) => family.reviewing.figureNames[column]!),
    });
    const { id: number, reviews, persons, createdAt: learnedAt } = taste;
    const learned = learnedSentences(lesson, family);
    return {
      ...putInForce(ports, session, cameras, number, options),
      taste: { number, reviewed: reviews, persons: [...persons], learnedAt, learned },
    };
  });
}

/**
 * Judges every session of the session's cameras as without a taste, also those that today's code cannot learn from.
 * Errors: notFound.
 */
export function forgetTaste(ports: FigurePorts, reference: string, options: WorkOptions = {}): TasteOutcome {
  const { library } = ports;
  const session = findSession(library, reference);
  const cameras = [...camerasOf(library, session)].sort();
  return library.transaction(() => ({
    ...putInForce(ports, session, cameras, null, options),
    taste: null,
  }));
}

function reviewed({ frames }: TaughtSession) {
  return frames.filter(({ label }) => label !== -1);
}

/** The same reviews of the same contents give the same, in whatever order they came. */
function hashOf(taught: TaughtSession): string {
  const lines = reviewed(taught).map(({ contentHash, label }) => `${contentHash} ${label}`);
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

function putInForce(
  ports: FigurePorts,
  session: Session,
  cameras: readonly string[],
  id: number | null,
  options: WorkOptions,
): Omit<TasteOutcome, 'taste'> {
  const { tastes } = ports.library;
  const retired = new Set<number>();
  for (const camera of cameras) {
    const before = tastes.inForce(session.family, camera)?.id ?? null;
    if (before === id) continue;
    if (before !== null) retired.add(before);
    tastes.setInForce(session.family, camera, id);
  }
  return {
    session: session.name,
    cameras: [...cameras],
    retired: [...retired],
    sessions: judgeAnew(ports, session.family, new Set(cameras), options),
  };
}

/** Sessions with frames of these cameras. */
function judgeAnew(
  ports: FigurePorts,
  family: Session['family'],
  cameras: ReadonlySet<string>,
  options: WorkOptions,
): TasteOutcome['sessions'] {
  const { library } = ports;
  return library.sessions.list().flatMap((session) => {
    if (session.family !== family || ![...camerasOf(library, session)].some((camera) => cameras.has(camera)))
      return [];
    tellOutdated(ports, session, options);
    const before = labelsOf(library, session);
    notePrefilterOpinions(ports, session, library.calibrations.thresholds(family, session), options);
    const after = labelsOf(library, session);
    const changed = after.filter((label, place) => label !== before[place]).length;
    return [{ session: session.name, changed }];
  });
}

function tellOutdated({ library, family }: FigurePorts, session: Session, { onMessage }: WorkOptions): void {
  const outdated = [...library.measurements.judgements(session.id).values()].filter(
    ({ features, codeVersion }) => features !== null && codeVersion !== codeVersionOf(family),
  ).length;
  if (outdated === 0) return;
  onMessage?.(
    `${outdated} frames of session "${session.name}" were judged by another version of Nightsift: no taste is used on them until they are scanned again.`,
  );
}

function labelsOf(library: Library, session: Session): (string | null)[] {
  return decidedItems(library, session).map(({ decision }) => decision?.label ?? null);
}
