/** The screens of learning on a scanned night, by keyboard, in the system's Chromium. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulatedFolder } from './simulated-folder.ts';
import { missingForWorkbench, openWorkbench, violationsOf, type Workbench } from './workbench.ts';

if (missingForWorkbench.length > 0) console.log(`Skipped: ${missingForWorkbench.join(', ')}.`);

describe.skipIf(missingForWorkbench.length > 0)('the screens of learning', () => {
  let bench: Workbench;
  let page: Page;
  let folder: string;
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });
  const until = (text: string | RegExp, timeout = 15_000) =>
    page.getByText(text).first().waitFor({ timeout });
  /** Points are drawn, not only there. */
  const curvesGrow = async () => {
    await expect
      .poll(async () => Number(await page.locator('canvas').first().getAttribute('data-points')), {
        timeout: 60_000,
      })
      .toBeGreaterThan(4);
  };
  /** Presses a button without a mouse: it takes the focus, then Enter. */
  const press = async (name: string | RegExp) => {
    const button = page.getByRole('button', { name, exact: typeof name === 'string' }).first();
    await button.focus();
    await page.keyboard.press('Enter');
  };

  beforeAll(async () => {
    folder = simulatedFolder({ frames: 28, seed: 5, width: 400, height: 300 });
    bench = await openWorkbench();
    ({ page } = bench);
    page.setDefaultTimeout(15_000);
    const { job } = await bench.client('scan.start', { paths: [folder], workers: 2 });
    const { report, session } = await bench.finished('scan.start', job);
    // A person agrees with the judge on every other frame, and decides the doubtful ones.
    const labels = report.frames
      .filter(({ status }, index) => status === 'ok' && index % 2 === 0)
      .map(({ file, label, score }) => ({
        file,
        label: label === 'review' ? ((score ?? 0) >= 0.5 ? 'clean' : 'contaminated') : (label ?? 'clean'),
      }));
    await bench.client('labels.set', { session: session.name, labels, by: 'ada' });
  });
  afterAll(async () => {
    await bench?.close();
    if (folder !== undefined) rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  test('say what to do where there is nothing yet', async () => {
    for (const [key, name, word] of [
      ['Alt+7', 'Data sets', 'No data set yet'],
      ['Alt+9', 'Runs', 'No runs yet'],
      ['Alt+0', 'Models', 'No model yet'],
    ] as const) {
      await page.keyboard.press(key);
      await heading(name).waitFor();
      await until(word);
      expect(await bench.accessibilityProblems()).toEqual([]);
    }
  });

  test('make a data set, look at it, verify it', async () => {
    await page.keyboard.press('Alt+7');
    await press('Make one from sessions');
    await page.getByRole('dialog').waitFor();
    expect(await bench.accessibilityProblems()).toEqual([]);
    await press('Make it');

    await until('Splits and classes');
    await press('Verify');
    await until(/All \d+ files are there and hold what was labelled/);
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('data-sets');
    await page.getByLabel('of', { exact: true }).selectOption('embeddings');
    await page.getByLabel('groups').fill('2');
    await press('Draw');
    await page.getByRole('img', { name: /^Map of \d+ items by t-SNE: .*clean/ }).waitFor();
    await page.getByLabel('colours', { exact: true }).selectOption('group');
    await page.getByRole('img', { name: /group 2/ }).waitFor();
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('data-set-map');
  });

  test('a problem goes with the screen that it belongs to', async () => {
    await page.route('**/datasets.verify', (route) => route.abort());
    await press('Verify');
    const problem = page.locator('.toast.problem');
    await problem.waitFor();
    await bench.picture('problem');
    await page.unroute('**/datasets.verify');
    bench.faults.length = 0; // the browser tells of the request that was stopped
    await page.waitForTimeout(2100); // long enough to be read
    await page.keyboard.press('Alt+9');
    await heading('Runs').waitFor();
    expect(await problem.count()).toBe(0);
    await page.goBack();
    await until('Splits and classes');
  });

  test('train on it, with curves as it goes', async () => {
    await page.getByRole('link', { name: 'Train on it' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'New training' }).waitFor();
    await page.getByLabel('Name of the model').fill('first');
    await page.getByText('Settings of the recipe').click();
    await page.getByLabel('epochs', { exact: true }).fill('12');
    expect(await bench.accessibilityProblems()).toEqual([]);
    await page.getByLabel('Name of the model').press('Enter');
    await curvesGrow();
    await page.getByText('What was taken for what').waitFor({ timeout: 60_000 });
    expect(page.url()).toMatch(/#\/training\/run-/);
    expect(
      await page.getByRole('img', { name: /^loss\. train\/loss: last .*validation\/loss: last/ }).count(),
    ).toBe(1);
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('training');
  });

  test('a cell of the confusion table opens its frames', async () => {
    await press(/^All labelled frames/);
    await press(/^[1-9]\d* frames? labelled/);
    const frames = page.getByRole('region', { name: 'Frames of the chosen cell' }).getByRole('link');
    expect(await frames.count()).toBeGreaterThan(0);
    expect(await frames.first().getAttribute('href')).toMatch(/^#\/view\/.+\/\d+$/);
    await frames.first().locator('img').waitFor();
    expect(await bench.accessibilityProblems()).toEqual([]);
  });

  test('pause a long training, go on with it after leaving, pause again', async () => {
    await press('New training');
    await page.getByLabel('Name of the model').fill('second');
    await page.getByText('Settings of the recipe').click();
    await page.getByLabel('epochs', { exact: true }).fill('1000');
    await press('Start training');
    await curvesGrow();
    await bench.picture('training-live');
    await press('Pause');
    await page.getByRole('button', { name: 'Go on', exact: true }).waitFor({ timeout: 60_000 });
    const address = page.url();
    await page.keyboard.press('Alt+9');
    await heading('Runs').waitFor();
    await page.goto(address);
    await press('Go on');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await curvesGrow();
    await press('Pause');
    await page.getByRole('button', { name: 'Go on', exact: true }).waitFor({ timeout: 60_000 });
    expect(page.url()).toBe(address);
  });

  test('find, open and compare runs', async () => {
    await page.keyboard.press('Alt+9');
    await heading('Runs').waitFor();
    await page.getByLabel('Search runs').fill('second');
    await until('second');
    expect(await page.getByRole('row').count()).toBe(2); // the heading and one run
    await page.getByLabel('Search runs').fill('');
    await page.getByRole('table', { name: 'Runs' }).focus();
    await page.keyboard.press('ArrowDown');
    await until('Made with');
    await bench.picture('run');
    await page.keyboard.press('v');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('v');
    await until('2 runs side by side');
    const settings = page.getByRole('group', { name: 'Settings' });
    await settings.getByRole('rowheader', { name: 'epochs' }).waitFor();
    expect(await settings.getByRole('rowheader', { name: 'seed' }).count()).toBe(0); // it is the same
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('runs-compared');
  });

  test('watch a study, its trials and where the best lies', async () => {
    await page.evaluate("location.hash = '#/runs/studies'");
    await until('No studies yet');
    const [dataSet] = await bench.client('datasets.list', {});
    const { job } = await bench.client('tune.start', {
      dataSet: `${dataSet!.name}@${dataSet!.version}`,
      recipe: 'mlp',
      parameters: { epochs: 9 },
      space: [
        { name: 'learningRate', from: 0.0003, to: 0.03, scale: 'log' },
        { name: 'width', values: [16, 64] },
      ],
      trials: 9,
      folds: 2,
      train: false,
    });
    const { study } = await bench.finished('tune.start', job);
    await page.reload();
    await page.getByRole('table', { name: 'Studies' }).focus();
    await page.keyboard.press('ArrowDown');
    await until(`Best: trial ${study.best}`);
    const trials = page.getByRole('group', { name: 'Trials' });
    expect(await trials.getByRole('row').count()).toBe(10); // the heading and nine trials
    expect(await trials.getByText('★ best').count()).toBe(1);
    expect(await page.getByRole('img', { name: /^macroF1 against learningRate, 9 trials/ }).count()).toBe(1);
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('study');
  });

  test('promote with a reason, see it in the history, take the file along', async () => {
    await page.keyboard.press('Alt+0');
    await until('first@1');
    await press('Stage…');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('try it on last week');
    await page.keyboard.press('Enter');
    await until('first@1 is in staging.');
    expect((await bench.client('models.show', { model: 'first@staging' })).model.version).toBe(1);
    await press('Promote…');
    await page.getByRole('dialog').waitFor();
    expect(await bench.accessibilityProblems()).toEqual([]);
    await page.keyboard.type('good enough for the autumn');
    await page.keyboard.press('Enter');
    await until(/good enough for the autumn/);
    const { model } = await bench.client('models.show', { model: 'first@production' });
    expect([model.stage, model.version]).toEqual(['production', 1]);
    const [download] = await Promise.all([page.waitForEvent('download'), press('ONNX')]);
    expect(download.suggestedFilename()).toBe('first-1.onnx');
    expect(await bench.accessibilityProblems()).toEqual([]);
    await bench.picture('models');
  });

  test('lineage leads from the model to run, data set and frames', async () => {
    const lineage = page.getByRole('list', { name: /Lineage/ });
    await lineage.getByRole('link', { name: /data set/ }).focus();
    await page.keyboard.press('Enter');
    await heading('Data sets').waitFor();
    await until('Splits and classes');
    await page.goBack();
    await lineage.getByRole('link', { name: /run/ }).focus();
    await page.keyboard.press('Enter');
    await heading('Runs').waitFor();
  });

  test('fit a narrow window', async () => {
    await page.setViewportSize({ width: 700, height: 800 });
    for (const screen of ['datasets', 'training', 'runs', 'runs/studies', 'models']) {
      await page.evaluate(`location.hash = '#/${screen}'`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(700);
      await bench.picture(`${screen.replace('/', '-')}-narrow`);
    }
  });

  test('without one fault of the page or violation of its policy', async () => {
    expect(bench.faults).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);
  });
});
