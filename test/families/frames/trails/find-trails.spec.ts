import { describe, expect, it } from 'vitest';
import { findTrails } from '../../../../main/families/frames/trails/find-trails.ts';
import { addField, addTrail, noiseScene, randomTrail, type SceneTrail, sceneInput } from './scene.ts';

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
