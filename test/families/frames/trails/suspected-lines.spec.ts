import { describe, expect, it } from 'vitest';
import { findLines, noLines } from '../../../../main/families/frames/trails/find-trails.ts';
import {
  stripAcross,
  stripAlong,
  stripFigureCount,
  stripFigures,
} from '../../../../main/families/frames/trails/strip-figures.ts';
import { addField, addTrail, noiseScene, normal, sceneInput, seeded } from './scene.ts';

const truth = { x1: 0, y1: 100, x2: 799, y2: 480 };
const slope = (truth.y2 - truth.y1) / (truth.x2 - truth.x1);

/** Noise of a strip with `light` (sigmas) added to the line's columns of each part. */
function strip(light: (part: number) => number, column = stripAcross / 2): number[] {
  const random = seeded(8);
  const cells = Float32Array.from({ length: stripAlong * stripAcross }, () => normal(random));
  for (let part = 0; part < stripAlong; part++)
    for (let u = -1; u <= 1; u++) cells[part * stripAcross + column + u]! += light(part);
  return stripFigures(cells);
}

describe('figures of a strip', () => {
  const none = strip(() => 0);
  const line = strip(() => 1.2);

  it('tell an even line in the middle from noise, a line beside it and a lump', () => {
    expect(none).toHaveLength(stripFigureCount);
    expect(line[0]! - none[0]!).toBeGreaterThan(0.7);
    expect(line[4]!).toBeGreaterThan(0.4);
    const beside = strip(() => 1.2, 7);
    expect(beside[1]!).toBeGreaterThan(beside[0]!);
    const lump = strip((part) => (part === 3 ? 16 * 1.2 : 0));
    expect(Math.abs(lump[0]! - line[0]!)).toBeLessThan(0.1);
    expect(lump[7]!).toBeLessThan(0.3);
    expect(line[7]!).toBeGreaterThan(0.7);
  });
});

describe('suspected lines', () => {
  function suspectedWith(snr: number | null) {
    const scene = noiseScene(800, 600, 31);
    addField(scene, 300);
    if (snr !== null) addTrail(scene, { ...truth, width: 3, snr });
    return findLines(sceneInput(scene));
  }

  it('hold a line too faint to be a trail first, at its place', () => {
    const { trails, suspected } = suspectedWith(0.2);
    expect(trails).toEqual([]);
    const [x1, y1, x2, y2] = suspected.ends;
    for (const [x, y] of [
      [x1!, y1!],
      [x2!, y2!],
    ] as const)
      expect(Math.abs(y - truth.y1 - slope * (x - truth.x1)) * Math.cos(Math.atan(slope))).toBeLessThan(3);
    expect(suspected.figures[0]).toBe(1);
    // the matched signal to noise in eighths, of about 0.2 * sqrt(0.75 * 3 * 885) = 8.9
    expect(suspected.figures[2]! * 8).toBeGreaterThan(6.5);
    expect(suspected.figures.every((value) => Math.abs(value) <= 5)).toBe(true);
  });

  it('are as strong as chance where there is none', () => {
    const { suspected } = suspectedWith(null);
    const width = suspected.figures.length / suspected.count;
    for (let line = 0; line < suspected.count; line++)
      expect(suspected.figures[line * width + 2]! * 8).toBeLessThan(8);
  });

  it('are all 0 in a frame that is too small to look for lines in', () => {
    const { suspected } = findLines(sceneInput(noiseScene(40, 40, 1)));
    expect(suspected).toEqual(noLines.suspected);
    expect(suspected.figures.every((value) => value === 0)).toBe(true);
  });
});
