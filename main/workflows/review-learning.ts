/**
 * Learning from review: after each batch of reviewed frames it is weighed anew, from figures that are already there, what this
 * person sees otherwise than the judge; every probability is brought up to date, and the frames that would teach most come first.
 */
import type { ReviewLesson } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { NamedQuestion } from '../families/frames/review-questions.ts';
import { alignedTo } from '../learning/coral.ts';
import type { Lesson } from '../learning/review/lesson.ts';
import type { ReviewQuestion } from '../learning/review/questions.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import type { FrameFamily } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { type FramedItem, framedItem, rowsOf, toldSize } from './scanning/learnable.ts';
import { decidedItems, judgedItems } from './scanning/opinions.ts';
import { tasteInForce } from './scanning/tasted-words.ts';
import { findSession } from './sessions.ts';
import type { LearningPool } from './training/learning-pool.ts';

export interface ReviewPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly learning: LearningPool;
}

/** A frame as learning sees it. */
interface ReviewFrame extends FramedItem {
  readonly file: string;
  readonly contentHash: string;
  readonly findings: ReadonlySet<string>;
  /** P(clean) of the judge. */
  readonly score: number;
  /** 1 for contaminated, 0 for clean, -1 where no person has decided. */
  readonly label: number;
  /** A person has looked at it, and may have left it in review. */
  readonly isSeen: boolean;
  /** Who has. */
  readonly by: string | null;
}

export interface ReviewLearning {
  readonly session: string;
  /** Frames to propose. */
  readonly count: number;
  /** Learn from reviews of other cameras too, their own figures brought to this one's by CORAL. */
  readonly otherCameras?: boolean | undefined;
}

/**
 * Learns from what persons said of frames of the same camera, in this session and others.
 * Errors: notFound; notEnoughData when no frame of the session is judged; cancelled.
 */
export async function learnFromReviews(
  ports: ReviewPorts,
  input: ReviewLearning,
  options: WorkOptions = {},
): Promise<ReviewLesson> {
  const begun = performance.now();
  const { session, own, lesson } = await lessonOf(ports, input, options);
  // what a person said of a frame stands
  const scoreOf = (item: number): number => {
    const { label } = own[item] as ReviewFrame;
    return label === -1 ? 1 - (lesson.probabilities[item] as number) : 1 - label;
  };
  const left = own.filter(({ isSeen }) => !isSeen).length;
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
    learned: learnedSentences(lesson, ports.family),
    expectedError,
    expectedGain,
    enough,
    advice: adviceOf({ enough, left, expectedError, expectedGain }),
    elapsedSeconds: (performance.now() - begun) / 1000,
  };
}

export interface TaughtSession {
  readonly session: Session;
  /** The session's own frames, first among `frames`; the others are reviewed ones of other sessions. */
  readonly own: readonly ReviewFrame[];
  readonly frames: readonly ReviewFrame[];
  readonly lesson: Lesson;
}

/** Errors: as `learnFromReviews`. */
export async function lessonOf(
  ports: ReviewPorts,
  input: ReviewLearning,
  options: WorkOptions,
): Promise<TaughtSession> {
  const session = findSession(ports.library, input.session);
  const own = framesOf(ports, session);
  if (own.length === 0) {
    throw new NightsiftError('notEnoughData', `Session "${session.name}" holds no judged frame.`, {
      hint: 'Scan the session again.',
    });
  }
  const taught = taughtElsewhere(ports, session, own, input.otherCameras ?? false);
  options.signal?.throwIfAborted();
  const frames = [...own, ...taught];
  const { reviewing } = ports.family;
  const lesson = await ports.learning.teach({
    items: { ...rowsOf(frames), opinions: Float32Array.from(frames, ({ score }) => 1 - score) },
    questions: reviewing.questions.map((question) => inColumns(question, reviewing.figureNames)),
    labels: Int8Array.from(frames, ({ label }) => label),
    asked: Int32Array.from(own.keys()).filter((item) => own[item]?.isSeen === false),
    count: input.count,
    told: reviewing.questions.map((question) =>
      Uint8Array.from(frames, ({ findings }) => (reviewing.isTold(question, findings) ? 1 : 0)),
    ),
  });
  return { session, own, frames, lesson };
}

/** What was learned, in words, and how sure each is. */
export function learnedSentences(
  { learned }: Lesson,
  { reviewing }: FrameFamily,
): { sentence: string; certainty: number }[] {
  return learned.map(({ question, answer, certainty, reviews }) => ({
    sentence: withReviews(reviewing.describe(question, toldSize(answer, reviewing.figureNames)), reviews),
    certainty,
  }));
}

/** How many reviewed frames speak for a sentence. */
function withReviews(sentence: string, reviews: number): string {
  return `${sentence.replace(/\.$/, '')} (${reviews} ${reviews === 1 ? 'frame' : 'frames'}).`;
}

/** Few enough that each is chosen by what was said of those before. */
const tellingBatch = 10;

/** The frames to look at next, as the review desk asks for them. Errors: as `learnFromReviews`. */
export async function tellingQueue(ports: ReviewPorts, reference: string, options: WorkOptions) {
  const session = findSession(ports.library, reference);
  const input = { session: session.name, count: tellingBatch };
  const { queue, advice, learned } = await learnFromReviews(ports, input, options);
  const decided = decidedItems(ports.library, session);
  const ids = new Map(decided.map(({ item }) => [item.file, item.id]));
  return {
    items: queue.flatMap(({ file }) => ids.get(file) ?? []),
    decided: decided.filter(({ standing }) => standing.person?.label != null).length,
    lesson: {
      advice,
      learned: learned.map(({ sentence }) => sentence),
      taste: tasteInForce(ports.library, session),
    },
  };
}

/** The family's question, its figures as columns. */
export function inColumns(question: NamedQuestion, names: readonly string[]): ReviewQuestion {
  const column = (name: string): number => names.indexOf(name);
  if (question.kind === 'figure') return { ...question, figure: column(question.figure) };
  return {
    ...question,
    confidences: question.confidences.map(column),
    figures: question.figures.map(column),
  };
}

function framesOf({ library, family }: ReviewPorts, session: Session): ReviewFrame[] {
  return judgedItems(library, session).flatMap(({ item, judgement, standing }): ReviewFrame[] => {
    const framed = framedItem({ library, family }, session, item, judgement);
    if (framed === null || judgement === undefined || item.contentHash === null) return [];
    const said = standing.person?.label;
    const label = said === 'contaminated' ? 1 : said === 'clean' ? 0 : -1;
    return [
      {
        ...framed,
        file: item.file,
        contentHash: item.contentHash,
        findings: new Set(judgement.findings.map(({ code }) => code)),
        score: judgement.score,
        label,
        isSeen: said != null,
        by: standing.person?.by ?? null,
      },
    ];
  });
}

/** Reviewed frames of other sessions; what is in this session too counts once. */
function taughtElsewhere(
  ports: ReviewPorts,
  session: Session,
  own: readonly ReviewFrame[],
  otherCameras: boolean,
): ReviewFrame[] {
  const cameras = new Set(own.map(({ camera }) => camera));
  const known = new Set(own.map(({ contentHash }) => contentHash));
  const taught: ReviewFrame[] = [];
  for (const other of ports.library.sessions.list()) {
    if (other.id === session.id || other.family !== session.family) continue;
    const frames = framesOf(ports, other);
    const isForeign = !frames.some(({ camera }) => cameras.has(camera));
    if (!frames.some(({ label }) => label !== -1) || (isForeign && !otherCameras)) continue;
    const seen = isForeign ? alignedFrames(ports.family, frames, own) : frames;
    for (const frame of seen) {
      if (frame.label === -1 || known.has(frame.contentHash)) continue;
      if (!isForeign && !cameras.has(frame.camera)) continue;
      known.add(frame.contentHash);
      taught.push(frame);
    }
  }
  return taught;
}

/** Features are relative to the frame's own night and hold on any camera; what stands behind them is the camera's own. */
function alignedFrames(
  { featureNames, reviewing }: FrameFamily,
  source: readonly ReviewFrame[],
  target: readonly ReviewFrame[],
): ReviewFrame[] {
  const first = featureNames.length;
  const width = reviewing.figureNames.length - first;
  const ownOf = (frames: readonly ReviewFrame[]) => rowsOf(frames, first);
  const aligned = alignedTo(ownOf(source), ownOf(target));
  return source.map((frame, index) => {
    const figures = frame.figures.slice();
    figures.set(aligned.subarray(index * width, (index + 1) * width), first);
    return { ...frame, figures };
  });
}

function adviceOf(outlook: {
  readonly enough: boolean;
  readonly left: number;
  readonly expectedError: number;
  readonly expectedGain: number;
}): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  if (outlook.left === 0) return 'Every frame of the session has been reviewed.';
  const hardly = 'more reviews would hardly change that';
  const error = percent(outlook.expectedError);
  if (outlook.left === 1)
    return `The one unreviewed frame is judged wrong with a chance of about ${error}; ${outlook.enough ? hardly : 'a review would settle it'}.`;
  const state = `About ${error} of the ${outlook.left} unreviewed frames are judged wrong`;
  if (outlook.enough) return `${state}; ${hardly}.`;
  return `${state}; more reviews can still correct up to ${percent(outlook.expectedGain)} of them.`;
}
