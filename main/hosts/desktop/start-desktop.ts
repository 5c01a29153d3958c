/** Puts the desktop together: one window over our own scheme, the bridge's calls checked and carried to the engine. */
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type * as Electron from 'electron';
import type { NightsiftError } from '../../../contract/errors.ts';
import { serveIpc } from '../../transport/electron-ipc.ts';
import type { Pages } from '../pages.ts';
import { type EngineProcess, openEngineLink } from './engine-link.ts';
import { withJobNotices } from './job-notices.ts';
import { menuTemplate } from './menu.ts';
import { foldersNamed } from './openings.ts';
import { mayOpenOutside } from './outside-links.ts';
import {
  isOwnAddress,
  isOwnPage,
  pageAnswer,
  pageOrigin,
  pageScheme,
  schemePrivileges,
} from './page-scheme.ts';
import { windowPreferences } from './window-preferences.ts';
import { readWindowPlace, writeWindowPlace } from './window-state.ts';

/** The parts of Electron that are used; a stand-in has to bring no more. */
export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'Notification'
  | 'protocol'
  | 'screen'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>;

export interface DesktopOptions {
  readonly pages: Pages;
}

const fromSource = import.meta.url.endsWith('.ts');
const builtPreload = fileURLToPath(
  new URL(fromSource ? '../../../dist/preload/index.cjs' : '../../../preload/index.cjs', import.meta.url),
);
const engineEntry = fileURLToPath(
  new URL(fromSource ? './engine-process.ts' : './engine-process.js', import.meta.url),
);

/** Resolves once the window is there, or when another Nightsift took over. */
export async function startDesktop(electron: ElectronParts, { pages }: DesktopOptions): Promise<void> {
  const { app, protocol } = electron;
  if (!app.requestSingleInstanceLock()) return app.quit();
  protocol.registerSchemesAsPrivileged([schemePrivileges]);
  app.enableSandbox();
  const waiting: string[] = foldersNamed(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd());
  let openFolder = (folder: string): void => void waiting.push(folder);
  app.on('open-file', (event, file) => {
    event.preventDefault();
    for (const folder of foldersNamed([file], '/')) openFolder(folder);
  });
  app.on('web-contents-created', (_event, contents) => guardContents(electron, contents));
  await app.whenReady();
  protocol.handle(pageScheme, (request) => pageAnswer(pages, request));
  denyPermissions(electron.session.defaultSession);

  const desk = openDesk(electron);
  openFolder = desk.openFolder;
  app.on('second-instance', (_event, words, workingFolder) => {
    desk.focus();
    for (const folder of foldersNamed(words.slice(1), workingFolder)) openFolder(folder);
  });
  app.on('window-all-closed', () => app.quit());
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void desk.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
  await desk.show('/sessions');
  for (const folder of waiting) openFolder(folder);
}

interface Desk {
  show(to: string): Promise<void>;
  focus(): void;
  openFolder(folder: string): void;
  close(): Promise<void>;
}

function openDesk(electron: ElectronParts): Desk {
  const { app, dialog, Menu, Notification, utilityProcess } = electron;
  const window = openWindow(electron);
  const notify = (notice: { title: string; body: string }) => {
    if (Notification.isSupported()) new Notification(notice).show();
  };
  const milliseconds = () => performance.now();
  const engine = openEngineLink({
    milliseconds,
    start: () =>
      utilityProcess.fork(engineEntry, [process.env.NIGHTSIFT_LIBRARY ?? ''], {
        serviceName: 'Nightsift engine',
      }) as unknown as EngineProcess,
    onReady(notes) {
      for (const body of notes) notify({ title: 'Nightsift', body });
    },
    onRefused(error) {
      dialog.showErrorBox('Nightsift cannot open its library', [error.message, error.hint ?? ''].join('\n'));
      app.quit();
    },
    onCrash(error, again) {
      notify({ title: 'The engine stopped', body: `${error.message} ${error.hint ?? ''}`.trim() });
      if (!again) dialog.showErrorBox('Nightsift stopped', 'The engine stopped several times in a row.');
    },
  });
  const far = withJobNotices(engine.transport, { milliseconds, notify, isWatched: () => window.isFocused() });
  const stopServing = serveIpc(far, {
    ipc: electron.ipcMain,
    mayCall: (event: Electron.IpcMainEvent) =>
      event.sender.id === window.webContents.id && isOwnPage(event.senderFrame),
    onStranger: () => undefined,
  });

  const desk: Desk = {
    show: (to) => window.loadURL(`${pageOrigin}/#${to}`),
    focus() {
      if (window.isMinimized()) window.restore();
      window.focus();
    },
    openFolder(folder) {
      void far
        .ask('scan.start', { paths: [folder] }, {})
        .then(() => desk.show('/sessions'))
        .catch((thrown: NightsiftError) => dialog.showErrorBox('Cannot open that folder', thrown.message));
    },
    async close() {
      stopServing();
      await engine.close();
    },
  };
  const chooseFolder = async () => {
    const { filePaths } = await dialog.showOpenDialog(window, {
      properties: ['openDirectory', 'multiSelections'],
    });
    for (const folder of filePaths) desk.openFolder(folder);
  };
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate(process.platform, {
        openFolder: () => void chooseFolder(),
        show: (to) => void desk.show(to),
        quit: () => app.quit(),
      }),
    ),
  );
  return desk;
}

function openWindow({ app, BrowserWindow, screen }: ElectronParts): Electron.BrowserWindow {
  const file = path.join(app.getPath('userData'), 'window.json');
  const { maximised, x, y, ...size } = readWindowPlace(
    file,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...size,
    ...(x === undefined || y === undefined ? {} : { x, y }),
    minWidth: 960,
    minHeight: 600,
    show: false,
    backgroundColor: '#14161a',
    title: 'Nightsift',
    webPreferences: windowPreferences(builtPreload),
  });
  if (maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () =>
    writeWindowPlace(file, { ...window.getNormalBounds(), maximised: window.isMaximized() }),
  );
  return window;
}

/** No page of any window leaves our scheme, opens another window, or holds a view of something else. */
function guardContents({ shell }: ElectronParts, contents: Electron.WebContents): void {
  const stay = (event: { preventDefault(): void; readonly url: string }) => {
    if (!isOwnAddress(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

function denyPermissions(session: Electron.Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}
