/** Lines of light: trails of satellites, aircraft and meteors, and diffraction spikes. */
import type { PlannedTrail } from './night.ts';

/** Cells per pixel of a cross profile's table. */
const CROSS_STEPS = 8;
/** Beyond this many half widths a trail's wings are left out. */
const REACH_IN_WIDTHS = 4.5;

export interface CrossProfile {
  /** Peak 1, by distance from the axis in cells of 1 / CROSS_STEPS px. */
  readonly values: Float32Array;
  /** Full width at half maximum, px. */
  readonly width: number;
}

/** Line-spread function of a Moffat profile, (1 + (d / alpha)²)^(1/2 - beta), integrated over a pixel's width. */
export function crossProfile(fwhm: number, beta: number): CrossProfile {
  const exponent = beta - 0.5;
  const alpha = fwhm / (2 * Math.sqrt(2 ** (1 / exponent) - 1));
  const cells = Math.ceil(REACH_IN_WIDTHS * fwhm * CROSS_STEPS) + CROSS_STEPS;
  const values = new Float32Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    let sum = 0;
    for (let k = -3; k <= 3; k++) sum += (1 + ((cell / CROSS_STEPS + k / 7) / alpha) ** 2) ** -exponent;
    values[cell] = sum;
  }
  const peak = values[0];
  for (let cell = 0; cell < cells; cell++) values[cell] /= peak;
  const crossing = values.findIndex((value) => value < 0.5);
  const before = values[crossing - 1];
  const width = (2 * (crossing - 1 + (before - 0.5) / (before - values[crossing]))) / CROSS_STEPS;
  return { values, width };
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly electrons: Float32Array;
}

interface LineEnds {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * Adds `peak` x cross profile x envelope along the line from end to end. `envelope` gets the distance from the
 * first end in px and may fade the line.
 */
export function drawLine(
  canvas: Canvas,
  ends: LineEnds,
  profile: CrossProfile,
  peak: number,
  envelope: (along: number, length: number) => number,
): void {
  const length = Math.hypot(ends.x2 - ends.x1, ends.y2 - ends.y1);
  const ux = (ends.x2 - ends.x1) / length;
  const uy = (ends.y2 - ends.y1) / length;
  const reach = (profile.values.length - 2) / CROSS_STEPS;
  const flat = Math.abs(ux) >= Math.abs(uy);
  const pad = reach + 2;
  const [start, stop, limit, crossLimit] = flat
    ? [Math.min(ends.x1, ends.x2), Math.max(ends.x1, ends.x2), canvas.width, canvas.height]
    : [Math.min(ends.y1, ends.y2), Math.max(ends.y1, ends.y2), canvas.height, canvas.width];
  const slope = flat ? uy / ux : ux / uy;
  const origin = flat ? ends.y1 - slope * ends.x1 : ends.x1 - slope * ends.y1;
  const crossReach = reach * Math.hypot(1, slope);
  for (let a = Math.max(0, Math.floor(start - pad)); a < Math.min(limit, Math.ceil(stop + pad)); a++) {
    const middle = origin + slope * a;
    const from = Math.max(0, Math.ceil(middle - crossReach));
    const to = Math.min(crossLimit - 1, Math.floor(middle + crossReach));
    for (let b = from; b <= to; b++) {
      const [x, y] = flat ? [a, b] : [b, a];
      const along = (x - ends.x1) * ux + (y - ends.y1) * uy;
      const off = Math.abs((x - ends.x1) * uy - (y - ends.y1) * ux) * CROSS_STEPS;
      const cell = off | 0;
      if (cell >= profile.values.length - 1) continue;
      const low = profile.values[cell];
      const value = low + (profile.values[cell + 1] - low) * (off - cell);
      canvas.electrons[y * canvas.width + x] += peak * value * envelope(along, length);
    }
  }
}

const clamp01 = (value: number): number => Math.max(0, Math.min(1, value));

/** Light along a trail: soft ends inside the frame, none at the border; dashes; the taper of a meteor. */
function trailEnvelope(trail: PlannedTrail, canvas: Canvas, fade: number): (a: number, l: number) => number {
  const atBorder = (x: number, y: number): boolean =>
    x < 1.5 || y < 1.5 || x > canvas.width - 2.5 || y > canvas.height - 2.5;
  const openStart = atBorder(trail.x1, trail.y1);
  const openEnd = atBorder(trail.x2, trail.y2);
  const { dash, tapered } = trail;
  return (along, length) => {
    let light = 1;
    if (!openStart) light *= clamp01(along / fade + 0.5);
    if (!openEnd) light *= clamp01((length - along) / fade + 0.5);
    if (dash !== null) {
      const period = dash.on + dash.off;
      const place = (((along / period + dash.phase) % 1) + 1) % 1;
      light *= place * period < dash.on ? 1 : 0.06;
    }
    if (tapered) {
      const t = clamp01(along / length);
      light *= Math.min(1, 3.2 * t ** 1.4 * (1 - t) ** 0.35 + 0.04);
    }
    return light;
  };
}

/** Draws a planned trail; `profile` is the star's line profile at the trail's width, `noise` in electrons. */
export function drawTrail(canvas: Canvas, trail: PlannedTrail, profile: CrossProfile, noise: number): void {
  const envelope = trailEnvelope(trail, canvas, profile.width);
  if (trail.secondLine === 0) {
    drawLine(canvas, trail, profile, trail.snr * noise, envelope);
    return;
  }
  const length = Math.hypot(trail.x2 - trail.x1, trail.y2 - trail.y1);
  const nx = (-(trail.y2 - trail.y1) / length) * 0.5 * trail.secondLine;
  const ny = ((trail.x2 - trail.x1) / length) * 0.5 * trail.secondLine;
  for (const side of [-1, 1]) {
    const ends = {
      x1: trail.x1 + side * nx,
      y1: trail.y1 + side * ny,
      x2: trail.x2 + side * nx,
      y2: trail.y2 + side * ny,
    };
    const share = side < 0 ? 1 : 0.7;
    drawLine(canvas, ends, profile, trail.snr * noise * share, envelope);
  }
}

/** Longest diffraction spike drawn, px. */
const LONGEST_SPIKE_PIXELS = 380;
/** Share of a star's light per px of spike beside its core, and the scale over which it falls. */
const SPIKE_SHARE = 0.0022;
const SPIKE_SCALE_PIXELS = 7;
const SPIKE_FALL = 1.9;

/** Two crossed lines through a bright star, falling off as a power of the distance. */
export function drawSpikes(
  canvas: Canvas,
  star: { readonly x: number; readonly y: number; readonly electrons: number },
  profile: CrossProfile,
  options: { readonly angle: number; readonly strength: number; readonly noise: number },
): void {
  const peak = (SPIKE_SHARE * options.strength * star.electrons) / profile.width;
  const fall = (r: number): number => (1 + r / SPIKE_SCALE_PIXELS) ** -SPIKE_FALL;
  const visible = SPIKE_SCALE_PIXELS * ((peak / (0.1 * options.noise)) ** (1 / SPIKE_FALL) - 1);
  const half = Math.min(LONGEST_SPIKE_PIXELS, visible);
  if (half < 2 * profile.width) return;
  for (const angle of [options.angle, options.angle + Math.PI / 2]) {
    const dx = half * Math.cos(angle);
    const dy = half * Math.sin(angle);
    const ends = { x1: star.x - dx, y1: star.y - dy, x2: star.x + dx, y2: star.y + dy };
    drawLine(canvas, ends, profile, peak, (along) => {
      const r = Math.abs(along - half);
      return r > half ? 0 : fall(r) * clamp01((half - r) / (0.2 * half));
    });
  }
}
