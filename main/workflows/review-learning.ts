/**
 * Learning from review: after each batch of reviewed frames a small head is refitted from figures that are already
 * there, every probability is brought up to date, and the frames that would teach most come first.
 */
import type { ReviewLesson } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import type { FrameFamily } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { judgedItems } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';
import type { LearningPool } from './training/learning-pool.ts';

export interface ReviewPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly learning: LearningPool;
}

/** A frame as the head sees it. */
interface ReviewFrame {
  readonly file: string;
  readonly contentHash: string;
  readonly camera: string | null;
  readonly features: Float32Array;
  /** P(clean) of the judge. */
  readonly score: number;
  /** 1 for contaminated, 0 for clean, -1 where no person has decided. */
  readonly label: number;
}

/** The judge's certainty is capped, so that reviews can overrule it. */
const surestOpinion = 0.98;

/**
 * Learns from what persons said of frames of the same camera, in this session and others.
 * Errors: notFound; notEnoughData when no frame of the session is judged; cancelled.
 */
export async function learnFromReviews(
  ports: ReviewPorts,
  input: { readonly session: string; readonly count: number },
  options: WorkOptions = {},
): Promise<ReviewLesson> {
  const begun = performance.now();
  const session = findSession(ports.library, input.session);
  const own = framesOf(ports, session);
  if (own.length === 0) {
    throw new NightsiftError('notEnoughData', `Session "${session.name}" holds no judged frame.`, {
      hint: 'Scan the session again.',
    });
  }
  const taught = taughtElsewhere(ports, session, own);
  options.signal?.throwIfAborted();
  const frames = [...own, ...taught];
  const lesson = await ports.learning.teach({
    items: headItems(frames),
    labels: Int8Array.from(frames, ({ label }) => label),
    asked: Int32Array.from(own.keys()),
    count: input.count,
  });
  const scoreOf = (item: number): number => 1 - (lesson.probabilities[item] as number);
  const left = own.filter(({ label }) => label === -1).length;
  const { expectedError, expectedGain } = lesson.outlook;
  const enough = lesson.outlook.enough || left === 0;
  return {
    session: session.name,
    reviewed: lesson.labels,
    queue: lesson.proposals.map(({ item, worth }) => ({
      file: (own[item] as ReviewFrame).file,
      score: scoreOf(item),
      worth,
    })),
    scores: own.map(({ file }, item) => ({ file, score: scoreOf(item) })),
    expectedError,
    expectedGain,
    enough,
    advice: adviceOf({ enough, left, expectedError, expectedGain }),
    elapsedSeconds: (performance.now() - begun) / 1000,
  };
}

function framesOf({ library, family }: ReviewPorts, session: Session): ReviewFrame[] {
  return judgedItems(library, session).flatMap(({ item, judgement, standing }): ReviewFrame[] => {
    const features = judgement?.features ?? null;
    if (item.status !== 'ok' || item.contentHash === null || features === null) return [];
    if (features.length !== family.featureNames.length) return [];
    const camera = library.measurements.find(item.contentHash, family.measurementVersion)?.header?.camera;
    const said = standing.person?.label;
    const label = said === 'contaminated' ? 1 : said === 'clean' ? 0 : -1;
    return [
      {
        file: item.file,
        contentHash: item.contentHash,
        camera: camera ?? null,
        features,
        score: judgement?.score ?? 0.5,
        label,
      },
    ];
  });
}

/** Reviewed frames of other sessions with the same camera; what is in this session too counts once. */
function taughtElsewhere(ports: ReviewPorts, session: Session, own: readonly ReviewFrame[]): ReviewFrame[] {
  const cameras = new Set(own.map(({ camera }) => camera));
  const known = new Set(own.map(({ contentHash }) => contentHash));
  return ports.library.sessions
    .list()
    .filter(({ id, family }) => id !== session.id && family === session.family)
    .flatMap((other) => framesOf(ports, other))
    .filter(({ label, camera, contentHash }) => {
      if (label === -1 || !cameras.has(camera) || known.has(contentHash)) return false;
      known.add(contentHash);
      return true;
    });
}

function headItems(frames: readonly ReviewFrame[]) {
  const width = frames[0]?.features.length ?? 0;
  const rows = new Float32Array(frames.length * width);
  frames.forEach(({ features }, index) => {
    rows.set(features, index * width);
  });
  return { rows, width, opinions: Float32Array.from(frames, ({ score }) => opinionOf(score)) };
}

/** Log-odds of contaminated, from the judge's P(clean). */
export function opinionOf(score: number): number {
  const contaminated = Math.min(surestOpinion, Math.max(1 - surestOpinion, 1 - score));
  return Math.log(contaminated / (1 - contaminated));
}

function adviceOf(outlook: {
  readonly enough: boolean;
  readonly left: number;
  readonly expectedError: number;
  readonly expectedGain: number;
}): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  if (outlook.left === 0) return 'Every frame of the session has been reviewed.';
  const state = `About ${percent(outlook.expectedError)} of the ${outlook.left} unreviewed frames are judged wrong`;
  if (outlook.enough) return `${state}; reviewing on would hardly change that.`;
  return `${state}; reviewing on can still put up to ${percent(outlook.expectedGain)} right.`;
}
