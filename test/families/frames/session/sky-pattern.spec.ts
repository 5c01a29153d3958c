import { describe, expect, it } from 'vitest';
import type { FrameRecord } from '../../../../main/families/frames/record.ts';
import { skyPatterns } from '../../../../main/families/frames/session/sky-pattern.ts';
import { planNight } from '../../../../main/families/frames/simulate/index.ts';
import { syntheticRecords } from '../synthetic-night.ts';

const night = { seed: 3, kind: 'clean', frameCount: 1, width: 640, height: 480 } as const;
const [plain] = syntheticRecords(planNight(night)) as [FrameRecord];
const { columns, rows } = plain.mesh;
const pedestal = 100;

type Light = (across: number, up: number) => number;

/** A frame whose sky has the night's vignetting and, over it, what `light` adds, relative to the sky. */
function frameWith(light: Light, frame: number): FrameRecord {
  const level = plain.mesh.level.map((_, cell) => {
    const across = ((cell % columns) + 0.5) / columns;
    const up = (Math.floor(cell / columns) + 0.5) / rows;
    const vignetting = 1 - 0.3 * ((across - 0.5) ** 2 + (up - 0.5) ** 2);
    const noise = 0.002 * Math.sin(7.1 * cell + 3.3 * frame);
    return pedestal + 1000 * vignetting * (1 + light(across, up) + noise);
  });
  return { ...plain, mesh: { ...plain.mesh, level } };
}

const dark: Light = () => 0;
const spot =
  (x: number, y: number, peak: number): Light =>
  (across, up) =>
    peak * Math.exp(-((across - x) ** 2 + (up - y) ** 2) / 0.03);
const lamp = spot(0.7, 0.4, 0.4);
const nebula = spot(0.3, 0.3, 0.3);

/** Peaks and shades of a night of fifteen frames before the flip and those of `after` behind it. */
function seenAfterFlip(after: readonly Light[], before: Light = dark) {
  const lights = [...Array.from({ length: 15 }, () => before), ...after];
  const flipped = lights.map((_, k) => k >= 15);
  const patterns = skyPatterns(lights.map(frameWith), flipped, pedestal);
  return patterns
    .slice(15)
    .map((pattern) => ({ peak: pattern?.peak ?? -1, shade: pattern?.shade.area ?? -1 }));
}

describe('the usual shape of the sky', () => {
  it('is not that of a lamp which lights most frames of a short side of the flip', () => {
    const seen = seenAfterFlip([lamp, lamp, lamp, dark, dark]);
    for (const { peak, shade } of seen.slice(0, 3)) {
      expect(peak).toBeGreaterThan(0.2);
      expect(shade).toBe(0);
    }
    for (const { peak, shade } of seen.slice(3)) {
      expect(peak).toBeLessThan(0.02);
      expect(shade).toBe(0);
    }
  });

  it('holds what belongs to one side of the flip alone', () => {
    const turned: Light = (across, up) => nebula(1 - across, 1 - up);
    const seen = seenAfterFlip([turned, turned, turned, turned, turned], nebula);
    for (const { peak, shade } of seen) {
      expect(peak).toBeLessThan(0.02);
      expect(shade).toBe(0);
    }
  });
});
