import { describe, expect, it } from 'vitest';
import { hideSpikes } from '../../../../main/families/frames/trails/hide.ts';
import type { Raster } from '../../../../main/families/frames/trails/raster.ts';
import { maskedStar } from '../../../../main/families/frames/trails/star-mask.ts';
import type { TracedLine } from '../../../../main/families/frames/trails/trace-line.ts';

const cell = 2;
const [width, height] = [300, 200];

/** A spike of 120 px to either side of a star, as `hideSpikes` looks at it. */
const spike = {
  segment: { x1: 180, y1: 200, x2: 420, y2: 200 },
  fwhm: 3,
  level: 0,
  profile: { half: 12, mean: new Float64Array(25), noise: new Float64Array(25).fill(1) },
} as unknown as TracedLine;
const starAt = (x: number, y: number, flux: number) =>
  maskedStar({ x, y, peak: 200, fwhm: 3, flux, saturated: false });
const owner = starAt(300, 200, 1000);

/** The map after the spikes of `others`, brightest first, were hidden. */
function hiddenBy(others: readonly ReturnType<typeof starAt>[]): Raster {
  const raster = {
    width,
    height,
    data: new Float32Array(width * height),
    blocked: new Uint8Array(width * height),
  };
  hideSpikes([{ raster, cell }], spike, owner, [owner, ...others]);
  return raster;
}

const share = ({ blocked }: Raster): number =>
  blocked.reduce((sum, value) => sum + value, 0) / blocked.length;
const isHidden = ({ blocked }: Raster, x: number, y: number): boolean =>
  blocked[Math.floor(y / cell) * width + Math.floor(x / cell)] !== 0;

describe('hideSpikes', () => {
  it('hides the spikes that other bright stars must have, in both directions', () => {
    const raster = hiddenBy([starAt(120, 90, 900), starAt(450, 320, 300)]);
    for (const [x, y] of [
      [300, 200],
      [200, 90],
      [120, 200],
      [500, 320],
    ] as const)
      expect(isHidden(raster, x, y)).toBe(true);
    expect(isHidden(raster, 40, 350)).toBe(false);
  });

  it('leaves most of a field open in which every star could have them', () => {
    const others = Array.from({ length: 150 }, (_, k) => starAt((k * 83) % 600, (k * 37) % 400, 1500 - k));
    const raster = hiddenBy(others);
    expect(share(raster)).toBeLessThan(0.35);
    expect(isHidden(raster, 60, others[0]?.y ?? 0)).toBe(true);
  });
});
