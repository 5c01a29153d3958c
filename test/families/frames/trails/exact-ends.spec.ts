import { describe, expect, it } from 'vitest';
import { exactExtent } from '../../../../main/families/frames/trails/exact-ends.ts';
import { findTrails } from '../../../../main/families/frames/trails/find-trails.ts';
import { addField, addTrail, noiseScene, normal, sceneInput, seeded } from './scene.ts';

const fwhm = 3;
const length = 400;
/** Inverse variance of a step's amplitude where the whole profile is seen. */
const whole = 0.75 * fwhm;

/** Steps of a line of this brightness, lit from 100.3 to 300.6 through a blur that is nearly linear. */
function steps(brightness: number, seed: number, hidden: (t: number) => boolean = () => false) {
  const random = seeded(seed);
  const share = (distance: number): number => Math.min(1, Math.max(0, 0.5 + distance / fwhm));
  const value = Float32Array.from(
    { length },
    (_, t) => brightness * share(t - 100.3) * share(300.6 - t) + normal(random) / Math.sqrt(whole),
  );
  const weight = Float32Array.from({ length }, (_, t) => (hidden(t) ? 0 : whole));
  return { length, value, weight };
}

const runs = [{ from: 97, to: 299, gain: 1000 }];

/** Root mean square of the errors of both ends over some seeds, steps. */
function error(brightness: number): number {
  let sum = 0;
  const seeds = 25;
  for (let seed = 1; seed <= seeds; seed++) {
    const { from, to } = exactExtent(steps(brightness, seed), runs, fwhm);
    sum += (from - 100.3) ** 2 + (to - 300.6) ** 2;
  }
  return Math.sqrt(sum / (2 * seeds));
}

describe('exactExtent', () => {
  it('places ends to a fraction of a pixel, the brighter the better', () => {
    expect(error(12)).toBeLessThan(0.25);
    expect(error(3)).toBeLessThan(0.8);
    expect(error(1.5)).toBeLessThan(1.6);
  });

  it('takes the middle of a gap that hides the end', () => {
    const { to } = exactExtent(
      steps(8, 3, (t) => t >= 292 && t <= 309),
      runs,
      fwhm,
    );
    expect(Math.abs(to - 300.5)).toBeLessThan(2);
  });

  it('leaves an end on the border', () => {
    const line = steps(8, 4);
    const cut = { length: 250, value: line.value.subarray(0, 250), weight: line.weight.subarray(0, 250) };
    expect(exactExtent(cut, [{ from: 100, to: 250, gain: 1000 }], fwhm).to).toBe(249);
  });
});

describe('findTrails', () => {
  it.each([
    [2, 2],
    [10, 1],
  ])('places the ends of a trail of %f sigma inside the frame within %f px on the whole', (snr, most) => {
    let sum = 0;
    const seeds = 4;
    for (let seed = 1; seed <= seeds; seed++) {
      const scene = noiseScene(640, 480, 20 * seed);
      addField(scene, 200);
      const width = 3;
      const truth = { x1: 90, y1: 110 + 30 * seed, x2: 540, y2: 380 - 20 * seed };
      addTrail(scene, { ...truth, width, snr });
      const [found] = findTrails(sceneInput(scene));
      // this trail's light falls to one half only so far beyond its ends
      const share = width / 2 / Math.hypot(truth.x2 - truth.x1, truth.y2 - truth.y1);
      const [dx, dy] = [share * (truth.x2 - truth.x1), share * (truth.y2 - truth.y1)];
      const half = { x1: truth.x1 - dx, y1: truth.y1 - dy, x2: truth.x2 + dx, y2: truth.y2 + dy };
      for (const [x, y] of [
        [half.x1, half.y1],
        [half.x2, half.y2],
      ] as const)
        sum += Math.min((found.x1 - x) ** 2 + (found.y1 - y) ** 2, (found.x2 - x) ** 2 + (found.y2 - y) ** 2);
    }
    expect(Math.sqrt(sum / (2 * seeds))).toBeLessThan(most);
  });
});
