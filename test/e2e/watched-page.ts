/** A page that is held to account: errors, policy violations, strange requests, accessibility. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumProgram, violationsScript } from './chromium.ts';

/** Software WebGL2, as it is in a container. */
const browserWords = [
  '--no-sandbox',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--use-angle=swiftshader',
];

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumProgram() ?? '', args: browserWords });
}

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong so far, in words; policy violations included. */
  faults(): Promise<string[]>;
  /** Serious and critical findings of axe-core on what is shown now. */
  inaccessible(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openWatchedPage(
  browser: Browser,
  address: string,
  size: { readonly width: number; readonly height: number } = { width: 1280, height: 800 },
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: size, acceptDownloads: true });
  await context.addInitScript(violationsScript);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const noted: string[] = [];
  const { origin } = new URL(address);
  page.on('pageerror', (error) => noted.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    // the browser's own note about an answer of the host that is no success; the screens show it in words
    const isOfTheNetwork = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isOfTheNetwork) noted.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('blob:')) noted.push(`request to ${url}`);
  });
  await page.goto(address);
  await page.waitForSelector('nav[aria-label="Screens"]');
  return {
    page,
    context,
    async faults() {
      const violations = (await page.evaluate('globalThis.violations')) as string[];
      return [...noted, ...violations.map((violation) => `policy: ${violation}`)];
    },
    inaccessible: () => inaccessible(page),
    close: () => context.close(),
  };
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** Run by the debugger: the page's own policy would not let a foreign script in. */
async function inaccessible(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: readFileSync(axePath, 'utf8') });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(found))`,
    awaitPromise: true,
  });
  await session.detach();
  const { violations } = JSON.parse(String(result.value)) as AxeResult;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
}

const nameOfFocused = `(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim()`;

/** So that keys go to the screen again. */
export async function leaveField(page: Page): Promise<void> {
  await page.evaluate('document.activeElement.blur()');
}

/** Moves the focus by Tab until it stands on something of that name, as a person without a mouse does. */
export async function focusByTab(page: Page, name: string | RegExp): Promise<void> {
  for (let count = 0; count < 200; count += 1) {
    await page.keyboard.press('Tab');
    const found = String(await page.evaluate(nameOfFocused));
    if (typeof name === 'string' ? found === name || found.startsWith(name) : name.test(found)) return;
  }
  throw new Error(`The focus never reached "${name}".`);
}

/** Where pictures of the screens go when somebody asks for them; see scripts/screen-pictures.ts. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.NIGHTSIFT_SCREENSHOTS;
  if (folder !== undefined && folder !== '') await page.screenshot({ path: `${folder}/${name}.png` });
}
