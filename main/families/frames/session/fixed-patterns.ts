/** What sits at one place of the detector (or of the sky) all night long, and so is no event of any one frame. */
import type { FrameRecord, TrailCandidate } from '../record.ts';
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

/** How many other frames show a line where each candidate lies, on the detector or on the sky. */
export function repeatsOfTrails(
  records: readonly FrameRecord[],
  transforms: readonly (SkyTransform | null)[],
): number[][] {
  const detector = records.flatMap((record, k) =>
    record.trails.map((trail, i) => lineOf(trail, k, i, record)),
  );
  const sky = records.flatMap((record, k) => {
    const transform = transforms[k];
    if (transform === null) return [];
    return record.trails.map((trail, i) => lineOf(movedTrail(trail, transform), k, i, record));
  });
  const repeats = records.map((record) => record.trails.map(() => 0));
  for (const lines of [detector, sky]) {
    lines.sort((p, q) => p.angle - q.angle);
    for (const line of lines) {
      const frames = new Set<number>();
      for (const other of lines)
        if (other.frame !== line.frame && sameLine(line, other)) frames.add(other.frame);
      repeats[line.frame][line.index] = Math.max(repeats[line.frame][line.index], frames.size);
    }
  }
  return repeats;
}

interface Line {
  readonly frame: number;
  readonly index: number;
  /** Normal form through the field's centre: direction in [0, pi) and signed distance, px. */
  readonly angle: number;
  readonly distance: number;
  readonly middle: number;
  readonly length: number;
  readonly diagonal: number;
}

function lineOf(trail: TrailCandidate, frame: number, index: number, record: FrameRecord): Line {
  const dx = trail.x2 - trail.x1;
  const dy = trail.y2 - trail.y1;
  const length = Math.hypot(dx, dy);
  const angle = ((Math.atan2(dy, dx) % Math.PI) + Math.PI) % Math.PI;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const x = (trail.x1 + trail.x2) / 2 - record.width / 2;
  const y = (trail.y1 + trail.y2) / 2 - record.height / 2;
  const diagonal = Math.hypot(record.width, record.height);
  return { frame, index, angle, distance: -sin * x + cos * y, middle: cos * x + sin * y, length, diagonal };
}

/** Same direction, same place: ends of the shorter within a few pixels of the longer one's line. */
function sameLine(p: Line, q: Line): boolean {
  let turn = p.angle - q.angle;
  let mirrored = 1;
  if (turn > Math.PI / 2) {
    turn -= Math.PI;
    mirrored = -1;
  } else if (turn < -Math.PI / 2) {
    turn += Math.PI;
    mirrored = -1;
  }
  const shorter = Math.min(p.length, q.length);
  if (Math.abs(turn) * (shorter / 2) > 4) return false;
  const apart = p.distance - mirrored * q.distance;
  const drift = Math.abs(Math.sin(turn)) * p.diagonal * 0.5;
  if (Math.abs(apart) > 4 + drift) return false;
  const along = Math.abs(p.middle - mirrored * q.middle);
  return along < Math.max(p.length, q.length) / 2 + shorter / 2;
}

function movedTrail(trail: TrailCandidate, transform: SkyTransform): TrailCandidate {
  const [x1, y1] = applyTransform(transform, trail.x1, trail.y1);
  const [x2, y2] = applyTransform(transform, trail.x2, trail.y2);
  return { ...trail, x1, y1, x2, y2 };
}
