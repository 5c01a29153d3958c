/** What a worker thread of the frames family does: measure one file, judge a session, read views. */

import { createHash } from 'node:crypto';
import { type ErrorRecord, toErrorRecord } from '../../../contract/error-record.ts';
import { NightsiftError, refusalCodes } from '../../../contract/errors.ts';
import type { FrameHeader, PolicyChanges, PolicyName } from '../../../contract/words.ts';
import {
  type FrameImage,
  type FrameJudgement,
  type FrameRecord,
  starFlags,
} from '../../families/frames/record.ts';
import type { ByteSource } from '../../formats/byte-source.ts';
import { joinBytes } from '../../formats/join-bytes.ts';
import type { TaskHandler } from '../../jobs/worker-side.ts';
import { blobPath, openBlobStore, readBytes } from '../../library/blobs.ts';
import { type FileState, type LocalFile, openLocalFile } from '../../sources/local-file.ts';
import { hashOnReading } from './hash-on-reading.ts';

/** What must be known of a frame before it is measured. */
export type DecodedFrame = Pick<FrameImage, 'width' | 'height' | 'header'>;

/** The family's own functions; tests bring simple ones. */
export interface FrameFunctions<Image extends DecodedFrame = FrameImage> {
  decodeFrame(source: ByteSource): Promise<Image>;
  /** May use the image up. */
  measureFrame(image: Image, file: string): FrameRecord;
  encodeRecord(record: FrameRecord): Uint8Array;
  decodeRecord(bytes: Uint8Array): FrameRecord;
  judgeSession(
    records: readonly FrameRecord[],
    options: { readonly policy: PolicyName; readonly policyChanges?: PolicyChanges },
  ): readonly FrameJudgement[];
}

export interface MeasureInput {
  readonly path: string;
  /** As it is named in reports. */
  readonly file: string;
  readonly blobsDirectory: string;
  /** Contents of this length that are measured already. */
  readonly knownContents: readonly string[];
}

interface FrameFacts {
  readonly width: number;
  readonly height: number;
  readonly header: FrameHeader;
}

export type MeasureOutput =
  | { readonly outcome: 'known'; readonly contentHash: string; readonly state: FileState }
  | (FrameFacts & {
      readonly outcome: 'measured';
      readonly contentHash: string;
      readonly state: FileState;
      readonly recordBlob: string;
    })
  | (FrameFacts & {
      readonly outcome: 'skipped';
      readonly contentHash: string;
      readonly state: FileState;
      readonly reason: string;
    })
  | {
      readonly outcome: 'refused';
      readonly contentHash: string | null;
      readonly state: FileState | null;
      readonly error: ErrorRecord;
    };

export interface JudgeInput {
  readonly blobsDirectory: string;
  readonly policy: PolicyName;
  readonly policyChanges?: PolicyChanges;
  readonly frames: readonly { readonly file: string; readonly recordBlob: string }[];
}

export interface ViewsInput {
  readonly blobsDirectory: string;
  readonly recordBlobs: readonly string[];
}

/** One square 8-bit view per record, in the order asked for, and the pieces at full resolution. */
export interface ViewsOutput {
  readonly side: number;
  readonly data: Uint8Array;
  /** [records, count, side, side] */
  readonly crops: { readonly count: number; readonly side: number; readonly data: Uint8Array };
  /** [records, figures] of suspected lines */
  readonly lines: Float32Array;
}

export interface FingerprintsInput {
  readonly blobsDirectory: string;
  readonly recordBlobs: readonly string[];
}

/** What near-duplicates share: the picture, or the places and fluxes of the brightest stars. */
export interface FrameFingerprint {
  /** SHA-256 of the view's bytes; null for a view without content, as blank frames have. */
  readonly viewHash: string | null;
  /** x, y (px) and flux of up to `fingerprintStars` unsaturated stars, brightest first. */
  readonly stars: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Enough that an accidental agreement of all of them is out of the question. */
export const fingerprintStars = 20;

/** The handlers of a frames worker, for serveTasks. */
export function frameTasks<Image extends DecodedFrame>(
  functions: FrameFunctions<Image>,
): Readonly<Record<string, TaskHandler>> {
  return {
    measure: (input) => measure(functions, input as MeasureInput),
    judge: (input) => judge(functions, input as JudgeInput),
    views: (input) => views(functions, input as ViewsInput),
    fingerprints: (input) => fingerprints(functions, input as FingerprintsInput),
  };
}

/** Refusals are answers; only failures of the library itself (a full disk) are thrown. */
async function measure<Image extends DecodedFrame>(
  functions: FrameFunctions<Image>,
  input: MeasureInput,
): Promise<MeasureOutput> {
  let source: LocalFile;
  try {
    source = openLocalFile(input.path, input.file);
  } catch (error) {
    return { outcome: 'refused', contentHash: null, state: null, error: refusalOf(error) };
  }
  try {
    return await measureOpen(functions, input, source);
  } finally {
    source.close();
  }
}

async function measureOpen<Image extends DecodedFrame>(
  functions: FrameFunctions<Image>,
  input: MeasureInput,
  source: LocalFile,
): Promise<MeasureOutput> {
  let contentHash: string | null = null;
  let state: FileState | null = null;
  let measured: { readonly contentHash: string; readonly state: FileState; readonly record: FrameRecord };
  try {
    state = source.state();
    const hashed = hashOnReading(source);
    if (input.knownContents.length > 0) {
      // Before anything else: what is known need not be decoded.
      contentHash = hashed.digest();
      if (input.knownContents.includes(contentHash)) return { outcome: 'known', contentHash, state };
    }
    const image = await functions.decodeFrame(hashed).finally(() => {
      contentHash = hashed.digest();
    });
    const read = { contentHash: hashed.digest(), state };
    const reason = calibrationReason(image.header);
    if (reason !== null) {
      const { width, height, header } = image;
      return { outcome: 'skipped', ...read, reason, width, height, header };
    }
    const record = functions.measureFrame(image, input.file);
    if (source.state().modifiedNanoseconds !== state.modifiedNanoseconds) throw changedMeanwhile(input.file);
    measured = { ...read, record };
  } catch (error) {
    return { outcome: 'refused', contentHash, state, error: refusalOf(error) };
  }
  const { record, ...read } = measured;
  const recordBlob = openBlobStore(input.blobsDirectory).put(functions.encodeRecord(record));
  const { width, height, header } = record;
  return { outcome: 'measured', ...read, recordBlob, width, height, header };
}

function changedMeanwhile(file: string): ErrorRecord {
  return {
    code: 'cannotOpen',
    message: `${file}: the file was written to while it was being read.`,
    hint: 'Scan again when the capture program has finished with it.',
  };
}

/** Why a decoded frame is left out, null for lights. */
function calibrationReason(header: FrameHeader): string | null {
  if (header.frameType === 'light' || header.frameType === 'unknown') return null;
  return header.frameType === 'master'
    ? 'a master frame, not a light frame'
    : `a calibration frame (${header.frameType}), not a light frame`;
}

/** Every refusal has a code of the closed list; a fault of our own counts as a crash of that file. */
function refusalOf(error: unknown): ErrorRecord {
  const isRecord =
    typeof error === 'object' && error !== null && !(error instanceof Error) && 'code' in error;
  const record = isRecord ? (error as ErrorRecord) : toErrorRecord(error);
  if ((refusalCodes as readonly string[]).includes(record.code)) return record;
  return { ...record, code: 'crashed', message: `Measuring failed: ${record.message}` };
}

function judge(
  functions: Pick<FrameFunctions, 'decodeRecord' | 'judgeSession'>,
  input: JudgeInput,
): readonly FrameJudgement[] {
  const damaged: string[] = [];
  const records = input.frames.flatMap(({ file, recordBlob }): FrameRecord[] => {
    try {
      const record = functions.decodeRecord(readBytes(blobPath(input.blobsDirectory, recordBlob)));
      return [{ ...record, file }]; // the same content may lie under another name than it was measured by
    } catch {
      damaged.push(recordBlob);
      return [];
    }
  });
  const { policy, policyChanges = {} } = input;
  if (damaged.length === 0) return functions.judgeSession(records, { policy, policyChanges });
  throw new NightsiftError('libraryDamaged', `${damaged.length} stored measurements cannot be read.`, {
    hint: 'The disk may be failing: run nightsift doctor.',
    details: { damaged },
  });
}

function views(functions: Pick<FrameFunctions, 'decodeRecord'>, input: ViewsInput): ViewsOutput {
  const read = input.recordBlobs.map((hash) => {
    const { view, crops, lines } = functions.decodeRecord(readBytes(blobPath(input.blobsDirectory, hash)));
    return { view, crops, lines };
  });
  const { count = 0, side: cropSide = 0 } = read[0]?.crops ?? {};
  return {
    side: read[0]?.view.width ?? 0,
    data: joinBytes(read.map(({ view }) => view.data)),
    crops: { count, side: cropSide, data: joinBytes(read.map(({ crops }) => crops.data)) },
    lines: Float32Array.from(read.flatMap(({ lines }) => [...lines.figures])),
  };
}

function fingerprints(
  functions: Pick<FrameFunctions, 'decodeRecord'>,
  input: FingerprintsInput,
): FrameFingerprint[] {
  return input.recordBlobs.map((hash) => {
    const { view, stars, width, height } = functions.decodeRecord(
      readBytes(blobPath(input.blobsDirectory, hash)),
    );
    const chosen: number[] = [];
    for (let star = 0; star < stars.count && chosen.length < fingerprintStars; star += 1) {
      if ((stars.flags[star] & starFlags.saturated) === 0) chosen.push(star);
    }
    return {
      viewHash: isEmptyView(view.data) ? null : createHash('sha256').update(view.data).digest('hex'),
      stars: Float32Array.from(chosen.flatMap((star) => [stars.x[star], stars.y[star], stars.flux[star]])),
      width,
      height,
    };
  });
}

/** Blank and burnt-out frames of any two nights look alike: that makes them no copies of each other. */
const emptyShare = 0.9;

function isEmptyView(data: Uint8Array): boolean {
  const counts = new Uint32Array(256);
  for (const value of data) counts[value] += 1;
  return Math.max(...counts) >= emptyShare * data.length;
}
