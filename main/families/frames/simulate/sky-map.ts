/**
 * Smooth light and loss over a frame, kept on a coarse grid: sky with gradient, nebula, moonlight, stray light and
 * glow; the share of starlight that clouds and occlusion let through.
 */
import type { Defect, FramePlan, SimulatedNight, Target } from './night.ts';
import { Random } from './random.ts';

/** Grid pitch, px. */
export const GRID_PIXELS = 8;

export interface SkyMap {
  readonly columns: number;
  readonly rows: number;
  /** Electrons per pixel before vignetting. */
  readonly sky: Float32Array;
  /** Share of starlight that passes. */
  readonly passes: Float32Array;
}

type Light = (x: number, y: number) => number;

/** Value noise between 0 and 1 with two octaves, smooth on the scale of `patchPixels`. */
function cloudField(random: Random, patchPixels: number): Light {
  const octave = (scale: number): Light => {
    const seed = random.bits();
    const offsetX = random.between(0, 1000);
    const offsetY = random.between(0, 1000);
    const node = (i: number, j: number): number => new Random(seed, i, j).uniform();
    const cache = new Map<number, number>();
    const at = (i: number, j: number): number => {
      const key = i * 65536 + j;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const value = node(i, j);
      cache.set(key, value);
      return value;
    };
    const ease = (t: number): number => t * t * t * (t * (6 * t - 15) + 10);
    return (x, y) => {
      const u = x / scale + offsetX;
      const v = y / scale + offsetY;
      const i = Math.floor(u);
      const j = Math.floor(v);
      const s = ease(u - i);
      const t = ease(v - j);
      const low = at(i, j) * (1 - s) + at(i + 1, j) * s;
      const high = at(i, j + 1) * (1 - s) + at(i + 1, j + 1) * s;
      return low * (1 - t) + high * t;
    };
  };
  const broad = octave(patchPixels);
  const fine = octave(patchPixels * 0.42);
  return (x, y) => 0.72 * broad(x, y) + 0.28 * fine(x, y);
}

/** Loss of a patchy cloud whose mean over the frame is `meanLoss`; patches reach about twice that. */
function cloudLoss(random: Random, patch: number, meanLoss: number, night: SimulatedNight): Light {
  const field = cloudField(random, patch);
  let sum = 0;
  let lowest = 1;
  let count = 0;
  for (let y = 0; y < night.height; y += 32)
    for (let x = 0; x < night.width; x += 32) {
      const value = field(x, y);
      sum += value;
      lowest = Math.min(lowest, value);
      count++;
    }
  const floor = lowest * 0.85;
  const scale = meanLoss / (sum / count - floor);
  return (x, y) => Math.min(0.97, Math.max(0, (field(x, y) - floor) * scale));
}

function nebulaLight(plan: FramePlan, night: SimulatedNight, target: Target): Light {
  const cos = Math.cos(plan.rotation);
  const sin = Math.sin(plan.rotation);
  const clouds = target.nebula.map((part) => ({
    x: night.width / 2 + plan.ditherX + cos * part.x - sin * part.y,
    y: night.height / 2 + plan.ditherY + sin * part.x + cos * part.y,
    radius: part.radius,
    peak: part.peak,
  }));
  return (x, y) => {
    let light = 0;
    for (const part of clouds) {
      const r2 = ((x - part.x) ** 2 + (y - part.y) ** 2) / part.radius ** 2;
      if (r2 < 30) light += part.peak * Math.exp(-r2);
    }
    return light;
  };
}

/** How far a point lies inside the edge that is covered: 0 open, 1 covered. */
function coverOf(defect: Extract<Defect, { kind: 'occlusion' }>, night: SimulatedNight): Light {
  const across = defect.edge % 2 === 0 ? night.width : night.height;
  const along = defect.edge % 2 === 0 ? night.height : night.width;
  const slope = 0.18 * (defect.edge < 2 ? 1 : -1);
  return (x, y) => {
    const [u, v] = defect.edge % 2 === 0 ? [x, y] : [y, x];
    const depth = (defect.edge < 2 ? u : across - u) + slope * (v - along / 2);
    const t = (defect.share * across - depth) / defect.softPixels + 0.5;
    return Math.max(0, Math.min(1, t));
  };
}

/** Light added to the sky by one defect, as a factor of the sky; 0 for defects of another kind. */
function addedLight(defect: Defect, night: SimulatedNight): Light | null {
  const { width, height } = night;
  switch (defect.kind) {
    case 'moonlight':
    case 'dawn': {
      const slopeX = (2 * defect.gradient * Math.cos(defect.angle)) / width;
      const slopeY = (2 * defect.gradient * Math.sin(defect.angle)) / height;
      return (x, y) =>
        (defect.factor - 1) * (1 + (x - width / 2) * slopeX + (y - height / 2) * slopeY) +
        (x - width / 2) * slopeX +
        (y - height / 2) * slopeY;
    }
    case 'strayLight':
      return (x, y) =>
        defect.peak *
        Math.exp(-0.5 * (((x - defect.x) / defect.radius) ** 2 + ((y - defect.y) / defect.radius) ** 2));
    case 'cornerGlow': {
      const cornerX = defect.corner % 2 === 0 ? 0 : width;
      const cornerY = defect.corner < 2 ? 0 : height;
      return (x, y) => defect.peak * Math.exp(-Math.hypot(x - cornerX, y - cornerY) / (0.5 * defect.radius));
    }
    default:
      return null;
  }
}

interface Passing {
  readonly passes: Light;
  readonly skyChange: Light;
}

/** What clouds, veils, dew and occlusion do to starlight, and to the sky in front of it. */
function passing(plan: FramePlan, night: SimulatedNight): Passing {
  const losses: Light[] = [];
  const changes: Light[] = [];
  for (const defect of plan.defects) {
    const random = new Random(night.recipe.seed, plan.index, 0xc10d);
    if (defect.kind === 'cloud') {
      const loss = cloudLoss(random, defect.patchPixels, defect.loss, night);
      losses.push((x, y) => 1 - loss(x, y));
      changes.push((x, y) => 1 + defect.glow * loss(x, y));
    } else if (defect.kind === 'veil') {
      losses.push(() => 1 - defect.loss);
      const glow = random.between(-0.02, 0.05);
      changes.push(() => 1 + glow * defect.loss);
    } else if (defect.kind === 'dew') losses.push(() => 1 - defect.loss);
    else if (defect.kind === 'occlusion') {
      const cover = coverOf(defect, night);
      const brightness = random.between(0.25, 1.05);
      losses.push((x, y) => 1 - cover(x, y));
      changes.push((x, y) => 1 - (1 - brightness) * cover(x, y));
    }
  }
  const product =
    (parts: Light[]): Light =>
    (x, y) =>
      parts.reduce((value, part) => value * part(x, y), 1);
  return { passes: product(losses), skyChange: product(changes) };
}

/** Computes the maps of one frame; cells lie GRID_PIXELS apart and reach past the frame's far edges. */
export function mapSky(night: SimulatedNight, plan: FramePlan): SkyMap {
  const target = night.targets[plan.targetIndex] as Target;
  const columns = Math.ceil(night.width / GRID_PIXELS) + 2;
  const rows = Math.ceil(night.height / GRID_PIXELS) + 2;
  const sky = new Float32Array(columns * rows);
  const passes = new Float32Array(columns * rows);
  const nebula = nebulaLight(plan, night, target);
  const { passes: pass, skyChange } = passing(plan, night);
  const lights = plan.defects.map((defect) => addedLight(defect, night)).filter((light) => light !== null);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const x = column * GRID_PIXELS;
      const y = row * GRID_PIXELS;
      const u = (2 * x) / night.width - 1;
      const v = (2 * y) / night.height - 1;
      let factor = plan.skyFactor * (1 + plan.gradientX * u + plan.gradientY * v);
      for (const light of lights) factor += light(x, y);
      const through = pass(x, y);
      const cell = row * columns + column;
      passes[cell] = through;
      sky[cell] = target.skyElectrons * factor * skyChange(x, y) + nebula(x, y) * through * plan.transparency;
    }
  return { columns, rows, sky, passes };
}

/** A map's value between its cells. */
export function valueAt(map: SkyMap, values: Float32Array, x: number, y: number): number {
  const u = Math.max(0, Math.min(map.columns - 1.001, x / GRID_PIXELS));
  const v = Math.max(0, Math.min(map.rows - 1.001, y / GRID_PIXELS));
  const i = Math.floor(u);
  const j = Math.floor(v);
  const s = u - i;
  const t = v - j;
  const cell = j * map.columns + i;
  const low = values[cell] * (1 - s) + values[cell + 1] * s;
  const high = values[cell + map.columns] * (1 - s) + values[cell + map.columns + 1] * s;
  return low * (1 - t) + high * t;
}

/** Vignetting and dust shadows: the share of light that reaches each pixel, 1 at the centre. */
export function drawFlat(night: SimulatedNight): Float32Array {
  const { width, height, optics } = night;
  const flat = new Float32Array(width * height);
  const corner = (width * width + height * height) / 4;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const r2 = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / corner;
      flat[y * width + x] = 1 - optics.vignetting * r2 * (0.6 + 0.4 * r2);
    }
  for (const spot of optics.dust) {
    const reach = Math.ceil(spot.radius * 1.3);
    for (let y = Math.max(0, spot.y - reach); y < Math.min(height, spot.y + reach); y++)
      for (let x = Math.max(0, spot.x - reach); x < Math.min(width, spot.x + reach); x++) {
        const r = Math.hypot(x - spot.x, y - spot.y) / spot.radius;
        // A shadow of the open pupil: a disc with soft edges and a paler centre.
        const edge = Math.max(0, Math.min(1, (1.1 - r) / 0.2));
        const hole = Math.max(0, Math.min(1, (0.42 - r) / 0.2));
        flat[y * width + x] *= 1 - spot.depth * (edge - 0.7 * hole);
      }
  }
  return flat;
}
