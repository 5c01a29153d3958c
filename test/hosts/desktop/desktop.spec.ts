import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { NightsiftError } from '../../../contract/errors.ts';
import { openEngineLink } from '../../../main/hosts/desktop/engine-link.ts';
import type { FromEngine, ToEngine } from '../../../main/hosts/desktop/engine-messages.ts';
import { withJobNotices } from '../../../main/hosts/desktop/job-notices.ts';
import { menuTemplate } from '../../../main/hosts/desktop/menu.ts';
import { foldersNamed } from '../../../main/hosts/desktop/openings.ts';
import { mayOpenOutside } from '../../../main/hosts/desktop/outside-links.ts';
import { isOwnPage, pageAnswer } from '../../../main/hosts/desktop/page-scheme.ts';
import { windowPreferences } from '../../../main/hosts/desktop/window-preferences.ts';
import {
  readWindowPlace,
  withinScreens,
  writeWindowPlace,
} from '../../../main/hosts/desktop/window-state.ts';
import { buildBridge } from '../../../preload/bridge.ts';
import { trialPages } from '../edge/trial-host.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nightsift-desktop-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a page may do nothing but show itself', () => {
  expect(windowPreferences('/preload.cjs')).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    navigateOnDragDrop: false,
  });
});

test('what packs the desktop keeps the doors of Electron shut', () => {
  const recipe = readFileSync('electron-builder.yml', 'utf8');
  for (const line of [
    'runAsNode: false',
    'enableNodeOptionsEnvironmentVariable: false',
    'enableNodeCliInspectArguments: false',
    'onlyLoadAppFromAsar: true',
    'enableEmbeddedAsarIntegrityValidation: true',
    'grantFileProtocolExtraPrivileges: false',
    'npmRebuild: false',
  ])
    expect(recipe).toContain(line);
});

test('the bridge says where a dropped folder lies, and reaches nothing else by it', () => {
  const sent: unknown[] = [];
  const ipc = { send: (_channel: string, message: unknown) => sent.push(message), on: () => undefined };
  const bridge = buildBridge(ipc, {}, (dropped) => `/data/${(dropped as File).name}`);
  expect(bridge.pathOf(new File([], 'night-1'))).toBe('/data/night-1');
  expect(sent).toEqual([]);
});

describe('the scheme', () => {
  const answer = (url: string, method = 'GET') => pageAnswer(trialPages, { url, method });
  test('answers its pages with the safety headers', async () => {
    for (const url of [
      'nightsift://app/',
      'nightsift://app/?x=1',
      'nightsift://app/#/sessions',
      'nightsift://app/assets/a-1.js',
    ]) {
      const response = answer(url);
      expect([url, response.status]).toEqual([url, 200]);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
  });
  const steps = ['..', '%2e%2e', '..%2f', '..\\', '%5c..', '.', '//', '%00', '%c0%ae', 'C:'];
  const targets = ['/etc/passwd', '/index.html', '/assets/a-1.js', '/package.json', ''];
  const starts = [
    'nightsift://app/',
    'nightsift://app/assets/',
    'nightsift://app//',
    'nightsift://evil/',
    'file:///',
  ];
  const corpus = starts.flatMap((start) =>
    steps.flatMap((step) => targets.map((target) => start + step + target)),
  );
  test(`${corpus.length} odd addresses reach nothing`, () => {
    expect(corpus.filter((url) => answer(url).status !== 404)).toEqual([]);
  });
  test('only reading', () => expect(answer('nightsift://app/', 'POST').status).toBe(404));
});

test.each([
  [{ url: 'nightsift://app/#/review', parent: null }, true],
  [{ url: 'nightsift://app/', parent: {} }, false],
  [{ url: 'nightsift://app.evil/', parent: null }, false],
  [{ url: 'nightsift:app', parent: null }, false],
  [{ url: 'https://app/', parent: null }, false],
  [{ url: 'about:blank', parent: null }, false],
  [{ url: '', parent: null }, false],
  [null, false],
])('%j is our page: %s', (frame, expected) => expect(isOwnPage(frame)).toBe(expected));

test.each([
  ['https://siril.readthedocs.io/en/latest/Plot.html', true],
  ['https://siril.readthedocs.io.evil.example/', false],
  ['https://evil.example/?siril.readthedocs.io', false],
  ['https://siril.readthedocs.io@evil.example/', false],
  ['https://user:pass@siril.readthedocs.io/', false],
  ['https://siril.readthedocs.io:8443/', false],
  ['http://siril.readthedocs.io/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['smb://siril.readthedocs.io/x', false],
  ['', false],
])('%s may be opened outside: %s', (url, expected) => expect(mayOpenOutside(url)).toBe(expected));

describe('the window', () => {
  const screens = [
    { x: 0, y: 0, width: 1920, height: 1080 },
    { x: 1920, y: 0, width: 1280, height: 1024 },
  ];
  const place = { x: 2000, y: 100, width: 1000, height: 700, maximised: false };
  test('opens where it was', () => {
    const file = path.join(folder, 'window.json');
    writeWindowPlace(file, place);
    expect(readWindowPlace(file, screens)).toEqual(place);
  });
  test('comes back from a screen that is gone', () => {
    expect(withinScreens(place, screens.slice(0, 1))).toEqual({ width: 1000, height: 700, maximised: false });
    expect(withinScreens({ ...place, x: -950 }, screens)).not.toHaveProperty('x');
    expect(withinScreens({ ...place, y: -5000 }, screens)).not.toHaveProperty('y');
  });
  test.each(['', '{', '{"width":1e9}', '{"width":"a","height":1,"maximised":0}', 'null'])(
    'a file of %j',
    (text) => {
      const file = path.join(folder, 'odd.json');
      writeFileSync(file, text);
      expect(readWindowPlace(file, screens)).toMatchObject({ width: 1440, height: 900 });
    },
  );
});

test('a frame stands for its folder; options and what is not there for nothing', () => {
  mkdirSync(path.join(folder, 'night'));
  writeFileSync(path.join(folder, 'night', 'a.fits'), '');
  const night = path.join(folder, 'night');
  expect(foldersNamed(['--flag', 'night', 'night/a.fits', 'gone', night], folder)).toEqual([night]);
});

test.each(['linux', 'darwin', 'win32'] as const)(
  'the menu of %s reaches every group of screens',
  (platform) => {
    const shown: string[] = [];
    const items = menuTemplate(platform, {
      show: (to) => shown.push(to),
      openFolder: () => shown.push('folder'),
      quit: () => shown.push('quit'),
    }).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    for (const item of items) (item.click as (() => void) | undefined)?.();
    expect(shown).toEqual(
      expect.arrayContaining(['folder', '/sessions', '/datasets', '/training', '/runs', '/settings']),
    );
    expect(shown.includes('quit')).toBe(platform !== 'darwin');
  },
);

class TrialEngine extends EventEmitter {
  readonly heard: ToEngine[] = [];
  killed = false;
  postMessage(message: ToEngine): void {
    this.heard.push(message);
  }
  kill(): boolean {
    this.killed = true;
    return true;
  }
  say(message: FromEngine): void {
    this.emit('message', message);
  }
}

function openTrialLink() {
  const engines: TrialEngine[] = [];
  const told: string[] = [];
  let clock = 0;
  const link = openEngineLink({
    milliseconds: () => clock,
    start() {
      const engine = new TrialEngine();
      engines.push(engine);
      return engine;
    },
    onReady: (notes) => told.push(`ready ${notes.join()}`),
    onRefused: (error) => told.push(`refused ${error.code}`),
    onCrash: (error, again) => told.push(`${error.code} ${again ? 'again' : 'over'}`),
  });
  const last = () => engines.at(-1) as TrialEngine;
  return { link, engines, told, last, pass: (milliseconds: number) => (clock += milliseconds) };
}

describe('the engine in its own process', () => {
  test('answers', async () => {
    const { link, last, told } = openTrialLink();
    const answer = link.transport.ask('house.about', {}, {});
    last().say({ kind: 'ready', notes: ['hello'] });
    expect(last().heard).toEqual([{ kind: 'ask', call: 1, method: 'house.about', input: {} }]);
    last().say({ kind: 'answer', call: 1, value: 7 });
    expect([await answer, told]).toEqual([7, ['ready hello']]);
  });
  test('a crash ends open calls with a sentence and starts it again; several in a row do not', async () => {
    const { link, engines, told, last, pass } = openTrialLink();
    const failing = link.transport.ask('house.about', {}, {}).catch((thrown: NightsiftError) => thrown);
    last().emit('exit', 139);
    expect(await failing).toMatchObject({ code: 'crashed', details: { exitCode: 139 } });
    pass(30_000);
    last().emit('exit', 139);
    pass(61_000);
    last().emit('exit', 139);
    expect([engines.length, told]).toEqual([4, ['crashed again', 'crashed again', 'crashed again']]);
    last().emit('exit', 139);
    last().emit('exit', 139);
    expect(told.at(-1)).toBe('crashed over');
    const dead = await link.transport
      .ask('house.about', {}, {})
      .catch((thrown: NightsiftError) => thrown.code);
    expect(dead).toBe('crashed');
  });
  test('a library that cannot be opened is told once, and is no crash', () => {
    const { told, last, engines } = openTrialLink();
    last().say({ kind: 'refused', error: { code: 'libraryBusy', message: 'Busy.' } });
    last().emit('exit', 1);
    expect([told, engines.length]).toEqual([['refused libraryBusy'], 1]);
  });
  test('closing lets it end what runs', async () => {
    const { link, last, told } = openTrialLink();
    const closing = link.close();
    expect(last().heard).toEqual([{ kind: 'close' }]);
    last().emit('exit', 0);
    await closing;
    expect([told, last().killed]).toEqual([[], false]);
  });
});

describe('notices', () => {
  async function noticesOf(options: {
    method?: string;
    state?: string;
    watched?: boolean;
    seconds?: number;
  }) {
    const notices: string[] = [];
    let clock = 0;
    const far = withJobNotices(
      {
        ask: async () => ({ job: 'job-1' }),
        bytes: async () => new Uint8Array(),
        async *stream() {
          clock += 1000 * (options.seconds ?? 60);
          yield { seq: 1, kind: 'progress', phase: 'measuring', done: 1, total: 2 };
          const error =
            options.state === 'failed' ? { code: 'diskFull', message: 'The disk is full.' } : null;
          yield { seq: 2, kind: 'ended', state: options.state ?? 'done', error };
        },
      },
      {
        milliseconds: () => clock,
        isWatched: () => options.watched ?? false,
        notify: ({ title, body }) => notices.push(`${title}: ${body}`),
      },
    );
    await far.ask(options.method ?? 'scan.start', {}, {});
    await new Promise((resolve) => setImmediate(resolve));
    return notices;
  }
  test('tell the end of long work to who looks elsewhere', async () => {
    expect(await noticesOf({})).toEqual(['Scan finished: The results are in the workbench.']);
    expect(await noticesOf({ state: 'failed' })).toEqual(['Scan failed: The disk is full.']);
    expect(await noticesOf({ watched: true })).toEqual([]);
    expect(await noticesOf({ seconds: 3 })).toEqual([]);
    expect(await noticesOf({ state: 'cancelled' })).toEqual([]);
    expect(await noticesOf({ method: 'datasets.verify' })).toEqual([]);
  });
});
