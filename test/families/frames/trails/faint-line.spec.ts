import { describe, expect, it } from 'vitest';
import { evenLight } from '../../../../main/families/frames/trails/faint-line.ts';
import { findLines } from '../../../../main/families/frames/trails/find-trails.ts';
import { addField, addTrail, noiseScene, normal, sceneInput, seeded } from './scene.ts';

const [width, height] = [300, 200];
const piece = { x1: 10, y1: 40, x2: 290, y2: 150 };

/** Noise, with `more` added where the piece runs, by the share of it that is behind. */
function map(more: (along: number) => number) {
  const random = seeded(5);
  const data = Float32Array.from({ length: width * height }, () => normal(random));
  for (let step = 0; step <= 280; step++) {
    const y = Math.round(piece.y1 + ((piece.y2 - piece.y1) * step) / 280);
    data[y * width + piece.x1 + step]! += more(step / 280);
  }
  return { width, height, data, blocked: new Uint8Array(width * height) };
}

describe('light along a piece', () => {
  it('is about a sigma for noise and grows with an even line', () => {
    const [none, faint, brighter] = [0, 0.5, 1].map((more) =>
      evenLight(
        map(() => more),
        piece,
      ),
    );
    expect(Math.abs(none!)).toBeLessThan(3);
    expect(faint! - none!).toBeGreaterThan(5);
    expect(brighter!).toBeGreaterThan(faint!);
  });

  it('does not count what lies in one place', () => {
    const lump = map((along) => (along > 0.5 && along < 0.6 ? 5 : 0));
    expect(evenLight(lump, piece)).toBeLessThan(3.5);
  });

  it('is none where most is blocked', () => {
    const hidden = map(() => 1);
    hidden.blocked.fill(1, 0, 130 * width);
    expect(evenLight(hidden, piece)).toBe(0);
  });
});

describe('a line too faint to be a trail', () => {
  const truth = { x1: 0, y1: 100, x2: 799, y2: 480 };

  it('is remembered where it lies, and stands above the best of an empty sky', () => {
    for (let seed = 1; seed <= 3; seed++) {
      const scene = noiseScene(800, 600, 30 + seed);
      addField(scene, 300);
      expect(findLines(sceneInput(scene)).faintLine?.strength ?? 0).toBeLessThan(5.2);
      addTrail(scene, { ...truth, width: 3, snr: 0.2 });
      const { trails, faintLine } = findLines(sceneInput(scene));
      expect(trails).toEqual([]);
      expect(faintLine!.strength).toBeGreaterThan(5.2);
      const slope = (truth.y2 - truth.y1) / (truth.x2 - truth.x1);
      for (const [x, y] of [
        [faintLine!.x1, faintLine!.y1],
        [faintLine!.x2, faintLine!.y2],
      ] as const) {
        expect(Math.abs(y - truth.y1 - slope * (x - truth.x1))).toBeLessThan(10);
      }
    }
  });
});
