/**
 * A small `electron` over the system's Chromium: enough of the module for the desktop's main process to run for real
 * (scheme, preload, IPC, navigation, menus, the engine in a process of its own) where the Electron runtime is not.
 * The custom scheme is mapped to a name that leads nowhere, and every request for it is answered by the handler.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page, type Request as PageRequest, type Route } from 'playwright-core';
import type { ElectronParts } from '../../../main/hosts/desktop/start-desktop.ts';
import { chromiumProgram, violationsScript } from '../../e2e/chromium.ts';

const mappedOrigin = 'https://app.nightsift.invalid';
const schemeOrigin = 'nightsift://app';
const parentPort = fileURLToPath(new URL('./parent-port.ts', import.meta.url));

type SchemeHandler = (request: Request) => Response | Promise<Response>;
type PermissionRequest = (contents: null, name: string, answer: (given: boolean) => void) => void;
type PermissionCheck = (contents: null, name: string) => boolean;
interface MenuItem {
  readonly label?: string;
  readonly submenu?: readonly MenuItem[];
  click?(): void;
}

export interface StandIn {
  readonly electron: ElectronParts;
  readonly app: EventEmitter;
  readonly ipcMain: EventEmitter;
  /** The page of the window, once it was opened. */
  page(): Promise<Page>;
  readonly engines: ChildProcess[];
  readonly notices: { readonly title: string; readonly body: string }[];
  readonly errorBoxes: string[];
  readonly openedOutside: string[];
  readonly userData: string;
  /** Answers for the next folder dialog. */
  readonly chosenFolders: string[];
  permission(name: string): boolean;
  click(menu: string, item: string): void;
  /** As the person quits; resolves when the desktop let go. */
  quit(): Promise<void>;
  close(): Promise<void>;
}

export async function openStandIn(): Promise<StandIn> {
  const browser = await chromium.launch({
    executablePath: chromiumProgram() as string,
    args: ['--no-sandbox'],
  });
  const userData = mkdtempSync(path.join(tmpdir(), 'nightsift-desktop-'));
  const notices: { title: string; body: string }[] = [];
  const errorBoxes: string[] = [];
  const openedOutside: string[] = [];
  const engines: ChildProcess[] = [];
  const chosenFolders: string[] = [];
  const ipcMain = new EventEmitter();
  const handlers = new Map<string, SchemeHandler>();
  const permissions: { request?: PermissionRequest; check?: PermissionCheck } = {};
  let menu: readonly MenuItem[] = [];
  let openedPage: (page: Page) => void = () => undefined;
  const opened = new Promise<Page>((resolve) => {
    openedPage = resolve;
  });
  const app = standInApp(userData);

  class BrowserWindow extends EventEmitter {
    readonly webContents: StandInContents;
    #page: Promise<Page>;
    constructor(options: { webPreferences: { preload: string } }) {
      super();
      this.webContents = standInContents(() => this.#page);
      app.emit('web-contents-created', {}, this.webContents);
      this.#page = openPage(browser, this.webContents, options.webPreferences.preload, { handlers, ipcMain });
      void this.#page.then(openedPage);
    }
    async loadURL(url: string): Promise<void> {
      const page = await this.#page;
      await page.goto(url.replace(schemeOrigin, mappedOrigin));
      this.emit('ready-to-show');
    }
    show(): void {}
    focus(): void {}
    maximize(): void {}
    restore(): void {}
    isMinimized = () => false;
    isMaximized = () => false;
    isFocused = () => false;
    getNormalBounds = () => ({ x: 10, y: 20, width: 1280, height: 800 });
  }
  class Notification {
    static isSupported = () => true;
    readonly options: { title: string; body: string };
    constructor(options: { title: string; body: string }) {
      this.options = options;
    }
    show(): void {
      notices.push(this.options);
    }
  }
  const electron = {
    app,
    BrowserWindow,
    Notification,
    ipcMain,
    dialog: {
      showErrorBox: (title: string, text: string) => errorBoxes.push(`${title}: ${text}`),
      showOpenDialog: async () => ({ filePaths: chosenFolders.splice(0) }),
    },
    Menu: {
      buildFromTemplate: (template: readonly MenuItem[]) => template,
      setApplicationMenu: (template: readonly MenuItem[]) => {
        menu = template;
      },
    },
    protocol: {
      registerSchemesAsPrivileged: () => undefined,
      handle: (scheme: string, handler: SchemeHandler) => handlers.set(scheme, handler),
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: PermissionRequest) => (permissions.request = handler),
        setPermissionCheckHandler: (handler: PermissionCheck) => (permissions.check = handler),
        setDevicePermissionHandler: () => undefined,
      },
    },
    shell: { openExternal: async (url: string) => void openedOutside.push(url) },
    utilityProcess: { fork: (entry: string, words: string[]) => forkEngine(entry, words, engines) },
  } as unknown as ElectronParts;

  return {
    electron,
    app,
    ipcMain,
    page: () => opened,
    engines,
    notices,
    errorBoxes,
    openedOutside,
    userData,
    chosenFolders,
    permission(name) {
      let answer = permissions.check?.(null, name) ?? true;
      permissions.request?.(null, name, (given: boolean) => {
        answer ||= given;
      });
      return answer;
    },
    click(label, item) {
      const found = menu.find((one) => one.label === label)?.submenu?.find((one) => one.label === item);
      if (found?.click === undefined) throw new Error(`The menu has no ${label} > ${item}.`);
      found.click();
    },
    quit: () => app.ended(),
    async close() {
      await browser.close();
      for (const engine of engines) engine.kill('SIGKILL');
      rmSync(userData, { recursive: true, force: true });
    },
  };
}

function standInApp(userData: string) {
  const app = new EventEmitter();
  let ended: () => void = () => undefined;
  const quit = () => {
    let prevented = false;
    app.emit('will-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) ended();
  };
  return Object.assign(app, {
    isPackaged: false,
    requestSingleInstanceLock: () => true,
    enableSandbox: () => undefined,
    whenReady: async () => undefined,
    getPath: () => userData,
    quit,
    ended: () =>
      new Promise<void>((resolve) => {
        ended = resolve;
        quit();
      }),
  });
}

type StandInContents = ReturnType<typeof standInContents>;

function standInContents(page: () => Promise<Page>) {
  const contents = new EventEmitter();
  return Object.assign(contents, {
    id: 1,
    isDestroyed: () => false,
    windowOpen: (_details: { url: string }): unknown => undefined,
    setWindowOpenHandler(handler: (details: { url: string }) => unknown) {
      this.windowOpen = handler;
    },
    send(channel: string, message: unknown) {
      void page()
        .then((opened) =>
          opened.evaluate(([at, what]) => globalThis.standInDeliver(at, what), [channel, message] as const),
        )
        .catch(() => undefined); // the page was closed meanwhile
    },
  });
}

declare global {
  var standInDeliver: (channel: string, message: unknown) => void;
}

async function openPage(
  browser: Browser,
  contents: StandInContents,
  preload: string,
  main: { readonly handlers: Map<string, SchemeHandler>; readonly ipcMain: EventEmitter },
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.exposeBinding('standInSend', ({ frame }, channel: string, message: unknown) => {
    const senderFrame = {
      url: frame.url().replace(mappedOrigin, schemeOrigin),
      parent: frame.parentFrame(),
    };
    main.ipcMain.emit(channel, { sender: contents, senderFrame }, message);
  });
  await page.addInitScript(preloadScript(preload));
  await context.route('**/*', (route) => answer(route, contents, main.handlers));
  context.on('page', (other) => {
    if (other !== page) void other.close();
  });
  await page.addInitScript(violationsScript);
  return page;
}

async function answer(
  route: Route,
  contents: StandInContents,
  handlers: Map<string, SchemeHandler>,
): Promise<void> {
  const request = route.request();
  const url = request.url();
  if (request.isNavigationRequest()) {
    let prevented = false;
    const isOurs = url.startsWith(`${mappedOrigin}/`);
    const event = { url: url.replace(mappedOrigin, schemeOrigin), preventDefault: () => (prevented = true) };
    if (isNewWindow(request)) {
      contents.windowOpen({ url });
      return route.abort('aborted');
    }
    contents.emit('will-navigate', event);
    if (prevented || !isOurs) return route.abort('aborted'); // the page stays as it is
  }
  const handler = handlers.get('nightsift');
  if (!url.startsWith(`${mappedOrigin}/`) || handler === undefined) return route.abort('aborted');
  const response = await handler(new Request(url.replace(mappedOrigin, schemeOrigin)));
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  });
}

/** A window that a page opens asks before it has a frame. */
function isNewWindow(request: PageRequest): boolean {
  try {
    return request.frame() === null;
  } catch {
    return true;
  }
}

/** The built preload in the page's own world, with an `electron` that speaks through the stand-in. */
function preloadScript(file: string): string {
  return `(() => {
    const listeners = new Map();
    const electron = {
      contextBridge: { exposeInMainWorld: (name, value) => Object.defineProperty(globalThis, name, { value: Object.freeze(value) }) },
      ipcRenderer: {
        send: (channel, message) => void globalThis.standInSend(channel, structuredClone(message)),
        on: (channel, listener) => listeners.set(channel, listener),
      },
    };
    globalThis.standInDeliver = (channel, message) => listeners.get(channel)?.({}, message);
    const require = (name) => { if (name !== 'electron') throw new Error('no ' + name); return electron; };
    const module = { exports: {} };
    ((require, module, exports) => { ${readFileSync(file, 'utf8')}\n })(require, module, module.exports);
  })();`;
}

function forkEngine(entry: string, words: string[], engines: ChildProcess[]) {
  const child = fork(entry, words, {
    serialization: 'advanced',
    execArgv: ['--import', pathToFileURL(parentPort).href],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  engines.push(child);
  return {
    postMessage: (message: object) => child.connected && child.send(message),
    on(event: 'message' | 'exit', listener: (value: never) => void) {
      child.on(event, (value: unknown) => listener((event === 'exit' ? (value ?? 137) : value) as never));
    },
    kill: () => child.kill('SIGKILL'),
  };
}
