/** Galaxies: exponential discs seen at an angle, softened by the seeing. */
import type { FramePlan, SimulatedNight, Target } from './night.ts';
import { type SkyMap, valueAt } from './sky-map.ts';

/** A disc is drawn out to this many scale lengths. */
const REACH_IN_SCALES = 8;

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly electrons: Float32Array;
}

/** Adds the target's galaxies; clouds and vignetting dim them as they dim stars. */
export function drawGalaxies(
  canvas: Canvas,
  night: SimulatedNight,
  plan: FramePlan,
  light: { readonly map: SkyMap; readonly flat: Float32Array; readonly exposure: number },
): void {
  const { galaxies } = night.targets[plan.targetIndex] as Target;
  const cos = Math.cos(plan.rotation);
  const sin = Math.sin(plan.rotation);
  // The disc's sharp centre is rounded over about half the seeing's width.
  const soft = (0.5 * plan.seeingPixels) ** 2;
  for (const galaxy of galaxies) {
    const x0 = canvas.width / 2 + plan.ditherX + cos * galaxy.x - sin * galaxy.y;
    const y0 = canvas.height / 2 + plan.ditherY + sin * galaxy.x + cos * galaxy.y;
    const ux = Math.cos(galaxy.angle + plan.rotation);
    const uy = Math.sin(galaxy.angle + plan.rotation);
    const reach = Math.ceil(REACH_IN_SCALES * galaxy.scale);
    const passes = valueAt(light.map, light.map.passes, x0, y0) * plan.transparency * light.exposure;
    for (let y = Math.max(0, Math.floor(y0) - reach); y <= Math.min(canvas.height - 1, y0 + reach); y++)
      for (let x = Math.max(0, Math.floor(x0) - reach); x <= Math.min(canvas.width - 1, x0 + reach); x++) {
        const along = (x - x0) * ux + (y - y0) * uy;
        const across = ((y - y0) * ux - (x - x0) * uy) / galaxy.axisRatio;
        const r = Math.sqrt(along * along + across * across + soft) / galaxy.scale;
        const pixel = y * canvas.width + x;
        if (r < REACH_IN_SCALES)
          canvas.electrons[pixel] += galaxy.peak * passes * Math.exp(-r) * light.flat[pixel];
      }
  }
}
