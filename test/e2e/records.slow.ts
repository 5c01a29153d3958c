/** The screen of tables and records in a browser: what each item is, corrected and taken back by key. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planNight } from '../../main/families/frames/simulate/index.ts';
import { simulateSite } from '../../main/families/telemetry/simulate-site.ts';
import { simulatedFolder } from './simulated-folder.ts';
import { missingForWorkbench, openWorkbench, violationsOf, type Workbench } from './workbench.ts';

if (missingForWorkbench.length > 0) console.log(`Skipped: ${missingForWorkbench.join(', ')}.`);

describe.skipIf(missingForWorkbench.length > 0)('tables and records in a browser', () => {
  let bench: Workbench;
  const folder = mkdtempSync(path.join(tmpdir(), 'nightsift-records-'));
  const table = path.join(folder, 'stars.csv');

  beforeAll(async () => {
    const rows = Array.from({ length: 40 }, (_, row) =>
      [
        row + 1,
        `NGC ${row * 7}`,
        (row * 0.37).toFixed(2),
        row % 2 ? 'yes' : 'no',
        `2024-01-${String((row % 28) + 1).padStart(2, '0')}`,
      ].join(','),
    );
    writeFileSync(table, `${['id,name,magnitude,isVariable,observed', ...rows].join('\n')}\n`);
    bench = await openWorkbench();
    bench.page.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await bench?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('show the columns of a table, label them by key and take that back', async () => {
    const { page, client } = bench;
    await page.keyboard.press('Alt+R');
    await page.getByText('Nothing but frames so far').waitFor();
    await bench.picture('records-empty');
    const { job } = await client('scan.start', { paths: [table], family: 'columns', session: 'stars' });
    await bench.finished('scan.start', job);
    await page.reload();
    await page.keyboard.press('Alt+R');
    await page.getByRole('heading', { name: 'stars' }).waitFor();
    await page.getByText('magnitude').first().waitFor();
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('records');
    const labels = async () => {
      const { items } = await client('items.list', { session: 'stars', limit: 100 });
      return items.map(({ label }) => label);
    };
    expect(await labels()).toEqual([null, null, null, null, null]);
    await page.keyboard.press('3');
    await expect.poll(labels).not.toEqual([null, null, null, null, null]);
    expect((await labels()).filter((label) => label !== null).length).toBe(1);
    await page.keyboard.press('Control+z');
    await expect.poll(labels).toEqual([null, null, null, null, null]);
    await page.setViewportSize({ width: 720, height: 800 });
    await bench.picture('records-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  /** Scans a file that the test wrote and opens its session. */
  const open = async (name: string, family: 'spectra' | 'telemetry', lines: readonly string[]) => {
    const { page, client } = bench;
    writeFileSync(path.join(folder, `${name}.csv`), `${lines.join('\n')}\n`);
    const { job } = await client('scan.start', {
      paths: [path.join(folder, `${name}.csv`)],
      family,
      session: name,
    });
    await bench.finished('scan.start', job);
    await page.evaluate(`location.hash = '#/sessions'`);
    await page.evaluate(`location.hash = '#/records/${name}'`);
    await page.getByRole('heading', { name }).waitFor();
  };
  const labelsOf = async (session: string) =>
    (await bench.client('items.list', { session, limit: 1000 })).items.map(({ label }) => label);

  test('draw a spectrum with its peaks, linear or logarithmic, and take a label of its own', async () => {
    const { page } = bench;
    const counts = Array.from({ length: 512 }, (_, channel) =>
      Math.round(400 * Math.exp(-channel / 120) + 3000 * Math.exp(-(((channel - 220) / 6) ** 2))),
    );
    await open('gamma', 'spectra', [
      'id,cal0,cal1,counts',
      `one,0,3,${counts.join(' ')}`,
      `two,0,3,${counts.map((count, channel) => (channel === 222 ? 9 : Math.round(count / 3))).join(' ')}`,
    ]);
    const plot = page.getByRole('img', { name: /^Spectrum one: [\d,]+ counts, peaks? at 66\d/ });
    await plot.waitFor();
    const toggle = page.getByRole('button', { name: /^Logarithmic/ });
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('t');
    expect(await toggle.getAttribute('aria-pressed')).toBe('false');
    await page.keyboard.press('Shift+B');
    await page.keyboard.press('ArrowDown');
    await page
      .getByRole('img', { name: /^Spectrum two: .* Drawn over it: one, scaled to as many counts/ })
      .waitFor();
    await bench.picture('records-compare');
    await page.keyboard.press('c');
    await page.getByRole('img', { name: /^Spectrum two: [^:]*$/ }).waitFor();
    await page.getByLabel('Another label').fill('Cs137');
    await page.keyboard.press('Enter');
    await expect.poll(() => labelsOf('gamma')).toEqual([null, 'Cs137']);
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('records-spectrum');
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    const source = page.getByLabel('Learn from');
    await source.waitFor();
    await expect.poll(() => source.inputValue()).toBe('gamma');
    const families = await bench.client('families.list', {});
    const { recipes } = families.find(({ name }) => name === 'spectra')!;
    expect(await page.getByLabel('Recipe').inputValue()).toBe(recipes[0]);
    await bench.picture('records-train');
  });

  test('draw telemetry with its score; a stretch is labelled by one key and taken back', async () => {
    const { page } = bench;
    const rows = Array.from({ length: 300 }, (_, row) => {
      const time = new Date(Date.UTC(2026, 0, 1, 0, 5 * row)).toISOString();
      return `${time},${(Math.sin(row / 9) + (row > 200 && row < 206 ? 6 : 0)).toFixed(3)}`;
    });
    await open('power', 'telemetry', ['timestamp,volts', ...rows]);
    const plot = page.getByRole('img', { name: /^power\.csv: 300 readings in lanes volts, novelty/ });
    await plot.waitFor();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 3 });
    await page.mouse.up();
    await page.getByText(/^\d+ selected$/).waitFor();
    await page.keyboard.press('x');
    const strange = async () => (await labelsOf('power')).filter((label) => label === 'anomaly').length;
    await expect.poll(strange).toBeGreaterThan(5);
    await page.getByRole('img', { name: /; 1 strange stretches/ }).waitFor();
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('records-telemetry');
    await page.keyboard.press('Control+z');
    await expect.poll(strange).toBe(0);
    await page.keyboard.press('Control+y');
    await expect.poll(strange).toBeGreaterThan(5);
  });

  test('stand beside the frames that they explain, in the night graph and in findings', async () => {
    const { page, client } = bench;
    const night = simulatedFolder({ frames: 12, seed: 9, width: 400, height: 300 });
    try {
      const { frames } = planNight({ seed: 9, kind: 'standard', frameCount: 12, width: 400, height: 300 });
      const [first, last] = [frames[0], frames.at(-1)].map((frame) => Date.parse(`${frame?.dateObs}Z`));
      const drawnOut = frames.find(({ defects }) => defects.some(({ kind }) => kind === 'elongation'));
      const gust = Date.parse(`${drawnOut?.dateObs}Z`);
      const troubles = [{ kind: 'gust', from: gust, until: gust + 100_000 } as const];
      const log = path.join(folder, 'site.csv');
      writeFileSync(log, simulateSite({ from: first - 600_000, until: last + 900_000, seed: 1, troubles }));
      const site = await client('scan.start', { paths: [log], family: 'telemetry', session: 'site' });
      await bench.finished('scan.start', site.job);
      const scanned = await client('scan.start', { paths: [night], session: 'windy' });
      const { report } = await bench.finished('scan.start', scanned.job);
      const causes = report.frames.flatMap(({ findings }) => findings.flatMap(({ cause }) => cause ?? []));
      expect(causes).toContainEqual(
        expect.stringMatching(/^wind gust \d\d:\d\d \(\d+ m\/s\), guiding \d\.\d″/),
      );
      await page.evaluate(`location.hash = '#/night/windy'`);
      await page.getByRole('img', { name: /^Night graph: .*Guiding.*Wind/ }).waitFor();
      const told = page.getByRole('button', { name: /wind gust/ });
      await told.click();
      await page.getByText(/^[1-3] frames?$/).waitFor();
      expect(await bench.accessibilityProblems()).toEqual([]);
      await bench.picture('night-site');
    } finally {
      rmSync(path.dirname(night), { recursive: true, force: true });
    }
  });

  test('without one fault of the page or violation of its policy', async () => {
    expect(await violationsOf(bench.page)).toEqual([]);
    expect(bench.faults).toEqual([]);
  });
});
