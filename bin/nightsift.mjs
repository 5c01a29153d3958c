#!/usr/bin/env node
// Plain JavaScript that any Node from 18 on can read: on one too old for Nightsift it goes on under the bundled one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const oldestNode = 22;
const bin = fileURLToPath(import.meta.url);
const compiled = path.join(path.dirname(bin), '..', 'dist', 'main', 'hosts', 'cli', 'main.js');

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  goOnUnderBundledNode();
} else if (existsSync(compiled)) {
  endWithParent();
  await import(pathToFileURL(compiled).href);
} else {
  fail('Nightsift is not built yet. Run: npm run build');
}

function goOnUnderBundledNode() {
  const node = bundledNode();
  if (node === null || process.env.NIGHTSIFT_REEXECUTED === '1') {
    fail(
      `Nightsift needs Node ${oldestNode} or newer, this is ${process.version}, and no bundled Node was found. Install Node 24, or run npm install in Nightsift's folder.`,
    );
    return;
  }
  const child = spawn(node, [bin, ...process.argv.slice(2)], {
    // The fourth is a channel that closes when this process dies, however it dies.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NIGHTSIFT_REEXECUTED: '1' },
  });
  // A Ctrl-C reaches both processes, a signal sent to this one only this one: it is passed on, and the other takes
  // two in quick succession for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`The bundled Node does not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 1);
  });
}

/** Continued under the bundled Node, one process stands for two: killing the first has to kill the second. */
function endWithParent() {
  if (process.env.NIGHTSIFT_REEXECUTED !== '1' || process.channel === undefined) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

function bundledNode() {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const file = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

function fail(sentence) {
  process.stderr.write(`nightsift: ${sentence}\n`);
  process.exitCode = 1;
}
