/**
 * The desktop's main process, run for real over the system's Chromium by the stand-in for Electron. Where the Electron
 * runtime itself is installed, electron.slow.ts does the same with it.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bridgeChannels } from '../../../contract/bridge.ts';
import { startDesktop } from '../../../main/hosts/desktop/start-desktop.ts';
import { readPages } from '../../../main/hosts/pages.ts';
import { chromiumProgram } from '../../e2e/chromium.ts';
import { simulatedFolder } from '../../e2e/simulated-folder.ts';
import { openStandIn, type StandIn } from './electron-stand-in.ts';

const missing = [
  chromiumProgram() === null ? 'no Chromium is installed' : '',
  existsSync('dist/preload/index.cjs') && existsSync('dist/renderer/index.html')
    ? ''
    : 'the screens are not built',
].filter((reason) => reason !== '');
if (missing.length > 0) console.log(`Skipped: ${missing.join(', ')}.`);

// Far from those of the workbench itself.
let lastCall = 1_000_000;

/** One call over the page's bridge. The workbench of the page hears nothing from then on. */
function ask(page: Page, method: string, input: unknown = {}): Promise<{ kind: string; value?: unknown }> {
  return page.evaluate(
    ([name, given, number]) =>
      new Promise<{ kind: string }>((resolve) => {
        const { nightsift } = globalThis as unknown as {
          nightsift: import('../../../contract/bridge.ts').Bridge;
        };
        nightsift.listen((reply) => reply.call === number && resolve(reply));
        nightsift.ask(number, name, given);
      }),
    [method, input, ++lastCall] as const,
  );
}

async function until<T>(look: () => T | Promise<T>, milliseconds = 20_000): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const seen = await look();
    if (seen || Date.now() > end) return seen;
    await delay(50);
  }
}

describe.skipIf(missing.length > 0)('the desktop', () => {
  const library = mkdtempSync(path.join(tmpdir(), 'nightsift-desktop-library-'));
  const pageErrors: string[] = [];
  let standIn: StandIn;
  let page: Page;

  beforeAll(async () => {
    process.env.NIGHTSIFT_LIBRARY = library;
    standIn = await openStandIn();
    void standIn.page().then((opened) => opened.on('pageerror', (error) => pageErrors.push(error.message)));
    await startDesktop(standIn.electron, { pages: readPages() });
    page = await standIn.page();
  });
  afterAll(async () => {
    await standIn.close();
    rmSync(library, { recursive: true, force: true });
    delete process.env.NIGHTSIFT_LIBRARY;
  });

  test('shows the workbench over the bridge, without a violation of the policy', async () => {
    await until(async () => (await page.textContent('body'))?.includes('Sessions'));
    expect(await page.textContent('body')).toContain('Sessions');
    expect(await page.evaluate('globalThis.violations')).toEqual([]);
    expect(pageErrors).toEqual([]);
  });

  test('gives the page its bridge and nothing of Node', async () => {
    expect(await page.evaluate('Object.keys(globalThis.nightsift).sort()')).toEqual([
      'ask',
      'bytes',
      'listen',
      'more',
      'pathOf',
      'stop',
      'watch',
    ]);
    expect(await page.evaluate('[typeof require, typeof process, typeof module]')).toEqual(
      Array.from({ length: 3 }, () => 'undefined'),
    );
    const other = await ask(page, 'no.such');
    expect(other).toMatchObject({ kind: 'failed', error: { code: 'notFound' } });
  });

  test.each([
    ['a frame within our page', { url: 'nightsift://app/', parent: {} }],
    ['an empty page', { url: 'about:blank', parent: null }],
    ['another host of our scheme', { url: 'nightsift://evil/', parent: null }],
    ['the web', { url: 'https://app/', parent: null }],
    ['a page that is gone', null],
  ])('%s gets no answer', async (_what, senderFrame) => {
    const heard: unknown[] = [];
    const sender = {
      id: 1,
      isDestroyed: () => false,
      send: (_: string, reply: unknown) => heard.push(reply),
      once() {},
      on() {},
    };
    standIn.ipcMain.emit(
      bridgeChannels.request,
      { sender, senderFrame },
      { kind: 'ask', call: 1, method: 'house.about', input: {} },
    );
    await delay(100);
    expect(heard).toEqual([]);
  });

  test('stays on its own pages', async () => {
    await page.evaluate("location.href = 'https://example.com/'").catch(() => undefined);
    await delay(200);
    expect(new URL(page.url()).host).toBe('app.nightsift.invalid');
    await page.evaluate(
      "window.open('https://siril.readthedocs.io/'); window.open('https://siril.readthedocs.io.evil.example/')",
    );
    await until(() => standIn.openedOutside.length > 0, 2000);
    expect(standIn.openedOutside).toEqual(['https://siril.readthedocs.io/']);
    expect(page.context().pages()).toHaveLength(1);
  });

  test('grants no permission', () => {
    for (const name of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal'])
      expect(standIn.permission(name)).toBe(false);
  });

  test('opens a folder from the menu', async () => {
    standIn.chosenFolders.push(simulatedFolder({ frames: 4, seed: 3 }));
    standIn.click('File', 'Open Folder\u2026');
    const sessions = () => ask(page, 'sessions.list');
    const listed = await until(async () => {
      const { value } = await sessions();
      return (value as { items: number }[] | undefined)?.[0]?.items === 4 ? value : null;
    }, 30_000);
    expect(listed).toHaveLength(1);
  });

  test('outlives a crash of the engine, and says so', async () => {
    await ask(page, 'sessions.list');
    standIn.engines[0]?.kill('SIGKILL');
    await until(() => standIn.notices.some(({ title }) => title === 'The engine stopped'));
    expect(standIn.notices.map(({ title }) => title)).toContain('The engine stopped');
    const listed = await until(async () => {
      const { value } = await ask(page, 'sessions.list');
      return Array.isArray(value) ? value : null;
    });
    expect(listed).toHaveLength(1);
    expect(standIn.engines).toHaveLength(2);
    expect(standIn.errorBoxes).toEqual([]);
  });

  test('closes in order: window kept, engine ended, library given back', async () => {
    const engine = standIn.engines.at(-1);
    const ended = new Promise((resolve) => engine?.on('exit', resolve));
    await standIn.quit();
    expect(await ended).toBe(0);
    expect(readdirSync(library)).not.toContain('library.lock');
    expect(readFileSync(path.join(library, 'library.db')).length).toBeGreaterThan(0);
  });
});
