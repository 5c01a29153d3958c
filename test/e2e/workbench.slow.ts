import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumProgram } from './chromium.ts';
import { freePort, pagesAreBuilt, type ServedHost, serveHost } from './serve-host.ts';
import { simulatedFolder } from './simulated-folder.ts';
import {
  focusByTab,
  leaveField,
  openBrowser,
  openWatchedPage,
  picture,
  type WatchedPage,
} from './watched-page.ts';

const frames = 18;
const canRun = chromiumProgram() !== null && pagesAreBuilt();
if (!canRun)
  console.log('Skipped: the walk through the workbench needs Chromium and built screens (npm run build).');

/** A loaded machine takes its time. */
function eventually<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 20_000 });
}

describe.skipIf(!canRun)('the workbench in a browser', () => {
  let home: string;
  let night: string;
  let port: number;
  let host: ServedHost;
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    night = simulatedFolder({ frames, seed: 5 });
    home = path.dirname(night);
    port = await freePort();
    host = await serveHost({ library: path.join(home, 'library'), home, port });
    browser = await openBrowser();
    watched = await openWatchedPage(browser, host.address);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    if (home !== undefined) rmSync(home, { recursive: true, force: true });
  });

  const session = 'night-5';
  const isFlawless = async () => {
    expect(await watched.inaccessible()).toEqual([]);
    expect(await watched.faults()).toEqual([]);
  };

  it('takes a new person from a folder to a judged night, by keyboard', async () => {
    const { page } = watched;
    await page.getByText('Begin with a night').waitFor();
    await picture(page, 'first-run');
    await isFlawless();
    await focusByTab(page, 'Add a folder');
    await page.keyboard.press('Enter');
    await page.getByLabel('Path of the folder').waitFor();
    await eventually(() => page.getByLabel('Path of the folder').inputValue()).not.toBe('');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('/etc');
    await page.keyboard.press('Enter');
    await page.getByText('outside the folders').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(night);
    await page.keyboard.press('Enter');
    await page.getByText(`${frames} images directly in this folder`).waitFor();
    await isFlawless();
    await focusByTab(page, 'Scan this folder');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar').first().waitFor();
    await page.getByText(`${session}: ${frames} files`).waitFor({ timeout: 180_000 });
    await page.getByRole('heading', { name: session }).waitFor();
    await picture(page, 'sessions');
    await isFlawless();
  });

  it('shows the wall and the table of frames, filters them and takes decisions back', async () => {
    const { page } = watched;
    await focusByTab(page, 'Frames');
    await page.keyboard.press('Enter');
    await page.getByRole('listbox', { name: 'Frames' }).waitFor();
    await page.locator('.cell img').first().waitFor();
    expect(await page.locator('.cell').count()).toBeGreaterThan(8);
    await eventually(() => page.locator('.cell img').count()).toBeGreaterThan(11);
    await eventually(() => page.locator('.cell .awaited').count()).toBe(0);
    await picture(page, 'frames');
    await isFlawless();

    const first = page.locator('.cell').first();
    const before = (await first.getAttribute('aria-label')) ?? '';
    await page.keyboard.press('Home');
    await page.keyboard.press('x');
    await eventually(() => first.getAttribute('aria-label')).toContain('Contaminated by a person');
    await eventually(() => page.getByTestId('saved').textContent()).toBe('All decisions saved');
    await page.keyboard.press('Control+z');
    await eventually(() => first.getAttribute('aria-label')).toBe(before);
    await page.keyboard.press('Control+Shift+z');
    await eventually(() => first.getAttribute('aria-label')).toContain('Contaminated by a person');
    await page.keyboard.press('Control+z');

    await page.keyboard.press('Control+a');
    await page.keyboard.press('a');
    await page.getByText(`${frames} frames: clean.`).waitFor();
    await eventually(() => page.locator('.cell.person').count()).toBe(frames);
    await page.keyboard.press('Control+z');
    await eventually(() => page.locator('.cell.person').count()).toBe(0);

    await page.keyboard.press('/');
    await page.keyboard.type('fwhm > 0 && nonsense > 1');
    await page.getByText('does not know "nonsense"').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('score >= 0.7');
    await eventually(() => page.getByLabel('Expression').inputValue()).toBe('score >= 0.7');
    // Enter takes the text as it is, whatever was found of it while it was typed
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('.cell').count()).toBeLessThan(frames);
    expect(await page.getByText(/holds for \d+ frames?/).textContent()).not.toContain(`for ${frames} `);
    await page.keyboard.press('Escape');
    await focusByTab(page, 'Clear');
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('.cell').count()).toBe(frames);

    await page.keyboard.press('y');
    await page.getByRole('table', { name: 'Frames' }).waitFor();
    await picture(page, 'table');
    await isFlawless();
    await page.keyboard.press('y');
  });

  it('goes through the review queue with one key for each frame', async () => {
    const { page } = watched;
    await page.keyboard.press('r');
    await page.locator('canvas[data-item]').waitFor();
    await page.getByLabel('Queue').selectOption('unseen');
    await eventually(() => page.getByTestId('queue-count').textContent()).toMatch(/^\s*0 of \d+ decided/);
    await leaveField(page);
    await page.waitForTimeout(500);
    await picture(page, 'review');
    await isFlawless();
    for (const key of ['x', 'a', 'a', 'u', 'x']) {
      const shown = await page.locator('canvas[data-item]').getAttribute('data-item');
      await page.keyboard.press(key);
      await eventually(() => page.locator('canvas[data-item]').getAttribute('data-item')).not.toBe(shown);
    }
    await eventually(() => page.getByTestId('queue-count').textContent()).toContain('5 of');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await eventually(() => page.getByTestId('queue-count').textContent()).toContain('3 of');
    await page.keyboard.press('Control+y');
    await eventually(() => page.getByTestId('queue-count').textContent()).toContain('4 of');
    await page.keyboard.press('m');
    await page.getByText('Hidden, so that it does not sway you.').waitFor();
    await page.keyboard.press('m');
  });

  it('names the most telling frames after what was said so far', async () => {
    const { page } = watched;
    await page.getByLabel('Queue').selectOption('telling');
    await page.getByTestId('review-lesson').getByText('unreviewed frames are judged wrong').waitFor();
    await eventually(() => page.getByTestId('queue-count').textContent()).toMatch(/^\s*0 of \d+ decided/);
    await leaveField(page);
    await isFlawless();
    const left = async (): Promise<number> =>
      Number(
        /of the (\d+) unreviewed/.exec((await page.getByTestId('review-lesson').textContent()) ?? '')?.[1],
      );
    const before = await left();
    await page.keyboard.press('a');
    await eventually(left).toBe(before - 1);
    await page.waitForTimeout(300);
    await picture(page, 'review-telling');
    await page.keyboard.press('Control+z');
    await eventually(left).toBe(before);
  });

  it('compares a blind second look with the first', async () => {
    const { page } = watched;
    await page.getByLabel('Queue').selectOption('blind');
    await page.getByText('which is hidden').waitFor();
    await leaveField(page);
    expect(await page.getByLabel('Evidence').textContent()).not.toContain('score');
    for (let answered = 0; answered < 4; answered += 1) await page.keyboard.press('x');
    await page.getByText('4 frames with two answers').waitFor();
    await isFlawless();
  });

  it('looks closer: stretch, overlays, zoom, header, blink, two frames side by side', async () => {
    const { page } = watched;
    await page.keyboard.press('g');
    await page.getByRole('listbox', { name: 'Frames' }).waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    const canvas = page.locator('canvas[data-item]').first();
    await canvas.waitFor();
    expect(await canvas.getAttribute('data-painter')).toBe('webgl2');
    await page.keyboard.press('s');
    await page.keyboard.press('t');
    await eventually(() => page.getByLabel('Stretch', { exact: true }).inputValue()).toBe('linear');
    for (let count = 0; count < 4; count += 1) await page.keyboard.press('t');
    await page.keyboard.press('z');
    await eventually(() => canvas.getAttribute('aria-label')).toContain('100 % zoom');
    await page.keyboard.press('z');
    await page.keyboard.press('h');
    await page.getByLabel('Search the header').fill('EXPTIME');
    await eventually(() => page.getByLabel('Header cards').locator('tr').count()).toBe(1);
    await leaveField(page);
    await page.keyboard.press('h');
    await page.keyboard.press('Shift+B');
    const marked = await canvas.getAttribute('data-item');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('c');
    await page.locator('canvas[data-item]').nth(1).waitFor();
    expect(await page.locator('canvas[data-item]').nth(1).getAttribute('data-item')).toBe(marked);
    await page.waitForTimeout(400);
    await picture(page, 'compare');
    await isFlawless();
    await page.keyboard.press('c');
    const shown = new Set<string | null>();
    await page.keyboard.press('Space');
    await eventually(async () => shown.add(await canvas.getAttribute('data-item')).size).toBeGreaterThan(3);
    await page.keyboard.press('Space');
    await page.getByLabel('Filmstrip').waitFor();
    await picture(page, 'viewer');
    await isFlawless();
  });

  it('decides from the night graph', async () => {
    const { page } = watched;
    await page.keyboard.press('n');
    await page.getByLabel('FWHM at most').fill('0.5');
    await page.getByRole('button', { name: /Reject \d+ beyond/ }).waitFor();
    await expect
      .poll(() => page.getByRole('button', { name: /Reject \d+ beyond/ }).textContent())
      .not.toContain('Reject 0');
    await page
      .getByRole('combobox', { name: 'Approval' })
      .fill('fwhm < 100 && starCount > 0.1 * median(starCount)');
    await page.getByText(/approves \d+ frames/).waitFor();
    await page.getByRole('combobox', { name: 'Weight', exact: true }).fill('snr / fwhm');
    await page.getByText(/weighs \d+ frames/).waitFor();
    await leaveField(page);
    await page.waitForTimeout(300);
    await picture(page, 'night');
    await isFlawless();
    await page.keyboard.press('Shift+R');
    const box = (await page.getByRole('img', { name: /^Night graph/ }).boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 10, box.y + 90, { steps: 4 });
    await page.mouse.up();
    await page
      .getByText(/^\d+ frames$/)
      .first()
      .waitFor();
    await page.getByRole('combobox', { name: 'Weight', exact: true }).fill('');
    await page.getByRole('combobox', { name: 'Approval' }).fill('');
  });

  it('leaves with a list and with sorted files, which can be taken back', async () => {
    const { page } = watched;
    await leaveField(page);
    await page.keyboard.press('Alt+6');
    await page.getByRole('heading', { name: 'Take a list' }).waitFor();
    await picture(page, 'results');
    const waiting = page.waitForEvent('download');
    await focusByTab(page, 'Download Everything (CSV)');
    await page.keyboard.press('Enter');
    const lines = readFileSync(await (await waiting).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines[0]).toContain('file,label,labelled_by,score');
    expect(lines).toHaveLength(frames + 1);
    expect(lines.filter((line) => line.includes(',person,'))).toHaveLength(4);
    await page.getByLabel('Folder to sort into').fill(path.join(home, 'sorted'));
    await page.keyboard.press('Enter');
    await page.getByText(`${frames} files would be copied`).waitFor();
    await isFlawless();
    await focusByTab(page, `Copy ${frames} files`);
    await page.keyboard.press('Enter');
    await page.getByText(`${frames} of ${frames}`).waitFor();
    await focusByTab(page, 'Undo');
    await page.keyboard.press('Enter');
    await page.getByText(`${frames} files taken back.`).waitFor();
    await isFlawless();
  });

  it('lets keys, red light and the table of keys be found and changed', async () => {
    const { page } = watched;
    await page.keyboard.press('Control+,');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await picture(page, 'settings');
    await isFlawless();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await picture(page, 'keys');
    await isFlawless();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+L');
    await eventually(() => page.evaluate('document.documentElement.dataset.theme')).toBe('red');
    await page.keyboard.press('g');
    await page.locator('.cell img').first().waitFor();
    await picture(page, 'red');
    const { data, info } = await sharp(await page.screenshot())
      .raw()
      .toBuffer({ resolveWithObject: true });
    const linear = (value: number) =>
      value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    let brightest = 0;
    for (let at = 0; at < data.length; at += info.channels) {
      brightest = Math.max(brightest, 0.7152 * linear(data[at + 1]) + 0.0722 * linear(data[at + 2]));
    }
    expect(brightest).toBeLessThan(0.03);
    await page.keyboard.press('Control+Shift+L');
    await isFlawless();
  });

  it('follows a second window', async () => {
    const other = await openWatchedPage(browser, host.address, { width: 1024, height: 720 });
    await other.page.evaluate(`location.hash = '#/frames/${session}'`);
    await other.page.locator('.cell').first().waitFor();
    const { page } = watched;
    await page.keyboard.press('Escape'); // what the night graph selected
    await page.keyboard.press('Home');
    await page.keyboard.press('u');
    const cell = other.page.locator('.cell').first();
    await eventually(() => cell.getAttribute('aria-label')).toContain('Review by a person');
    expect(await other.faults()).toEqual([]);
    await picture(other.page, 'narrow');
    await other.close();
  });

  it('keeps every decision through kill -9 in the middle of a review', async () => {
    const { page } = watched;
    await page.keyboard.press('r');
    await page.getByLabel('Queue').selectOption('unseen');
    await page.locator('canvas[data-item]').waitFor();
    await leaveField(page);
    await page.waitForTimeout(300);
    const decided: string[] = [];
    const decide = async () => {
      decided.push((await page.locator('.card .name').textContent()) ?? '');
      await page.keyboard.press('x');
    };
    for (let count = 0; count < 3; count += 1) await decide();
    await host.kill();
    for (let count = 0; count < 3; count += 1) await decide();
    await eventually(() => page.getByTestId('saved').textContent()).toMatch(/Saving [1-6]/);
    host = await serveHost({ library: path.join(home, 'library'), home, port });
    await page.goto(host.address);
    await page.reload();
    await page.evaluate(`location.hash = '#/frames/${session}'`);
    await expect
      .poll(() => page.getByTestId('saved').textContent(), { timeout: 20_000 })
      .toBe('All decisions saved');
    await page.reload();
    await page.locator('.cell').first().waitFor();
    expect(decided).toHaveLength(6);
    for (const name of decided) {
      const label = await page.getByRole('option', { name }).getAttribute('aria-label');
      expect(label, name).toContain('Contaminated by a person');
    }
    // over the whole walk: nothing but what a host that is gone leaves unanswered
    const faults = (await watched.faults()).filter((fault) => !/WebSocket|ERR_CONNECTION/.test(fault));
    expect(faults).toEqual([]);
    expect(await watched.inaccessible()).toEqual([]);
  });
});
