import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLibrary } from '../../main/library/open-library.ts';
import { framesFamily } from '../../main/workflows/frames.ts';
import { scan } from '../../main/workflows/scan.ts';
import { temporaryFolder } from '../library/temporary-folder.ts';
import { hashesBelow } from './fake-frames/night.ts';

const folder = resolve(process.env.NIGHTSIFT_SHARED_DATA ?? '../shared/data', 'frames');

describe.skipIf(!existsSync(folder))('real frames (skipped where ../shared/data/frames is absent)', () => {
  it('are each answered by the real family in its worker threads, and not touched', async () => {
    const before = hashesBelow(folder);
    const library = openLibrary(temporaryFolder());
    const ports = { library, family: framesFamily };
    const { report, measured } = await scan(ports, { paths: [folder] });
    const images = report.frames.filter((frame) => frame.file.endsWith('.fits'));
    expect(images.length).toBeGreaterThan(0);
    expect(measured).toBe(images.length);
    for (const frame of images) {
      expect(frame.status === 'ok' || frame.error !== undefined, frame.file).toBe(true);
      expect(frame.label, frame.file).not.toBeNull();
      expect(frame.status === 'failed' ? frame.findings[0].code : frame.measurements !== null).toBeTruthy();
    }
    for (const frame of report.frames) if (frame.status === 'skipped') expect(frame.reason).toBeTruthy();
    const again = await scan(ports, { paths: [folder] });
    expect(again).toMatchObject({ measured: 0, reused: images.length });
    expect(again.report).toEqual(report);
    library.close();
    expect(hashesBelow(folder)).toEqual(before);
  });
});
