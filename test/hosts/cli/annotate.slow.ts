import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { nightsift, temporaryFolder, writeNight } from './small-night.ts';

const place = temporaryFolder();
afterAll(() => place.remove());

describe('scan --annotate', () => {
  test('draws a picture of each frame, and none among the frames; expressions choose', async () => {
    const night = path.join(place.folder, 'night');
    const files = [...writeNight(night, { seed: 8, frames: 4 }).keys()].sort();
    const library = path.join(place.folder, 'library');
    const into = path.join(place.folder, 'pictures');
    const ended = await nightsift(['scan', night, '--annotate', into], { library });
    expect([ended.code, ended.errors]).toEqual([0, expect.stringContaining(`4 pictures in ${into}`)]);
    expect(readdirSync(into).sort()).toEqual(files.map((file) => `${file}.png`));
    for (const file of files) {
      const { width = 0, height = 0, channels } = await sharp(path.join(into, `${file}.png`)).metadata();
      expect(channels).toBe(3);
      expect([240, 480]).toContain(width); // a mosaic becomes colour at half the size
      expect(height).toBeGreaterThan(0.75 * width);
    }
    const approve = 'score >= 0.7 && fwhm < 2 * median(fwhm)';
    const shown = await nightsift(['sessions', 'show', 'night', '--approve', approve, '--weight', 'snr'], {
      library,
    });
    expect([shown.code, shown.output]).toEqual([0, expect.stringMatching(/^\d of 4 frames approved\n/)]);
    const wrong = await nightsift(['sessions', 'show', 'night', '--approve', 'fwhm <'], { library });
    expect(wrong.code).toBe(2);
    const inside = await nightsift(['scan', night, '--annotate', path.join(night, 'pictures')], { library });
    expect([inside.code, inside.errors]).toEqual([2, expect.stringContaining('folder of the frames')]);
    expect(existsSync(path.join(night, 'pictures'))).toBe(false);
  });
});
