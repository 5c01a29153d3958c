/** The desktop's own scheme: the built pages under one address, answered from a table and never from the disk. */
import { safetyHeaders } from '../page-safety.ts';
import type { Pages } from '../pages.ts';

export const pageScheme = 'nightsift';
export const pageHost = 'app';
export const pageOrigin = `${pageScheme}://${pageHost}`;

/** As Electron wants it before it is ready: a real origin, so that modules, fetch and CSP work as on the web. */
export const schemePrivileges = {
  scheme: pageScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
} as const;

export function pageAnswer(
  pages: Pages,
  request: { readonly url: string; readonly method: string },
): Response {
  const found = request.method === 'GET' ? pages.get(nameIn(request.url) ?? '?') : undefined;
  if (found === undefined) return new Response(null, { status: 404, headers: safetyHeaders });
  return new Response(found.bytes, {
    headers: { ...safetyHeaders, 'Content-Type': found.type, 'Cache-Control': 'no-cache' },
  });
}

/** The name as it was written: built files need no escape, so nothing is decoded. Null for another place. */
function nameIn(written: string): string | null {
  const prefix = `${pageOrigin}/`;
  if (!written.startsWith(prefix)) return null;
  return written.slice(prefix.length).split(/[?#]/)[0] as string;
}

/** True for the top frame of a window that shows our own page. */
export function isOwnPage(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  if (frame === null || frame.parent !== null) return false;
  return isOwnAddress(frame.url);
}

export function isOwnAddress(written: string): boolean {
  try {
    const { protocol, host } = new URL(written);
    return protocol === `${pageScheme}:` && host === pageHost;
  } catch {
    return false;
  }
}
