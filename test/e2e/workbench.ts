/** A library, its edge host and a browser looking at it: what every walk through the screens begins with. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { api, type NightsiftApi, type NightsiftClient, type NightsiftHandlers } from '../../contract/api.ts';
import { connect, resultOf } from '../../contract/client.ts';
import type { ResultOf, WorkName } from '../../contract/kinds.ts';
import { type Engine, openEngine } from '../../main/engine.ts';
import { openEdgeHost } from '../../main/hosts/edge/edge-host.ts';
import { readPages } from '../../main/hosts/pages.ts';
import { dispatch } from '../../main/transport/dispatch.ts';
import { inProcess } from '../../main/transport/in-process.ts';
import { chromiumProgram, violationsScript } from './chromium.ts';

/** Why the walks cannot be made here; none when they can. */
export const missingForWorkbench: readonly string[] = [
  ...(chromiumProgram() === null ? ['no Chromium is installed'] : []),
  ...(existsSync('dist/renderer/index.html') ? [] : ['the screens are not built']),
];

export interface Workbench {
  readonly client: NightsiftClient;
  readonly page: Page;
  readonly browser: Browser;
  /** The address with its token. */
  readonly address: string;
  /** Whatever went wrong in the page without being asked for: errors, refused styles and scripts, requests elsewhere. */
  readonly faults: string[];
  /** Serious and critical findings of axe-core on what is shown now. */
  accessibilityProblems(): Promise<string[]>;
  /** Into the folder that NIGHTSIFT_SCREENSHOTS names, if it does. */
  picture(name: string): Promise<void>;
  /** The result of a job, once it has ended. */
  finished<K extends WorkName<NightsiftApi>>(method: K, job: string): Promise<ResultOf<NightsiftApi[K]>>;
  close(): Promise<void>;
}

export interface WorkbenchOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  /** A stand-in for some of the handlers. */
  change?(engine: Engine): NightsiftHandlers;
}

const token = 'W'.repeat(43);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const library = mkdtempSync(path.join(tmpdir(), 'nightsift-workbench-'));
  const engine = await openEngine({ library, folders: [tmpdir()] });
  const far = dispatch(api, options.change?.(engine) ?? engine.handlers);
  const client = connect(api, inProcess(far));
  const host = await openEdgeHost({
    far,
    pages: readPages(),
    tokens: { browser: token, owner: 'O'.repeat(43) },
    folders: [tmpdir()],
    host: '127.0.0.1',
    port: 0,
  });
  const browser = await chromium.launch({
    executablePath: chromiumProgram() as string,
    args: ['--no-sandbox', '--enable-unsafe-swiftshader'],
  });
  const page = await browser.newPage({ viewport: options.viewport ?? { width: 1280, height: 800 } });
  const address = `${host.origin}/#token=${token}`;
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(host.origin))
      faults.push(`request: ${request.url()}`);
  });
  await page.addInitScript(violationsScript);
  await page.goto(address);
  await page.waitForSelector('nav[aria-label="Screens"]'); // keys pressed before that reach nobody
  return {
    client,
    page,
    browser,
    address,
    faults,
    async accessibilityProblems() {
      // Put in over the debugger: the page's own policy would refuse it.
      await page.evaluate(axe);
      const found = (await page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).slice(0, 3) })))",
      )) as { id: string; impact: string; where: string[] }[];
      return found
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, where }) => `${id}: ${where.join(' | ')}`);
    },
    async picture(name) {
      const folder = process.env.NIGHTSIFT_SCREENSHOTS;
      if (folder === undefined) return;
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    },
    async finished(method, job) {
      for await (const _event of client('jobs.watch', { job })); // to its end
      return resultOf(api, (name, ref) => client(name, ref), method, job);
    },
    async close() {
      await browser.close();
      await host.close();
      await engine.close();
      rmSync(library, { recursive: true, force: true });
    },
  };
}

/** What the content security policy had to stop. */
export function violationsOf(page: Page): Promise<string[]> {
  return page.evaluate('globalThis.violations');
}
