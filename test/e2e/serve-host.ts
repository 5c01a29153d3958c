/** `nightsift serve` in a process of its own, to be killed if need be. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

export interface ServedHost {
  /** With the token. */
  readonly address: string;
  /** SIGKILL, as a power cut. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Closes it as a person would. */
  stop(): Promise<void>;
}

/** `home` is the only folder whose frames may be chosen. */
export async function serveHost(options: {
  readonly library: string;
  readonly home: string;
  readonly port: number;
}): Promise<ServedHost> {
  const { library, home, port } = options;
  const words = ['serve', '--no-open', '--port', String(port), '--library', library];
  const child = spawn(process.execPath, [path.resolve('main/hosts/cli/main.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: home },
  });
  const address = await addressOf(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return { address, kill: () => end('SIGKILL'), stop: () => end('SIGINT') };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (bytes: Buffer) => {
      said += String(bytes);
      const found = /http:\/\/\S+#token=\S+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', (bytes: Buffer) => {
      said += String(bytes);
    });
    child.once('close', (code) => reject(new Error(`The host ended with ${code}: ${said}`)));
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The screens have to be built before they can be walked. */
export function pagesAreBuilt(): boolean {
  return existsSync('dist/renderer/index.html');
}
