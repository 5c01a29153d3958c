/** Lays stars onto a frame from tables of the point-spread function, one table for each local width. */
import { type CrossProfile, drawSpikes } from './draw-lines.ts';
import type { FramePlan, SimulatedNight, Target } from './night.ts';
import { PHASES, type PsfShape, type PsfTable, tabulatePsf } from './psf.ts';
import { type SkyMap, valueAt } from './sky-map.ts';

/** Local widths are rounded to this share of the FWHM. */
const WIDTH_STEP = 0.005;
/** Wings are drawn down to this share of the sky's noise. */
const FAINTEST_WING = 0.04;
/** Stars brighter than this many times the full well, over their core, show spikes. */
const SPIKE_BRIGHTNESS = 0.4;
const FARTHEST_WING_PIXELS = 260;

/** A star as it lands on the detector. */
export interface PlacedStar {
  readonly x: number;
  readonly y: number;
  readonly electrons: number;
  /** Index of its local width. */
  readonly level: number;
}

interface Table extends PsfTable {
  /** Brightest value on the square ring at each distance from the centre, px. */
  readonly ring: Float32Array;
}

/** Tables of the point-spread function over a frame's field. */
export class PsfField {
  readonly shape: PsfShape;
  readonly #night: SimulatedNight;
  readonly #tables = new Map<number, Table>();

  constructor(night: SimulatedNight, shape: PsfShape) {
    this.#night = night;
    this.shape = shape;
  }

  /** Index of the local width at a place. */
  levelAt(x: number, y: number): number {
    const { width, height, optics } = this.#night;
    const u = (2 * x) / width - 1;
    const v = (2 * y) / height - 1;
    // A slow blur has many samples: its width hardly changes over the field.
    if (this.shape.defocusRadius > 2) return 0;
    const growth = 0.5 * optics.curvature * (u * u + v * v) + optics.tiltX * u + optics.tiltY * v;
    return Math.round(growth / WIDTH_STEP);
  }

  table(level: number): Table {
    const known = this.#tables.get(level);
    if (known !== undefined) return known;
    const { shape } = this;
    const seeingPixels = shape.seeingPixels * (1 + level * WIDTH_STEP);
    const blur =
      1.2 * shape.defocusRadius + shape.motionPixels / 2 + Math.hypot(shape.doubleX, shape.doubleY);
    const radius = Math.ceil(Math.max(16, Math.min(50, 6 * seeingPixels)) + blur);
    const made = tabulatePsf({ ...shape, seeingPixels }, radius);
    const table = { ...made, ring: ringMaxima(made) };
    this.#tables.set(level, table);
    return table;
  }
}

function ringMaxima(table: PsfTable): Float32Array {
  const ring = new Float32Array(table.radius + 1);
  const centre = (table.size - 1) / 2;
  for (let r = 0; r <= table.radius; r++)
    for (let k = -r; k <= r; k++)
      for (const [dx, dy] of [
        [k, r],
        [k, -r],
        [r, k],
        [-r, k],
      ] as const) {
        const value = table.values[(centre + dy * PHASES) * table.size + centre + dx * PHASES];
        if (value > ring[r]) ring[r] = value;
      }
  return ring;
}

/** Where the target's stars land, and how much of their light arrives; brightest first before clouds. */
export function placeStars(
  night: SimulatedNight,
  plan: FramePlan,
  psf: PsfField,
  light: { readonly map: SkyMap; readonly flat: Float32Array; readonly exposure: number },
): PlacedStar[] {
  const { field } = night.targets[plan.targetIndex] as Target;
  const cos = Math.cos(plan.rotation);
  const sin = Math.sin(plan.rotation);
  const margin = 60;
  const placed: PlacedStar[] = [];
  for (let i = 0; i < field.count; i++) {
    const exactX = night.width / 2 + plan.ditherX + cos * field.x[i] - sin * field.y[i];
    const exactY = night.height / 2 + plan.ditherY + sin * field.x[i] + cos * field.y[i];
    const x = Math.round(exactX * PHASES) / PHASES;
    const y = Math.round(exactY * PHASES) / PHASES;
    if (x < -margin || y < -margin || x > night.width + margin || y > night.height + margin) continue;
    const column = Math.max(0, Math.min(night.width - 1, Math.round(x)));
    const row = Math.max(0, Math.min(night.height - 1, Math.round(y)));
    const passes = valueAt(light.map, light.map.passes, x, y) * light.flat[row * night.width + column];
    const electrons = field.electrons[i] * plan.transparency * passes * light.exposure;
    if (electrons > 0) placed.push({ x, y, electrons, level: psf.levelAt(x, y) });
  }
  return placed;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly electrons: Float32Array;
}

/** Adds one star's table, cut where its wings sink below `faintest` electrons. Returns the half size used. */
function stamp(canvas: Canvas, star: PlacedStar, table: Table, faintest: number): number {
  let half = 3;
  while (half < table.radius && table.ring[half] * star.electrons > faintest) half++;
  const baseX = Math.round(star.x);
  const baseY = Math.round(star.y);
  const centre = (table.size - 1) / 2;
  const phaseX = centre + Math.round((baseX - star.x) * PHASES);
  const phaseY = centre + Math.round((baseY - star.y) * PHASES);
  const reach = Math.min(half, table.radius - 1);
  const fromX = Math.max(-reach, -baseX);
  const toX = Math.min(reach, canvas.width - 1 - baseX);
  const fromY = Math.max(-reach, -baseY);
  const toY = Math.min(reach, canvas.height - 1 - baseY);
  for (let dy = fromY; dy <= toY; dy++) {
    const tableRow = (phaseY + dy * PHASES) * table.size + phaseX;
    const row = (baseY + dy) * canvas.width + baseX;
    for (let dx = fromX; dx <= toX; dx++)
      canvas.electrons[row + dx] += star.electrons * table.values[tableRow + dx * PHASES];
  }
  return reach;
}

/** Wings of very bright stars beyond their table: the profile's power law, scaled to meet the table's edge. */
function drawWings(canvas: Canvas, star: PlacedStar, table: Table, half: number, faintest: number): void {
  const edge = table.ring[half] * star.electrons;
  const { haloShare, beta } = table.shape;
  const fall = haloShare > 0 ? 4 : 2 * beta;
  const far = Math.min(FARTHEST_WING_PIXELS, half * (edge / faintest) ** (1 / fall));
  if (far <= half + 1) return;
  const baseX = Math.round(star.x);
  const baseY = Math.round(star.y);
  const reach = Math.ceil(far);
  for (let y = Math.max(0, baseY - reach); y <= Math.min(canvas.height - 1, baseY + reach); y++)
    for (let x = Math.max(0, baseX - reach); x <= Math.min(canvas.width - 1, baseX + reach); x++) {
      if (Math.abs(x - baseX) <= half && Math.abs(y - baseY) <= half) continue;
      const r = Math.hypot(x - star.x, y - star.y);
      if (r < far) canvas.electrons[y * canvas.width + x] += edge * (half / r) ** fall;
    }
}

/** Draws every placed star, with the wings and spikes of the bright ones. `noise` is the sky's, electrons. */
export function drawStars(
  canvas: Canvas,
  night: SimulatedNight,
  stars: readonly PlacedStar[],
  psf: PsfField,
  line: { readonly profile: CrossProfile; readonly noise: number },
): void {
  const faintest = FAINTEST_WING * line.noise;
  const { optics, camera } = night;
  for (const star of stars) {
    const table = psf.table(star.level);
    const half = stamp(canvas, star, table, faintest);
    if (half >= table.radius - 1) drawWings(canvas, star, table, half, faintest);
    const bright = star.electrons * table.peak > SPIKE_BRIGHTNESS * camera.fullWellElectrons;
    if (optics.spikes > 0 && bright)
      drawSpikes(canvas, star, line.profile, {
        angle: optics.spikeAngle,
        strength: optics.spikes,
        noise: line.noise,
      });
  }
}
