import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../../main/families/frames/decode-frame.ts';
import { measureFrame } from '../../../../main/families/frames/measure-frame.ts';
import { bytesSource } from '../../../../main/formats/byte-source.ts';

const shared =
  process.env.NIGHTSIFT_SHARED_DATA ?? resolve(import.meta.dirname, '../../../../../shared/data');
const frames = join(shared, 'frames');

/** Skipped where the shared frames are absent: they are not part of the repository. */
describe.skipIf(!existsSync(frames))('trails of real frames', () => {
  const trailsOf = async (file: string) => {
    const image = await decodeFrame(bytesSource(readFileSync(join(frames, file)), file));
    return measureFrame(image, file).trails;
  };

  it('finds the one long streak of a survey frame', async () => {
    const trails = await trailsOf('astride_long.fits');
    expect(trails).toHaveLength(1);
    const [left, right] =
      trails[0].x1 < trails[0].x2
        ? [
            [trails[0].x1, trails[0].y1],
            [trails[0].x2, trails[0].y2],
          ]
        : [
            [trails[0].x2, trails[0].y2],
            [trails[0].x1, trails[0].y1],
          ];
    expect(Math.hypot(left[0] - 23, left[1] - 337)).toBeLessThan(5);
    expect(Math.hypot(right[0] - 338, right[1] - 310)).toBeLessThan(5);
    expect(trails[0].width).toBeGreaterThan(4);
    expect(trails[0].width).toBeLessThan(8);
  });

  it.each(['m13.fits', 'ap_comp.fits'])('finds none in %s', async (file) => {
    expect(await trailsOf(file)).toEqual([]);
  });
});
