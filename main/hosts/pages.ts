/**
 * The built workbench as a table from address to bytes, read once at the start. What is not in the table does not
 * exist: no request reaches the disk, so no path can lead astray.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NightsiftError } from '../../contract/errors.ts';

export interface Page {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Of the content, quoted as HTTP wants it. */
  readonly etag: string;
  /** True for files whose name holds a hash of their content: they never change. */
  readonly immutable: boolean;
}

/** By address without the leading slash; '' and 'index.html' are the workbench itself. */
export type Pages = ReadonlyMap<string, Page>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** In a release the pages lie beside the compiled hosts; from the source, where the build puts them. */
const builtPages = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/renderer/' : '../../renderer/', import.meta.url),
);

/** Errors: notFound when the pages are not built. */
export function readPages(folder: string = builtPages): Pages {
  const pages = new Map<string, Page>();
  for (const name of filesBelow(folder)) {
    const type = types[path.extname(name)];
    if (type === undefined) continue;
    const bytes = Uint8Array.from(readFileSync(path.join(folder, name)));
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    pages.set(name, { bytes, type, etag: `"${hash}"`, immutable: name.startsWith('assets/') });
  }
  const start = pages.get('index.html');
  if (start === undefined) {
    throw new NightsiftError('notFound', 'The screens are not built yet.', { hint: 'Run: npm run build' });
  }
  return pages.set('', start);
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
      );
  } catch {
    return [];
  }
}
