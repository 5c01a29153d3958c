/**
 * Simulated nights for the backbone of frames: which ones, and their measured records kept on disk, so that
 * judging and training can be repeated without rendering anything again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { decodeFrame } from '../../main/families/frames/decode-frame.ts';
import { measureFrame } from '../../main/families/frames/measure-frame.ts';
import type { FrameRecord } from '../../main/families/frames/record.ts';
import { decodeRecord, encodeRecord } from '../../main/families/frames/record-codec.ts';
import {
  encodeFrame,
  type FrameTruth,
  type NightKind,
  type NightRecipe,
  planNight,
  renderFrame,
} from '../../main/families/frames/simulate/index.ts';
import { noLines } from '../../main/families/frames/trails/find-trails.ts';
import { bytesSource } from '../../main/formats/byte-source.ts';

/** What is kept of the truth of a frame. */
export type KnownTruth = Pick<FrameTruth, 'file' | 'kind' | 'kinds' | 'strength'>;

export interface SimulatedFrame {
  readonly truth: KnownTruth;
  /** Null where the file could not be read. */
  readonly record: FrameRecord | null;
}

/** Frame sizes in turn, so that nothing is learned of one sensor's shape. */
const sizes = [
  [1024, 768],
  [1280, 960],
  [960, 960],
  [1200, 800],
] as const;

/** Kinds of night in turn: half of them hard, because that is where rules err. */
const kindsInTurn: readonly NightKind[] = [
  'hard',
  'standard',
  'hard',
  'special',
  'hard',
  'streaks',
  'hard',
  'hard',
  'clean',
  'hard',
];

/** Nights of as many cameras, none of which is met again. */
export function teachingNights(count: number): NightRecipe[] {
  return Array.from({ length: count }, (_, night) => {
    const [width, height] = sizes[night % sizes.length]!;
    const kind = kindsInTurn[night % kindsInTurn.length]!;
    return { seed: 70_001 + night, kind, frameCount: 48, width, height, encodings: 'mixed' };
  });
}

/** Hard nights of one camera: the first ones to review, the others to be judged by. */
export function cameraNights(camera: number, count: number): NightRecipe[] {
  return Array.from({ length: count }, (_, night) => ({
    seed: 90_001 + 100 * camera + night,
    kind: 'hard',
    frameCount: 120,
    width: 1024,
    height: 768,
    encodings: 'plain',
    cameraSeed: 500 + camera,
  }));
}

export function nightName({ kind, seed, frameCount }: NightRecipe): string {
  return `${kind}-${seed}-${frameCount}`;
}

interface StoredFrame {
  readonly truth: KnownTruth;
  readonly record: Uint8Array | null;
}

export interface MeasureChoice {
  /** Looking for trails takes most of the time and changes no picture; false for nights that only teach by pictures. */
  readonly trails: boolean;
}

/** A night from the folder, measured first where it is not there yet. */
export async function measuredNight(
  folder: string,
  recipe: NightRecipe,
  choice: MeasureChoice,
): Promise<readonly SimulatedFrame[]> {
  const file = join(folder, `${nightName(recipe)}.night`);
  if (!existsSync(file)) await measureInto(folder, file, recipe, choice);
  const stored = deserialize(readFileSync(file)) as StoredFrame[];
  return stored.map(({ truth, record }) => ({ truth, record: record && decodeRecord(record) }));
}

async function measureInto(
  folder: string,
  file: string,
  recipe: NightRecipe,
  choice: MeasureChoice,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const night = planNight(recipe);
  const frames: StoredFrame[] = [];
  for (const { index } of night.frames) {
    const rendered = renderFrame(night, index);
    const { file: name, kind, kinds, strength } = rendered.truth;
    const bytes = encodeFrame(rendered);
    frames.push({
      truth: { file: name, kind, kinds, strength },
      record: await recordOf(bytes, name, choice),
    });
  }
  writeFileSync(`${file}.part`, serialize(frames));
  renameSync(`${file}.part`, file);
}

async function recordOf(
  bytes: Uint8Array,
  file: string,
  { trails }: MeasureChoice,
): Promise<Uint8Array | null> {
  try {
    const image = await decodeFrame(bytesSource(bytes, file));
    return encodeRecord(measureFrame(image, file, trails ? {} : { searchTrails: () => noLines }));
  } catch {
    return null; // a refused file teaches nothing
  }
}
