import { describe, expect, it } from 'vitest';
import { pictureOfMap } from '../../../../main/families/frames/trails/picture.ts';
import type { Raster } from '../../../../main/families/frames/trails/raster.ts';
import { type TracedLine, traceLine } from '../../../../main/families/frames/trails/trace-line.ts';
import { judgeLine } from '../../../../main/families/frames/trails/verify.ts';
import { addTrail, noiseScene, sceneInput } from './scene.ts';

const trail = { x1: 120, y1: 100, x2: 420, y2: 260, width: 3, snr: 1.9 };

/** A line of 340 px traced where all but `open` px at either of its ends is hidden. */
function tracedBehindStars(open: number): { line: TracedLine; verdict: string } {
  const scene = noiseScene(560, 400, 5);
  addTrail(scene, trail);
  const map: Raster = { width: 560, height: 400, data: scene.residual, blocked: new Uint8Array(560 * 400) };
  const length = Math.hypot(trail.x2 - trail.x1, trail.y2 - trail.y1);
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      const along =
        ((x - trail.x1) * (trail.x2 - trail.x1) + (y - trail.y1) * (trail.y2 - trail.y1)) / length;
      if (along > open && along < length - open) map.blocked[y * map.width + x] = 1;
    }
  }
  const line = traceLine(pictureOfMap(map), trail, {
    half: 20,
    rounds: 3,
    likeliest: 3,
    brightness: 1.9,
    narrowest: 1,
    widest: 6,
    reach: 2,
    starFwhm: 3,
    stars: [],
    buffer: new Float32Array(41 * 800),
  });
  if (line === null) throw new Error('no line was traced');
  return { line, verdict: judgeLine(line, sceneInput(scene), map, 1) };
}

describe('a line behind stars', () => {
  it('is a trail where it is seen all along', () => {
    const { line, verdict } = tracedBehindStars(1000);
    expect(line.seen).toBeGreaterThan(320);
    expect(line.seen).toBeLessThan(360);
    expect(verdict).toBe('trail');
  });

  it('is as short as what is seen of it', () => {
    const { line, verdict } = tracedBehindStars(30);
    expect(line.fill).toBe(1);
    expect(line.seen).toBeLessThan(75);
    expect(line.significance).toBeGreaterThan(9);
    expect(verdict).toBe('faint');
  });
});
