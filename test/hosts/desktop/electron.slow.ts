/** The desktop in Electron itself, where its runtime and a screen are at hand. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';

function electronProgram(): string | null {
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const named = path.join(folder, 'path.txt');
  if (!existsSync(named)) return null;
  const program = path.join(folder, 'dist', readFileSync(named, 'utf8').trim());
  return existsSync(program) ? program : null;
}

const program = electronProgram();
const hasScreen = process.platform !== 'linux' || process.env.DISPLAY !== undefined;
if (program === null || !hasScreen) {
  console.log(
    `Skipped: ${program === null ? 'the Electron runtime is not installed' : 'there is no screen'}.`,
  );
}

test.skipIf(program === null || !hasScreen)(
  'opens its window over the bridge and closes in order',
  async () => {
    const library = mkdtempSync(path.join(tmpdir(), 'nightsift-electron-'));
    const app = await _electron.launch({
      executablePath: program as string,
      args: ['dist/main/hosts/desktop/main.js', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      env: { ...process.env, NIGHTSIFT_LIBRARY: library } as Record<string, string>,
    });
    const page = await app.firstWindow();
    expect(page.url()).toMatch(/^nightsift:\/\/app\//);
    expect(await page.evaluate('typeof globalThis.nightsift.ask')).toBe('function');
    expect(await page.evaluate('typeof globalThis.process')).toBe('undefined');
    await app.close();
    rmSync(library, { recursive: true, force: true });
  },
);
