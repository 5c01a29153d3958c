import { describe, expect, it } from 'vitest';
import { findTrails } from '../../../../main/families/frames/trails/find-trails.ts';
import {
  addField,
  addStar,
  addTrail,
  noiseScene,
  randomTrail,
  type SceneTrail,
  sceneInput,
} from './scene.ts';

/** Largest distance of the found ends from the true ones, either way round. */
function endError(found: { x1: number; y1: number; x2: number; y2: number }, truth: SceneTrail): number {
  const straight = Math.max(
    Math.hypot(found.x1 - truth.x1, found.y1 - truth.y1),
    Math.hypot(found.x2 - truth.x2, found.y2 - truth.y2),
  );
  const turned = Math.max(
    Math.hypot(found.x1 - truth.x2, found.y1 - truth.y2),
    Math.hypot(found.x2 - truth.x1, found.y2 - truth.y1),
  );
  return Math.min(straight, turned);
}

describe('findTrails', () => {
  it('finds nothing in noise with stars', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const scene = noiseScene(640, 480, seed);
      addField(scene, 400);
      expect(findTrails(sceneInput(scene))).toEqual([]);
    }
  });

  it.each([0.4, 0.8, 2, 8, 30])(
    'finds one trail of %f sigma across the frame, ends and brightness right',
    (snr) => {
      for (let seed = 1; seed <= 3; seed++) {
        const scene = noiseScene(800, 600, 10 * seed);
        addField(scene, 500);
        const truth = randomTrail(scene, 3, snr, 500);
        addTrail(scene, truth);
        const found = findTrails(sceneInput(scene));
        expect(found).toHaveLength(1);
        expect(endError(found[0], truth)).toBeLessThan(snr < 0.5 ? 8 : 3);
        expect(Math.abs(found[0].snr / snr - 1)).toBeLessThan(0.3);
        expect(Math.abs(found[0].width - 3)).toBeLessThan(snr < 1 ? 1.5 : 0.5);
      }
    },
  );

  it('finds a meteor that swells and dies within its track', () => {
    for (const seed of [3, 4, 5]) {
      const scene = noiseScene(800, 600, seed, 6);
      addField(scene, 200);
      const snr = (t: number): number => 12 * Math.min(1, 3.2 * t ** 1.4 * Math.max(0, 1 - t) ** 0.35);
      const truth = { x1: 250, y1: 420, x2: 420, y2: 250, width: 8, snr };
      addTrail(scene, truth);
      const found = findTrails(sceneInput(scene));
      expect(found).toHaveLength(1);
      const { x1, y1, x2, y2 } = found[0];
      expect(Math.hypot(x1 - x2, y1 - y2)).toBeGreaterThan(150);
      for (const sum of [x1 + y1, x2 + y2]) expect(Math.abs(sum - 670)).toBeLessThan(10);
    }
  });

  it('finds the dashes of an aircraft that flies in the direction of the spikes', () => {
    const scene = noiseScene(800, 600, 9);
    addField(scene, 200, 50);
    for (const [x, y] of [
      [200, 170],
      [550, 120],
    ] as const) {
      addStar(scene, { x, y, peak: 4000 });
      for (const [dx, dy] of [
        [0.96, 0.28],
        [-0.28, 0.96],
      ]) {
        const fading = (t: number): number => 400 / (1 + Math.abs(t - 0.5) * 100) ** 1.5;
        const ends = { x1: x - 150 * dx, y1: y - 150 * dy, x2: x + 150 * dx, y2: y + 150 * dy };
        addTrail(scene, { ...ends, width: 3, snr: fading });
      }
    }
    const dashes = (t: number): number => ((t * 9.3) % 1 < 0.55 ? 15 : 0);
    addTrail(scene, { x1: 0, y1: 250, x2: 799, y2: 483, width: 4, snr: dashes });
    const long = findTrails(sceneInput(scene)).filter(({ x1, x2 }) => Math.abs(x2 - x1) > 600);
    expect(long).toHaveLength(1);
  });

  it('leaves its input as it was and answers the same twice', () => {
    const scene = noiseScene(512, 400, 5);
    addTrail(scene, { x1: 20, y1: 30, x2: 490, y2: 300, width: 3, snr: 3 });
    const input = sceneInput(scene);
    const before = scene.residual.slice();
    const first = findTrails(input);
    expect(findTrails(input)).toEqual(first);
    expect(scene.residual).toEqual(before);
  });
});
