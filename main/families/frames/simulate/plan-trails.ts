/** Where the lines of satellites, aircraft and meteors run. */
import type { PlannedTrail } from './night.ts';
import type { Random } from './random.ts';

export interface FrameArea {
  readonly width: number;
  readonly height: number;
}

interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** The part of the line through (x, y) along `angle` that lies within the frame. */
function acrossFrame(area: FrameArea, x: number, y: number, angle: number): Line {
  const dx = Math.cos(angle);
  const dy = Math.sin(angle);
  let low = -Infinity;
  let high = Infinity;
  const cut = (start: number, step: number, limit: number): void => {
    if (Math.abs(step) < 1e-9) return;
    const a = -start / step;
    const b = (limit - start) / step;
    low = Math.max(low, Math.min(a, b));
    high = Math.min(high, Math.max(a, b));
  };
  cut(x, dx, area.width - 1);
  cut(y, dy, area.height - 1);
  return { x1: x + low * dx, y1: y + low * dy, x2: x + high * dx, y2: y + high * dy };
}

function shorten(line: Line, from: number, to: number): Line {
  const dx = line.x2 - line.x1;
  const dy = line.y2 - line.y1;
  return {
    x1: line.x1 + from * dx,
    y1: line.y1 + from * dy,
    x2: line.x1 + to * dx,
    y2: line.y1 + to * dy,
  };
}

const lengthOf = (line: Line): number => Math.hypot(line.x2 - line.x1, line.y2 - line.y1);

/** A random chord of the frame at least `shortest` px long. */
function randomChord(random: Random, area: FrameArea, shortest: number): Line {
  for (;;) {
    const x = random.between(0.1, 0.9) * area.width;
    const y = random.between(0.1, 0.9) * area.height;
    const line = acrossFrame(area, x, y, random.between(0, Math.PI));
    if (lengthOf(line) >= shortest) return line;
  }
}

/** A satellite: all across the frame, or beginning or ending inside it. */
export function planSatellite(random: Random, area: FrameArea, snr: number): PlannedTrail {
  const shortest = Math.min(area.width, area.height) * 0.42;
  let line = randomChord(random, area, shortest);
  if (random.chance(0.35)) {
    const share = Math.max(shortest / lengthOf(line), random.between(0.4, 0.85));
    const from = random.chance(0.25) ? random.between(0, 1 - share) : random.chance(0.5) ? 0 : 1 - share;
    line = shorten(line, from, Math.min(1, from + share));
  }
  const widthFactor = random.chance(0.75) ? random.between(0.97, 1.15) : random.between(1.15, 1.8);
  return { ...line, widthFactor, snr, dash: null, secondLine: 0, tapered: false };
}

/** Share of aircraft whose lights burn steadily. */
const STEADY_SHARE = 0.35;

/** An aircraft: two lines of lights, most of them blinking. */
export function planAircraft(random: Random, area: FrameArea, snr: number): PlannedTrail {
  const line = randomChord(random, area, Math.min(area.width, area.height) * 0.5);
  const on = random.between(14, 50);
  const widthFactor = random.between(1, 1.4);
  const dash = { on, off: on * random.between(0.6, 1.8), phase: random.uniform() };
  return {
    ...line,
    widthFactor,
    snr,
    dash: dash.phase < STEADY_SHARE ? null : dash,
    secondLine: random.between(4, 8),
    tapered: false,
  };
}

/** A meteor: shorter, swelling towards its end. */
export function planMeteor(random: Random, area: FrameArea, snr: number): PlannedTrail {
  const chord = randomChord(random, area, Math.min(area.width, area.height) * 0.5);
  const share = random.between(0.35, 0.8);
  const from = random.between(0, 1 - share);
  return {
    ...shorten(chord, from, from + share),
    widthFactor: random.between(1, 1.5),
    snr,
    dash: null,
    secondLine: 0,
    tapered: true,
  };
}
