import { describe, expect, it } from 'vitest';
import { confirmedPattern } from '../../../main/families/frames/mosaic-check.ts';
import type { BayerPattern } from '../../../main/families/frames/record.ts';
import { seededRandom } from '../../fuzz/mutate.ts';

const skies = { R: 900, G: 1500, B: 1150 } as const;

/** A noisy mosaic with a gradient and a few bright stars. */
function mosaic(
  pattern: BayerPattern,
  width: number,
  height: number,
  levels: Record<'R' | 'G' | 'B', number>,
) {
  const random = seededRandom(5);
  const pixels = new Float32Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const colour = pattern[(y % 2) * 2 + (x % 2)] as 'R' | 'G' | 'B';
    const noise = (random() + random() + random() - 1.5) * 40;
    const star = random() < 0.002 ? 20_000 : 0;
    pixels[i] = levels[colour] * (1 + (0.1 * x) / width) + noise + star;
  }
  return pixels;
}

describe('claimed mosaics', () => {
  const patterns: readonly BayerPattern[] = ['RGGB', 'BGGR', 'GRBG', 'GBRG'];
  for (const pattern of patterns) {
    it(`${pattern} is confirmed where it is true, and turned where greens lie otherwise`, () => {
      const pixels = mosaic(pattern, 203, 150, skies);
      expect(confirmedPattern(pattern, pixels, 203, 150)).toBe(pattern);
      const wrong = `${pattern.slice(2)}${pattern.slice(0, 2)}` as BayerPattern;
      expect(confirmedPattern(wrong, pixels, 203, 150)).toBe(pattern);
    });
  }

  it('stays as claimed where the pixels cannot tell', () => {
    const grey = mosaic('RGGB', 120, 120, { R: 1000, G: 1000, B: 1000 });
    expect(confirmedPattern('GRBG', grey, 120, 120)).toBe('GRBG');
    expect(confirmedPattern('GRBG', new Float32Array(120 * 120).fill(7), 120, 120)).toBe('GRBG');
    expect(confirmedPattern('GRBG', new Float32Array(120 * 120).fill(Number.NaN), 120, 120)).toBe('GRBG');
    expect(confirmedPattern('GRBG', mosaic('RGGB', 8, 8, skies), 8, 8)).toBe('GRBG');
    // Greens that differ a little, as in real converters, do not turn a pattern whose red and blue differ.
    const uneven = mosaic('RGGB', 120, 120, skies).map((value, i) =>
      Math.floor(i / 120) % 2 ? value : value + 15,
    );
    expect(confirmedPattern('RGGB', uneven, 120, 120)).toBe('RGGB');
  });
});
