/** The judge on small simulated nights: what every change has to keep. The bench prints the finer figures. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { JudgedFrame } from '../../bench/judge-bars.ts';
import { judgeNight } from '../../bench/judge-night.ts';
import { measuredNight } from '../../bench/judge-records.ts';
import { medianOf, shareOf } from '../../bench/judge-statistics.ts';
import { isFound, trailLines } from '../../bench/judge-trail-bars.ts';

const seeds = [101, 102];
const frameCount = 40;
const workers = 2;

describe('the judge on standard nights', () => {
  const frames: JudgedFrame[] = [];
  let clean: JudgedFrame[] = [];
  let spoiled: JudgedFrame[] = [];

  beforeAll(async () => {
    for (const seed of seeds) {
      const measured = await measuredNight({ seed, kind: 'standard', frameCount }, { workers });
      frames.push(...judgeNight(measured, 'standard', `standard-${seed}`));
    }
    clean = frames.filter(({ truth }) => truth.kind === 'clean');
    spoiled = frames.filter(({ truth }) => truth.kind !== 'clean');
  }, 600_000);

  it('answers every frame', () => {
    expect(frames.filter(({ record }) => record === null).map(({ error }) => error)).toEqual([]);
    expect(frames).toHaveLength(seeds.length * frameCount);
  });

  it('keeps clean frames, catches spoiled ones and asks about few', () => {
    expect(shareOf(clean, ({ label }) => label === 'clean')).toBeGreaterThanOrEqual(0.9);
    expect(shareOf(spoiled, ({ label }) => label !== 'clean')).toBeGreaterThanOrEqual(0.97);
    expect(shareOf(frames, ({ label }) => label === 'review')).toBeLessThanOrEqual(0.15);
  });

  it('measures width and sky', () => {
    const error = (key: 'fwhm' | 'background'): number =>
      medianOf(clean.map(({ record, truth }) => Math.abs((record?.measurements[key] ?? 0) / truth[key] - 1)));
    expect(error('fwhm')).toBeLessThanOrEqual(0.05);
    expect(error('background')).toBeLessThanOrEqual(0.001);
  });

  it('finds trails of three sigma per pixel and few where none are', () => {
    const trails = frames.flatMap((frame) => frame.truth.trails.map((trail) => ({ frame, trail })));
    const bright = trails.filter(({ trail }) => trail.snrPerPixel >= 3);
    expect(bright.length).toBeGreaterThan(3);
    expect(shareOf(bright, ({ frame, trail }) => isFound(frame, trail))).toBeGreaterThanOrEqual(0.9);
    expect(shareOf(clean, (frame) => trailLines(frame).length > 0)).toBeLessThanOrEqual(0.04);
  });
});
