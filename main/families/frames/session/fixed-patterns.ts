/** What sits at one place of the detector (or of the sky) all night long, and so is no event of any one frame. */
import type { FrameRecord } from '../record.ts';
import { applyTransform, type SkyTransform } from './match-stars.ts';

/** A pixel that fires in this share of the frames, and in three at least, is part of the detector. */
const fixedShare = 0.15;
const fewestRepeats = 3;

/** Spikes of each frame without those that other frames show at the same pixel; null with too few frames. */
export function newHotPixels(records: readonly FrameRecord[]): (number | null)[] {
  if (records.length < fewestRepeats) return records.map(() => null);
  const times = new Map<number, number>();
  for (const { checks, width } of records) {
    const { x, y } = checks.hotPixels;
    for (let i = 0; i < x.length; i++) {
      const key = y[i] * width + x[i];
      times.set(key, (times.get(key) ?? 0) + 1);
    }
  }
  const needed = Math.max(fewestRepeats, fixedShare * records.length);
  return records.map(({ checks, width }) => {
    const { x, y, count } = checks.hotPixels;
    let fixed = 0;
    for (let i = 0; i < x.length; i++) {
      if ((times.get(y[i] * width + x[i]) ?? 0) >= needed) fixed++;
    }
    // positions may be capped: those not kept are taken to repeat as often as the kept ones
    const share = x.length > 0 ? fixed / x.length : 0;
    return Math.max(0, count - Math.round(share * Math.max(count, x.length)));
  });
}

/** Lines of one place differ in direction by their ends' errors; more than this is another line, radians. */
const widestTurn = 0.15;
/** Ends of the shorter line lie this close to the longer one, px. */
const nearPixels = 4;
/** More other frames than this say nothing more. */
const mostRepeats = 400;

/** Ends of a line, px. */
interface Ends {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * How many other frames show a line where each line lies, on the detector or on the sky.
 * @param frames the lines of each frame
 */
export function repeatsOfLines(
  frames: readonly (readonly Ends[])[],
  transforms: readonly (SkyTransform | null)[],
): number[][] {
  const detector = frames.flatMap((ends, k) => ends.map((line, i) => lineOf(line, k, i)));
  const sky = frames.flatMap((ends, k) => {
    const transform = transforms[k];
    if (transform === null) return [];
    return ends.map((line, i) => lineOf(moved(line, transform), k, i));
  });
  const repeats = frames.map((ends) => ends.map(() => 0));
  for (const lines of [detector, sky]) {
    lines.sort((p, q) => p.angle - q.angle);
    lines.forEach((line, place) => {
      const frames = otherFramesWith(lines, place);
      repeats[line.frame][line.index] = Math.max(repeats[line.frame][line.index], frames);
    });
  }
  return repeats;
}

/** Looks both ways from a line among those sorted by direction, which is a circle of pi. */
function otherFramesWith(lines: readonly Line[], place: number): number {
  const line = lines[place];
  const frames = new Set<number>();
  for (const way of [1, -1]) {
    for (let step = 1; step < lines.length && frames.size < mostRepeats; step++) {
      const other = lines[(place + way * step + lines.length * step) % lines.length];
      const turn = Math.abs(other.angle - line.angle);
      if (Math.min(turn, Math.PI - turn) > widestTurn) break;
      if (other.frame !== line.frame && sameLine(line, other)) frames.add(other.frame);
    }
  }
  return frames.size;
}

interface Line {
  readonly frame: number;
  readonly index: number;
  /** Direction in [0, pi). */
  readonly angle: number;
  readonly length: number;
  readonly ends: readonly (readonly [number, number])[];
}

function lineOf({ x1, y1, x2, y2 }: Ends, frame: number, index: number): Line {
  const angle = ((Math.atan2(y2 - y1, x2 - x1) % Math.PI) + Math.PI) % Math.PI;
  const ends = [
    [x1, y1],
    [x2, y2],
  ] as const;
  return { frame, index, angle, length: Math.hypot(x2 - x1, y2 - y1), ends };
}

/** Both ends of the shorter line lie on the longer one, or a little beyond its ends. */
function sameLine(p: Line, q: Line): boolean {
  const [long, short] = p.length >= q.length ? [p, q] : [q, p];
  const [[x, y]] = long.ends;
  const cos = (long.ends[1][0] - x) / long.length;
  const sin = (long.ends[1][1] - y) / long.length;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const [u, v] of short.ends) {
    if (Math.abs((v - y) * cos - (u - x) * sin) > nearPixels) return false;
    const along = (u - x) * cos + (v - y) * sin;
    least = Math.min(least, along);
    most = Math.max(most, along);
  }
  return most > 0 && least < long.length;
}

function moved(line: Ends, transform: SkyTransform): Ends {
  const [x1, y1] = applyTransform(transform, line.x1, line.y1);
  const [x2, y2] = applyTransform(transform, line.x2, line.y2);
  return { x1, y1, x2, y2 };
}
