/**
 * Learning from review: after each batch of reviewed frames a small head is refitted from figures that are already
 * there, every probability is brought up to date, and the frames that would teach most come first.
 */
import type { ReviewLesson } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { alignedTo } from '../learning/coral.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import type { FrameFamily } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { judgedItems } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';
import { frameEmbeddings } from './training/frame-embeddings.ts';
import type { LearningPool } from './training/learning-pool.ts';
import { shippedPrior } from './training/shipped-prior.ts';

export interface ReviewPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly learning: LearningPool;
}

/** A frame as the head sees it. */
interface ReviewFrame {
  readonly file: string;
  readonly contentHash: string;
  readonly recordBlob: string;
  readonly camera: string | null;
  readonly features: Float32Array;
  /** P(clean) of the judge. */
  readonly score: number;
  /** 1 for contaminated, 0 for clean, -1 where no person has decided. */
  readonly label: number;
}

/** What the head learns from: the measured features, and behind them the embedding where a body is shipped. */
type SeenFrame = ReviewFrame & { readonly row: Float32Array };

/** The judge's certainty is capped, so that reviews can overrule it. */
const surestOpinion = 0.98;

export interface ReviewLearning {
  readonly session: string;
  /** Frames to propose. */
  readonly count: number;
  /** Learn from reviews of other cameras too, their figures brought to this one's by CORAL. */
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
  const session = findSession(ports.library, input.session);
  const own = await seenFrames(ports, session);
  if (own.length === 0) {
    throw new NightsiftError('notEnoughData', `Session "${session.name}" holds no judged frame.`, {
      hint: 'Scan the session again.',
    });
  }
  const taught = await taughtElsewhere(ports, session, own, input.otherCameras ?? false);
  options.signal?.throwIfAborted();
  const frames = [...own, ...taught];
  const lesson = await ports.learning.teach({
    items: headItems(frames),
    labels: Int8Array.from(frames, ({ label }) => label),
    asked: Int32Array.from(own.keys()),
    count: input.count,
    prior: shippedPrior(ports.family.featureNames, own[0]?.row.length ?? 0),
  });
  const scoreOf = (item: number): number => 1 - (lesson.probabilities[item] as number);
  const left = own.filter(({ label }) => label === -1).length;
  const { expectedError, expectedGain } = lesson.outlook;
  const enough = lesson.outlook.enough || left === 0;
  return {
    session: session.name,
    reviewed: lesson.labels,
    queue: lesson.proposals.map(({ item, worth }) => ({
      file: (own[item] as SeenFrame).file,
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

async function seenFrames(ports: ReviewPorts, session: Session): Promise<SeenFrame[]> {
  const frames = framesOf(ports, session);
  const embeddings = await frameEmbeddings(ports, frames);
  return frames.map((frame, index) => {
    const embedding = embeddings?.[index] ?? new Float32Array(0);
    return { ...frame, row: headRow(frame.features, embedding) };
  });
}

/** What a figure of an embedding counts against a measured feature, before reviews tell: many figures that each say little. */
const embeddingShare = 0.25;

/** A frame's row for the head. */
export function headRow(features: Float32Array, embedding: Float32Array): Float32Array {
  const row = new Float32Array(features.length + embedding.length);
  row.set(features);
  row.set(
    embedding.map((value) => embeddingShare * value),
    features.length,
  );
  return row;
}

function framesOf({ library, family }: ReviewPorts, session: Session): ReviewFrame[] {
  return judgedItems(library, session).flatMap(({ item, judgement, standing }): ReviewFrame[] => {
    const features = judgement?.features ?? null;
    if (item.status !== 'ok' || item.contentHash === null || features === null) return [];
    if (features.length !== family.featureNames.length) return [];
    const measured = library.measurements.find(item.contentHash, family.measurementVersion);
    if (measured?.recordBlob == null) return [];
    const said = standing.person?.label;
    const label = said === 'contaminated' ? 1 : said === 'clean' ? 0 : -1;
    return [
      {
        file: item.file,
        contentHash: item.contentHash,
        recordBlob: measured.recordBlob,
        camera: measured.header?.camera ?? null,
        features,
        score: judgement?.score ?? 0.5,
        label,
      },
    ];
  });
}

/** Reviewed frames of other sessions; what is in this session too counts once. */
async function taughtElsewhere(
  ports: ReviewPorts,
  session: Session,
  own: readonly SeenFrame[],
  otherCameras: boolean,
): Promise<SeenFrame[]> {
  const cameras = new Set(own.map(({ camera }) => camera));
  const known = new Set(own.map(({ contentHash }) => contentHash));
  const taught: SeenFrame[] = [];
  for (const other of ports.library.sessions.list()) {
    if (other.id === session.id || other.family !== session.family) continue;
    const said = framesOf(ports, other).filter(({ label }) => label !== -1);
    if (!said.some(({ camera }) => otherCameras || cameras.has(camera))) continue;
    const seen = await seenFrames(ports, other);
    const rows =
      otherCameras && !seen.some(({ camera }) => cameras.has(camera)) ? alignedRows(seen, own) : null;
    seen.forEach((frame, index) => {
      if (frame.label === -1 || known.has(frame.contentHash)) return;
      if (rows === null && !cameras.has(frame.camera)) return;
      known.add(frame.contentHash);
      taught.push(rows === null ? frame : { ...frame, row: rows[index] as Float32Array });
    });
  }
  return taught;
}

function alignedRows(source: readonly SeenFrame[], target: readonly SeenFrame[]): Float32Array[] {
  const { rows, width } = figuresOf(source);
  const aligned = alignedTo({ rows, width }, figuresOf(target));
  return source.map((_, index) => aligned.slice(index * width, (index + 1) * width));
}

function figuresOf(frames: readonly SeenFrame[]): { rows: Float32Array; width: number } {
  const width = frames[0]?.row.length ?? 0;
  const rows = new Float32Array(frames.length * width);
  frames.forEach(({ row }, index) => {
    // a figure that could not be measured counts as typical
    rows.set(
      row.map((value) => (Number.isFinite(value) ? value : 0)),
      index * width,
    );
  });
  return { rows, width };
}

function headItems(frames: readonly SeenFrame[]) {
  return {
    ...figuresOf(frames),
    opinions: Float32Array.from(frames, ({ score }) => opinionOf(score)),
  };
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
