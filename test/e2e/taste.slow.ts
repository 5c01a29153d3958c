/** An observer who keeps trails, from the review desk's buttons to what frames are called, and back; by keyboard. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScannedFrame } from '../../contract/scan-report.ts';
import { simulatedFolder } from './simulated-folder.ts';
import { missingForWorkbench, openWorkbench, type Workbench } from './workbench.ts';

if (missingForWorkbench.length > 0) console.log(`Skipped: ${missingForWorkbench.join(', ')}.`);

describe.skipIf(missingForWorkbench.length > 0)('a taste at the review desk', () => {
  let bench: Workbench;
  let folder: string;
  let session: string;
  /** A frame that the judge rejects for a trail alone and that nobody labelled. */
  let crossed: string;

  const framesNow = async (): Promise<readonly ScannedFrame[]> =>
    (await bench.client('sessions.show', { session })).report.frames;
  const crossedNow = async () => (await framesNow()).find(({ file }) => file === crossed);
  const hasTrailOnly = ({ findings }: ScannedFrame): boolean =>
    findings.length > 0 && findings.every(({ code }) => code === 'trail');
  const desk = () => bench.page.getByTestId('review-lesson');
  const press = async (name: string) => {
    await bench.page.getByRole('button', { name, exact: true }).focus();
    await bench.page.keyboard.press('Enter');
  };

  beforeAll(async () => {
    folder = simulatedFolder({ frames: 36, seed: 6, width: 400, height: 300 });
    bench = await openWorkbench();
    bench.page.setDefaultTimeout(20_000);
    const { job } = await bench.client('scan.start', { paths: [folder], workers: 2 });
    const { report, session: scanned } = await bench.finished('scan.start', job);
    session = scanned.name;
    const read = report.frames.filter(({ status, label }) => status === 'ok' && label !== 'review');
    const last = read.filter((frame) => hasTrailOnly(frame) && frame.label === 'contaminated').at(-1);
    crossed = last?.file ?? '';
    const labels = read
      .filter(({ file }) => file !== crossed)
      .map((frame) => ({
        file: frame.file,
        label: hasTrailOnly(frame) ? 'clean' : (frame.label ?? 'clean'),
      }));
    await bench.client('labels.set', { session, labels, by: 'ada' });
  });
  afterAll(async () => {
    await bench?.close();
    if (folder !== undefined) rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  test('Apply judges the camera by what was learned, and says so', async () => {
    expect(await crossedNow()).toMatchObject({ label: 'contaminated', labelledBy: 'prefilter' });
    await bench.page.evaluate(`location.hash = '#/review/${encodeURIComponent(session)}'`);
    await bench.page.getByLabel('Queue').selectOption('telling');
    await desk().getByText('You keep frames with trails').waitFor();
    expect(await bench.page.getByRole('button', { name: 'Forget', exact: true }).count()).toBe(0);
    await press('Apply to this camera');
    await bench.page
      .getByText(/^Taste 1 holds for this camera: [1-9]\d* labels? changed in 1 session\.$/)
      .waitFor();
    await desk().getByText('Taste 1 is in force for this camera.').waitFor();
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('review-taste');
    const now = await crossedNow();
    expect(now).toMatchObject({ label: 'clean', labelledBy: 'prefilter' });
    expect(now?.opinions).toContainEqual(
      expect.objectContaining({
        by: 'prefilter+taste-1',
        reason: expect.stringMatching(/^this observer keeps (some )?frames with trails.* \(taste 1\)$/),
      }),
    );
  });

  test('Forget calls every frame what it was', async () => {
    await press('Forget');
    await bench.page.getByText(/^Judged as before: [1-9]\d* labels? changed in 1 session\.$/).waitFor();
    await bench.page.getByRole('button', { name: 'Forget', exact: true }).waitFor({ state: 'detached' });
    expect(await desk().textContent()).not.toContain('in force');
    expect(await crossedNow()).toMatchObject({ label: 'contaminated', labelledBy: 'prefilter' });
    // software WebGL tells how slow it is
    expect(bench.faults.filter((fault) => !fault.includes('GL Driver Message'))).toEqual([]);
  });
});
