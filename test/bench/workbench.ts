/**
 * How quick the workbench is, in Chromium against the edge host: a session of 5,000 frames, deciding, a 26-megapixel
 * frame. Each figure stands beside its bar. Software WebGL2 where there is no GPU.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openEngine } from '../../main/engine.ts';
import { openFrameRows } from '../../main/families/frames/picture/frame-rows.ts';
import { smallPicture } from '../../main/families/frames/picture/picture.ts';
import { encodeFrame, planNight, renderFrame } from '../../main/families/frames/simulate/index.ts';
import { openLocalFile } from '../../main/sources/local-file.ts';
import { freePort, serveHost } from '../e2e/serve-host.ts';
import { openBrowser, openWatchedPage } from '../e2e/watched-page.ts';
import { writeLargeSession } from './large-session.ts';

const large = 5000;
const rounds = 7;
const sensor = { width: 6248, height: 4176 } as const;

function note(what: string, value: number, unit: string, bar: number): void {
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(1);
  console.log(
    `${what.padEnd(64)} ${shown.padStart(7)} ${unit.padEnd(5)} bar ${bar} ${value <= bar ? '' : '(missed)'}`,
  );
}
const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];
const high = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)];

/** Processor time of the page's own thread since the watch began, ms: what a busy machine cannot stretch. */
async function watchPageThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const now = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const begun = await now();
  return async () => (await now()) - begun;
}

/** In the page: runs `act`, then waits until `done` holds, and says how long that took, painting included. */
function timed(page: Page, act: string, done: string): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    const begun = performance.now();
    ${act};
    const look = () => (${done}) ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun))) : requestAnimationFrame(look);
    look();
  })`) as Promise<number>;
}

const home = mkdtempSync(join(tmpdir(), 'nightsift-bench-'));
const library = join(home, 'library');
try {
  writeLargeSession(library, join(home, 'large'), large);
  writeSensorFrames(join(home, 'sensor'));
  await measureSmallPicture();
  await measureDecisions();
  await measureScreens();
} finally {
  rmSync(home, { recursive: true, force: true });
}
/** One rendered frame repeated over the sensor: real noise, real stars, a 26-megapixel file. */
function writeSensorFrames(folder: string): void {
  mkdirSync(folder);
  const night = planNight({ seed: 3, kind: 'standard', frameCount: 8, ...sensor, encodings: 'plain' });
  const bytes = encodeFrame(renderFrame(night, 0));
  for (let at = 0; at < 8; at += 1) writeFileSync(join(folder, `sensor-${at}.fits`), bytes);
}

/** What a picture thread does for one thumbnail of the sensor, the file's pages in memory. */
async function measureSmallPicture(): Promise<void> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const source = openLocalFile(join(home, 'sensor', `sensor-${round}.fits`));
    const begun = performance.now();
    smallPicture(await openFrameRows(source), 256);
    taken.push(performance.now() - begun);
    source.close();
  }
  note('a thumbnail of 26 megapixels', middle(taken), 'ms', 150);
}

/** In the engine alone: until a decision is on the disk. */
async function measureDecisions(): Promise<void> {
  const engine = await openEngine({ library });
  const { handlers } = engine;
  const columns = (await handlers['frames.rows']({ session: 'large', after: 0, limit: 60 }, {})).columns;
  const decided: number[] = [];
  for (const item of columns.item) {
    const begun = performance.now();
    await handlers['review.decide'](
      { session: 'large', id: `bench-${item}`, items: [item], label: 'clean' },
      {},
    );
    decided.push(performance.now() - begun);
  }
  note('a decision until it is on the disk, median of 60', middle(decided), 'ms', 20);
  note('the same, 95th percentile', high(decided), 'ms', 20);
  await engine.close();
}

async function measureScreens(): Promise<void> {
  const host = await serveHost({ library, home, port: await freePort() });
  const browser = await openBrowser();
  try {
    const opened: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { page, close } = await openWatchedPage(browser, host.address);
      await page.getByRole('heading', { name: 'large' }).waitFor();
      opened.push(
        await timed(
          page,
          `location.hash = '#/frames/large'`,
          `document.querySelectorAll('.cell').length > 8`,
        ),
      );
      await close();
    }
    note(`opening a session of ${large} frames`, middle(opened), 'ms', 1000);
    const { page, faults } = await openWatchedPage(browser, host.address);
    await page.evaluate(`location.hash = '#/frames/large'`);
    await page.locator('.cell').first().waitFor();
    await measureList(page);
    await measureReview(page);
    await measureSensor(page);
    const found = await faults();
    note('errors and policy violations meanwhile', found.length, '', 0);
    for (const fault of found) console.log(fault);
  } finally {
    await browser.close();
    await host.stop();
  }
}

async function measureList(page: Page): Promise<void> {
  const filtered: number[] = [];
  const chip = `[...document.querySelectorAll('.chip')].find((each) => each.textContent.startsWith('Clean'))`;
  for (let round = 0; round < rounds; round += 1) {
    const before = await page.locator('#frames-said').textContent();
    filtered.push(
      await timed(
        page,
        `${chip}.click()`,
        `document.querySelector('#frames-said').textContent !== ${JSON.stringify(before)}`,
      ),
    );
  }
  if (rounds % 2 === 1) await page.evaluate(`${chip}.click()`);
  note(`filtering ${large} frames`, middle(filtered), 'ms', 100);
  const spentSoFar = await watchPageThread(page);
  const scrolled = (await page.evaluate(`new Promise((resolve) => {
    const grid = document.querySelector('[data-testid=grid]');
    const long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((each) => each.duration))).observe({ type: 'longtask' });
    const frames = [];
    let nodes = 0;
    let last = performance.now();
    let count = 0;
    const step = () => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      grid.scrollTop += 160;
      nodes = Math.max(nodes, grid.querySelectorAll('*').length);
      if (++count < 240) requestAnimationFrame(step);
      else setTimeout(() => resolve({ long, frames, nodes }), 200);
    };
    requestAnimationFrame(step);
  })`)) as { long: number[]; frames: number[]; nodes: number };
  const spent = await spentSoFar();
  note('nodes in the grid while scrolling, at most', scrolled.nodes, '', 250);
  note('tasks over 50 ms while scrolling 240 steps', scrolled.long.length, '', 0);
  note("the page's own time for a frame of scrolling, mean", spent / scrolled.frames.length, 'ms', 16.7);
  note('a frame of scrolling, 95th percentile (software WebGL2)', high(scrolled.frames), 'ms', 16.7);
}

async function measureReview(page: Page): Promise<void> {
  await page.evaluate(`location.hash = '#/review/large'`);
  await page.locator('canvas[data-item]').waitFor();
  await page.waitForTimeout(1500);
  const painted: number[] = [];
  const spentSoFar = await watchPageThread(page);
  for (let count = 0; count < 30; count += 1) {
    const shown = await page.locator('canvas[data-item]').getAttribute('data-item');
    painted.push(
      await timed(
        page,
        `window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }))`,
        `document.querySelector('canvas[data-item]').dataset.item !== '${shown}'`,
      ),
    );
    await page.waitForTimeout(150);
  }
  note("the page's own time for a decision, mean of 30", (await spentSoFar()) / 30, 'ms', 50);
  note('the next frame after a key of review, median of 30', middle(painted), 'ms', 50);
  note('the same, 95th percentile', high(painted), 'ms', 50);
}

async function measureSensor(page: Page): Promise<void> {
  await page.evaluate(`location.hash = '#/sessions'`);
  await page.getByRole('button', { name: 'Add a folder' }).click();
  await page.getByLabel('Path of the folder').fill(join(home, 'sensor'));
  const begun = performance.now();
  await page.getByRole('button', { name: 'Scan this folder' }).click();
  await page.getByRole('list', { name: 'Frames of sensor' }).locator('img').nth(3).waitFor();
  note('four thumbnails of 26 megapixels after choosing the folder', performance.now() - begun, 'ms', 1500);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('was stopped').waitFor();
  const opened: number[] = [];
  for (let at = 0; at < 3; at += 1) {
    await page.evaluate(`location.hash = '#/frames/sensor'`);
    await page
      .locator('.cell')
      .nth(at + 4)
      .waitFor();
    const item = (await page
      .locator('.cell')
      .nth(at + 4)
      .getAttribute('id'))!.replace('frame-', '');
    opened.push(
      await timed(
        page,
        `location.hash = '#/view/sensor/${item}'`,
        `document.querySelector('canvas[data-item]')?.dataset.item === '${item}'`,
      ),
    );
  }
  note('first full view of 26 megapixels', middle(opened), 'ms', 1000);
  const look = `document.querySelector('select[aria-label=Stretch]')`;
  const stretched: number[] = [];
  for (const mode of ['linear', 'asinh', 'log', 'raw', 'auto']) {
    stretched.push(
      await timed(
        page,
        `${look}.value = '${mode}'; ${look}.dispatchEvent(new Event('change', { bubbles: true }))`,
        'true',
      ),
    );
  }
  note('a new stretch (software WebGL2)', middle(stretched), 'ms', 16);
}
