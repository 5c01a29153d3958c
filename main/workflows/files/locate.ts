/** Where a frame's bytes are now: at its old place, where a sort moved it, or under another scanned name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Library } from '../../library/open-library.ts';

export interface Located {
  readonly root: string;
  readonly file: string;
  readonly contentHash: string;
}

/**
 * The path at which the content was last known to lie; the original one when nothing better is known. That
 * the file still has that content is for the caller to check.
 */
export function locate(library: Library, { root, file, contentHash }: Located): string {
  const original = join(root, file);
  if (existsSync(original)) return original;
  const moved = library.operations.targetsOf(contentHash).find((target) => existsSync(target));
  if (moved !== undefined) return moved;
  for (const item of library.sessions.itemsByContent(contentHash)) {
    const session = library.sessions.byId(item.sessionId);
    const path = session === undefined ? original : join(session.root, item.file);
    if (existsSync(path)) return path;
  }
  return original;
}
