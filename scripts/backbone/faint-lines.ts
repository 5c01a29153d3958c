/**
 * Simulated nights for the body of `faint-lines`: every frame as it is, and with lines laid over it that are about as faint
 * as can be found. A line is added to the residuals in which lines are looked for, so one rendered frame serves many times.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { decodeFrame } from '../../main/families/frames/decode-frame.ts';
import { measureFrame } from '../../main/families/frames/measure-frame.ts';
import type { FrameRecord } from '../../main/families/frames/record.ts';
import { decodeRecord, encodeRecord } from '../../main/families/frames/record-codec.ts';
import { residualsOf } from '../../main/families/frames/residual-pixels.ts';
import {
  encodeFrame,
  type FrameTruth,
  type NightKind,
  type NightRecipe,
  planNight,
  renderFrame,
} from '../../main/families/frames/simulate/index.ts';
import type { TrailTruth } from '../../main/families/frames/simulate/night.ts';
import { planSatellite } from '../../main/families/frames/simulate/plan-trails.ts';
import { Random } from '../../main/families/frames/simulate/random.ts';
import {
  type FoundLines,
  findLines,
  type TrailSearchInput,
} from '../../main/families/frames/trails/find-trails.ts';
import { bytesSource } from '../../main/formats/byte-source.ts';
import { nightName } from './nights.ts';

type KnownTruth = Pick<FrameTruth, 'file' | 'kind' | 'kinds' | 'trails'>;

/** What the search found once a line had been laid over the frame. */
export interface CrossedFrame {
  readonly line: TrailTruth;
  readonly found: FoundLines;
}

export interface SearchedFrame {
  readonly truth: KnownTruth;
  readonly record: FrameRecord;
  readonly crossed: readonly CrossedFrame[];
}

/** Lines laid over a frame, one at a time, and their matched signal to noise. */
const linesOfFrame = 6;
const leastMatch = 6;
const mostMatch = 15;

const kindsInTurn: readonly NightKind[] = [
  'hard',
  'streaks',
  'hard',
  'special',
  'hard',
  'clean',
  'hard',
  'standard',
];
const sizes = [
  [800, 608],
  [960, 704],
  [720, 720],
  [896, 640],
  [1024, 768],
] as const;

/** Nights of as many cameras, none of which is met again. */
export function lineNights(count: number): NightRecipe[] {
  return Array.from({ length: count }, (_, night) => {
    const [width, height] = sizes[night % sizes.length]!;
    const kind = kindsInTurn[night % kindsInTurn.length]!;
    return { seed: 72_001 + night, kind, frameCount: 24, width, height, encodings: 'mixed' };
  });
}

interface StoredFrame extends Omit<SearchedFrame, 'record'> {
  readonly record: Uint8Array;
}

/** The readable frames of a night, from the folder or simulated and searched first. */
export async function searchedNight(folder: string, recipe: NightRecipe): Promise<SearchedFrame[]> {
  const file = join(folder, `${nightName(recipe)}.lines`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.part`, serialize(await searched(recipe)));
    renameSync(`${file}.part`, file);
  }
  const stored = deserialize(readFileSync(file)) as StoredFrame[];
  return stored.map((frame) => ({ ...frame, record: decodeRecord(frame.record) }));
}

async function searched(recipe: NightRecipe): Promise<StoredFrame[]> {
  const night = planNight(recipe);
  const frames: StoredFrame[] = [];
  for (const { index } of night.frames) {
    const rendered = renderFrame(night, index);
    const { file, kind, kinds, trails } = rendered.truth;
    const random = new Random(recipe.seed, index);
    const crossed: CrossedFrame[] = [];
    const searchTrails = (input: TrailSearchInput): FoundLines => {
      const found = findLines(input);
      if (trails.length === 0) crossed.push(...crossings(input, random));
      return found;
    };
    try {
      const image = await decodeFrame(bytesSource(encodeFrame(rendered), file));
      const record = encodeRecord(measureFrame(image, file, { searchTrails }));
      frames.push({ truth: { file, kind, kinds, trails }, record, crossed });
    } catch {
      // a refused file teaches nothing
    }
  }
  return frames;
}

function crossings(input: TrailSearchInput, random: Random): CrossedFrame[] {
  const { width, height, fwhm } = input;
  const plain = new Float32Array(width * height);
  input.pixels.copy(0, 0, width, height, plain);
  return Array.from({ length: linesOfFrame }, () => {
    const { x1, y1, x2, y2, widthFactor } = planSatellite(random, { width, height }, 1);
    const lineWidth = fwhm * widthFactor;
    const match = leastMatch * (mostMatch / leastMatch) ** random.uniform();
    // of a line of that length and width: see docs/guide/trails.md
    const snrPerPixel = match / Math.sqrt(0.75 * lineWidth * Math.hypot(x2 - x1, y2 - y1));
    const line = { x1, y1, x2, y2, width: lineWidth, snrPerPixel };
    const pixels = residualsOf(width, height, withLine(plain, width, height, line));
    return { line, found: findLines({ ...input, pixels }) };
  });
}

/** The residuals with a line of Gaussian cross profile. */
function withLine(plain: Float32Array, width: number, height: number, line: TrailTruth): Float32Array {
  const values = plain.slice();
  const length = Math.hypot(line.x2 - line.x1, line.y2 - line.y1);
  const [dx, dy] = [(line.x2 - line.x1) / length, (line.y2 - line.y1) / length];
  const reach = 1.6 * line.width + 1;
  const [top, bottom] = [Math.min(line.y1, line.y2) - reach, Math.max(line.y1, line.y2) + reach];
  for (let y = Math.max(0, Math.floor(top)); y <= Math.min(height - 1, bottom); y++) {
    for (let x = 0; x < width; x++) {
      const across = (x - line.x1) * dy - (y - line.y1) * dx;
      if (Math.abs(across) > reach) continue;
      const along = (x - line.x1) * dx + (y - line.y1) * dy;
      if (along < -0.5 || along > length + 0.5) continue;
      values[y * width + x]! += line.snrPerPixel * Math.exp(-4 * Math.LN2 * (across / line.width) ** 2);
    }
  }
  return values;
}
