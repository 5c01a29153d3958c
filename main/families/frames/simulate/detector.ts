/** What the detector does to light: fixed hot pixels and bad columns, hits, bleeding, noise, saturation, steps. */
import type { Camera, Defect } from './night.ts';
import type { Random } from './random.ts';

/** Cosmic rays per megapixel and minute of exposure at sea level: a few. */
const RAYS_PER_MEGAPIXEL_MINUTE = 2;
const MAXIMUM_ADU = 65535;

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly electrons: Float32Array;
}

/** Adds the camera's fixed hot pixels and bad columns. */
export function addFixedDefects(canvas: Canvas, camera: Camera): void {
  for (const spot of camera.hotPixels) canvas.electrons[spot.y * canvas.width + spot.x] += spot.electrons;
  for (const column of camera.badColumns)
    for (let y = 0; y < canvas.height; y++) {
      const pixel = y * canvas.width + column.x;
      canvas.electrons[pixel] = Math.max(0, canvas.electrons[pixel] + column.electrons);
    }
}

/** One cosmic ray: a single pixel, a clump or a short straight track with sharp edges. */
function addRay(canvas: Canvas, random: Random): void {
  const energy = random.logBetween(150, 6000);
  const length = random.chance(0.5) ? 0 : random.logBetween(1, 14);
  const angle = random.between(0, 2 * Math.PI);
  const x0 = random.uniform() * canvas.width;
  const y0 = random.uniform() * canvas.height;
  const steps = Math.max(1, Math.ceil(length * 3));
  for (let step = 0; step < steps; step++) {
    const x = Math.floor(x0 + (step / 3) * Math.cos(angle));
    const y = Math.floor(y0 + (step / 3) * Math.sin(angle));
    if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) continue;
    canvas.electrons[y * canvas.width + x] += (energy / Math.sqrt(steps)) * random.between(0.5, 1.5);
  }
}

/** Adds the usual few cosmic rays, and the storms of hits that a frame's defects ask for. */
export function addHits(
  canvas: Canvas,
  random: Random,
  defects: readonly Defect[],
  exposureSeconds: number,
): void {
  const megapixels = (canvas.width * canvas.height) / 1e6;
  const usual = random.poisson((RAYS_PER_MEGAPIXEL_MINUTE * megapixels * exposureSeconds) / 60);
  for (let i = 0; i < Math.round(usual); i++) addRay(canvas, random);
  for (const defect of defects) {
    if (defect.kind === 'cosmicRayStorm') for (let i = 0; i < defect.count; i++) addRay(canvas, random);
    if (defect.kind !== 'hotPixelStorm') continue;
    for (let i = 0; i < defect.count; i++) {
      const pixel = random.below(canvas.width) + random.below(canvas.height) * canvas.width;
      canvas.electrons[pixel] += random.logBetween(300, 30000);
    }
  }
}

/** Spills charge beyond the full well up and down its column. */
export function bleed(canvas: Canvas, fullWell: number): void {
  const { width, height, electrons } = canvas;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (electrons[y * width + x] <= fullWell) continue;
      let end = y;
      let excess = 0;
      while (end < height && electrons[end * width + x] > fullWell) {
        excess += electrons[end * width + x] - fullWell;
        electrons[end * width + x] = fullWell;
        end++;
      }
      spill(canvas, x, y - 1, -1, excess / 2, fullWell);
      const last = spill(canvas, x, end, 1, excess / 2, fullWell);
      y = Math.max(end, last);
    }
  }
}

function spill(
  canvas: Canvas,
  x: number,
  from: number,
  step: number,
  charge: number,
  fullWell: number,
): number {
  let y = from;
  let left = charge;
  while (left > 0 && y >= 0 && y < canvas.height) {
    const pixel = y * canvas.width + x;
    const room = fullWell - canvas.electrons[pixel];
    const taken = Math.min(room, left);
    if (taken > 0) {
      canvas.electrons[pixel] += taken;
      left -= taken;
    }
    y += step;
  }
  return y;
}

/** Poisson and read noise, full well, gain, pedestal, rounding and the converter's range. */
export function readOut(canvas: Canvas, camera: Camera, random: Random): Uint16Array {
  const { electrons } = canvas;
  const out = new Uint16Array(electrons.length);
  const readVariance = camera.readNoiseElectrons ** 2;
  const toAdu = 1 / camera.electronsPerAdu;
  const fullWell = camera.fullWellElectrons;
  for (let pixel = 0; pixel < electrons.length; pixel++) {
    const mean = electrons[pixel];
    let value: number;
    if (mean < 24) value = random.poisson(mean) + camera.readNoiseElectrons * random.normal();
    else {
      const z = random.normal();
      const variance = mean + readVariance;
      // Cornish-Fisher: the skew that the Poisson part leaves in the sum.
      value = mean + Math.sqrt(variance) * z + ((mean / variance) * (z * z - 1)) / 6;
    }
    const adu = Math.round(Math.min(value, fullWell) * toAdu + camera.offsetAdu);
    out[pixel] = adu < 0 ? 0 : Math.min(adu, MAXIMUM_ADU);
  }
  return out;
}
