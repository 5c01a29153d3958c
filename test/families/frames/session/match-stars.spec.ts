import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyTransform,
  identityTransform,
  invertTransform,
  isFlipped,
  matchStars,
  type SkyTransform,
  starField,
} from '../../../../main/families/frames/session/match-stars.ts';
import { Random } from '../../../../main/families/frames/simulate/random.ts';

const extent = { width: 1280, height: 960 };

function field(random: Random, count: number) {
  const x = Float32Array.from({ length: count }, () => random.between(0, extent.width));
  const y = Float32Array.from({ length: count }, () => random.between(0, extent.height));
  return { x, y };
}

/** The field as another frame shows it: shifted, turned, some stars lost, some false, places jittered. */
function seenThrough(
  random: Random,
  stars: { x: Float32Array; y: Float32Array },
  transform: SkyTransform,
  lost: number,
) {
  const x: number[] = [];
  const y: number[] = [];
  stars.x.forEach((sx, i) => {
    const [px, py] = applyTransform(transform, sx, stars.y[i]);
    const inside = px > 0 && py > 0 && px < extent.width && py < extent.height;
    if (!inside || random.chance(lost)) return;
    x.push(px + 0.15 * random.normal());
    y.push(py + 0.15 * random.normal());
    if (random.chance(0.15)) {
      x.push(random.between(0, extent.width));
      y.push(random.between(0, extent.height));
    }
  });
  return starField(x, y, x.length);
}

describe('matchStars', () => {
  it('finds dither, rotation and meridian flip again', () => {
    const recipe = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      count: fc.integer({ min: 25, max: 300 }),
      dx: fc.double({ min: -60, max: 60, noNaN: true }),
      dy: fc.double({ min: -60, max: 60, noNaN: true }),
      turn: fc.double({ min: -0.004, max: 0.004, noNaN: true }),
      flip: fc.boolean(),
    });
    fc.assert(
      fc.property(recipe, ({ seed, count, dx, dy, turn, flip }) => {
        const random = new Random(seed);
        const stars = field(random, count);
        const angle = turn + (flip ? Math.PI : 0);
        const a = Math.cos(angle);
        const b = Math.sin(angle);
        const [cx, cy] = [extent.width / 2, extent.height / 2];
        const transform = { a, b, tx: cx + dx - (a * cx - b * cy), ty: cy + dy - (b * cx + a * cy) };
        const frame = seenThrough(random, stars, transform, 0.15);
        const match = matchStars(frame, starField(stars.x, stars.y, count), extent, 2.5);
        expect(match).not.toBeNull();
        expect(isFlipped(match!.transform)).toBe(flip);
        const [mx, my] = applyTransform(match!.transform, ...applyTransform(transform, cx, cy));
        expect(Math.hypot(mx - cx, my - cy)).toBeLessThan(0.6);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('refuses another field', () => {
    let accepted = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed, 5);
      const first = field(random, 40 + 6 * seed);
      const second = field(random, 40 + 6 * seed);
      const one = starField(first.x, first.y, first.x.length);
      if (matchStars(one, starField(second.x, second.y, second.x.length), extent, 2.5) !== null) accepted++;
    }
    expect(accepted).toBe(0);
  });

  it('says null rather than guess when there are hardly any stars', () => {
    const few = starField([10, 500, 900], [20, 300, 700], 3);
    expect(matchStars(few, few, extent, 2)).toBeNull();
    expect(matchStars(starField([], [], 0), few, extent, 2)).toBeNull();
  });

  it('inverts transforms', () => {
    const transform = { a: -0.999, b: 0.02, tx: 1270, ty: 950 };
    const [x, y] = applyTransform(invertTransform(transform), ...applyTransform(transform, 123, 456));
    expect(x).toBeCloseTo(123, 6);
    expect(y).toBeCloseTo(456, 6);
    expect(applyTransform(identityTransform, 3, 4)).toEqual([3, 4]);
  });
});
