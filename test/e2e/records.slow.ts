/** The screen of tables and records in a browser: what each item is, corrected and taken back by key. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
    expect(await violationsOf(page)).toEqual([]);
    expect(bench.faults).toEqual([]);
  });
});
