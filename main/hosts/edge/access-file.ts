/**
 * The token of a library's edge host, in a file that only its owner can read. It stays the same over restarts, so that
 * a bookmark goes on working; deleting the file makes a new one.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { NightsiftError } from '../../../contract/errors.ts';

export interface Access {
  /** For browsers: 256 random bits. */
  readonly token: string;
  /** For commands on this machine; it stands in no address. */
  readonly ownerToken: string;
  /** Where the host that runs can be reached; null while none does. */
  readonly origin: string | null;
  /** What that host was started with; null where an older one did not say. */
  readonly served: Served | null;
}

export interface Served {
  readonly host: string;
  readonly port: number;
  readonly allowHosts: readonly string[];
  readonly folders: readonly string[];
}

const name = 'edge-access.json';
const ownerOnly = 0o600;

/** Null when there is none, or one that others could have read or written. */
export function readAccess(library: string): Access | null {
  const file = path.join(library, name);
  try {
    // Windows has no such modes; there the user's own data folder protects the file.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) return null;
    const { token, ownerToken, origin, served } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Access>;
    if (!isToken(token) || !isToken(ownerToken)) return null;
    return { token, ownerToken, origin: typeof origin === 'string' ? origin : null, served: served ?? null };
  } catch {
    return null;
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value);
}

/** Two fresh tokens; no host runs yet. */
export function newAccess(): Access {
  const [token, ownerToken] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64url'));
  return { token: token as string, ownerToken: ownerToken as string, origin: null, served: null };
}

/** Whole or not at all. Errors: cannotOpen. */
export function writeAccess(library: string, access: Access): void {
  const file = path.join(library, name);
  const part = `${file}.part-${process.pid}`;
  try {
    const handle = openSync(part, 'w', ownerOnly);
    chmodSync(part, ownerOnly);
    writeSync(handle, `${JSON.stringify(access)}\n`);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(part, file);
  } catch (thrown) {
    throw new NightsiftError('cannotOpen', `Cannot write ${file}.`, {
      hint: 'The library folder must be writable.',
      cause: thrown,
    });
  }
}
