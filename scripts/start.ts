/** `npm start`: the desktop where Electron can run, else the same workbench in the browser. Says which. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The Electron binary, or why there is none. npm brings it in a step of its own, which may have been skipped. */
function electron(): { readonly program: string } | { readonly reason: string } {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
    const named = path.join(folder, 'path.txt');
    if (!existsSync(named)) return { reason: 'the Electron runtime is not installed' };
    const program = path.join(folder, 'dist', readFileSync(named, 'utf8').trim());
    if (!existsSync(program)) return { reason: 'the Electron runtime is not installed' };
    const hasScreen = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
    return hasScreen ? { program } : { reason: 'there is no screen here' };
  } catch {
    return { reason: 'Electron is not installed' };
  }
}

const built = ['dist/main/hosts/cli/main.js', 'dist/renderer/index.html', 'dist/preload/index.cjs'];
if (!built.every((file) => existsSync(file))) {
  console.log('Building Nightsift.');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
const found = electron();
const words = process.argv.slice(2);
const [program, ...rest] =
  'program' in found
    ? [found.program, 'dist/main/hosts/desktop/main.js', ...words]
    : [process.execPath, 'bin/nightsift.mjs', 'serve', ...words];
console.log(
  'program' in found
    ? 'Opening the desktop.'
    : `Opening the edge host, because ${found.reason}. Open the printed address in a browser; Ctrl-C ends it.`,
);
const child = spawn(program as string, rest, { stdio: 'inherit' });
process.on('SIGINT', () => undefined); // the child hears it too, and ends in its own time
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
