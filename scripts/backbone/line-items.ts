/** Searched nights as what `faint-lines` learns from: single suspected lines that are trails or not. */
import type { SuspectedLines } from '../../main/families/frames/record.ts';
import type { TrailTruth } from '../../main/families/frames/simulate/night.ts';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import type { SearchedFrame } from './faint-lines.ts';

export const lineClasses = ['clean', 'contaminated'];

/** One night in four chooses the weights and calibrates. */
const isValidation = (night: number): boolean => night % 4 === 1;
/** A suspected line is a trail whose line it follows within this many px, or more for wide trails, and over this share of its length. */
const nearPixels = 5;
const nearWidths = 1.2;
const leastOverlap = 0.45;
/** Up to so many times as far off it is unclear what it is. */
const unclearTimes = 4;

interface Item {
  readonly night: number;
  readonly label: number;
}

/** 1 where a line between these ends is one of the trails, 0 where it is none, null where that is unclear. */
function shows(ends: Float32Array, trails: readonly TrailTruth[]): number | null {
  let unclear = false;
  for (const trail of trails) {
    const length = Math.hypot(trail.x2 - trail.x1, trail.y2 - trail.y1);
    const [dx, dy] = [(trail.x2 - trail.x1) / length, (trail.y2 - trail.y1) / length];
    const across = (x: number, y: number): number => Math.abs((x - trail.x1) * dy - (y - trail.y1) * dx);
    const along = (x: number, y: number): number => (x - trail.x1) * dx + (y - trail.y1) * dy;
    const [x1, y1, x2, y2] = ends as unknown as readonly [number, number, number, number];
    const [from, to] = [along(x1, y1), along(x2, y2)].sort((a, b) => a - b) as [number, number];
    const overlap = Math.min(length, to) - Math.max(0, from);
    if (overlap <= 0) continue;
    const off = Math.max(across(x1, y1), across(x2, y2));
    const near = Math.max(nearPixels, nearWidths * trail.width);
    if (off < near && overlap > leastOverlap * (to - from)) return 1;
    if (off < unclearTimes * near) unclear = true;
  }
  return unclear ? null : 0;
}

/** Every suspected line by itself, of frames as they are and of crossed ones. */
export function singleLines(nights: readonly (readonly SearchedFrame[])[]): TensorDataset {
  const items: (Item & { readonly figures: Float32Array })[] = [];
  const add = (night: number, lines: SuspectedLines, trails: readonly TrailTruth[]): void => {
    const width = lines.figures.length / lines.count;
    for (let line = 0; line < lines.count; line++) {
      const figures = lines.figures.subarray(line * width, (line + 1) * width);
      const label = shows(lines.ends.subarray(4 * line, 4 * line + 4), trails);
      if (figures[0] !== 0 && label !== null) items.push({ night, label, figures });
    }
  };
  nights.forEach((frames, night) => {
    for (const { truth, record, crossed } of frames) {
      add(night, record.lines, truth.trails);
      for (const { line, found } of crossed) add(night, found.suspected, [...truth.trails, line]);
    }
  });
  const data = joined(items.map(({ figures }) => figures));
  return { ...labelled(items), inputs: [{ name: 'lines', shape: [items[0]!.figures.length], data }] };
}

function labelled(items: readonly Item[]): Omit<TensorDataset, 'inputs'> {
  return {
    ids: items.map((_, k) => `item ${k}`),
    classes: lineClasses,
    labels: Int32Array.from(items, ({ label }) => label),
    split: Uint8Array.from(items, ({ night }) => (isValidation(night) ? 1 : 0)),
    personLabelled: new Uint8Array(items.length),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const width = parts[0]!.length;
  const whole = new Float32Array(parts.length * width);
  parts.forEach((part, place) => {
    whole.set(part, place * width);
  });
  return whole;
}
