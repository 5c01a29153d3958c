/** A file on a web server, by its address. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { SourceKind } from '../source.ts';
import { download } from './download.ts';
import { shownUrl } from './failure.ts';

export const httpSource: SourceKind = {
  name: 'http',
  title: 'a file on a web server',
  form: 'https://HOST/PATH (http:// too, for servers at home; USER:PASSWORD@HOST where one is asked for)',
  claims: (address) => /^https?:\/\//i.test(address),
  open(address, ports) {
    const url = urlOf(address);
    const authorization =
      url.username === ''
        ? null
        : `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
    url.username = '';
    url.password = '';
    url.hash = '';
    const name = nameOf(url);
    return {
      address: shownUrl(url),
      title: name,
      isPinned: false,
      list: async () => ({
        revision: null,
        entries: [
          {
            name,
            byteLength: null,
            tag: null,
            digest: null,
            fetch: (sink, work) =>
              download(
                {
                  url,
                  headers: (_, isOwn): Record<string, string> =>
                    isOwn && authorization !== null ? { authorization } : {},
                },
                sink,
                work,
                ports,
              ),
          },
        ],
      }),
    };
  },
};

/** Errors: wrongUse. */
export function urlOf(address: string): URL {
  try {
    return new URL(address);
  } catch {
    throw new NightsiftError('wrongUse', `"${address}" is no address of a source.`, {
      hint: 'Write it as https://HOST/PATH.',
    });
  }
}

function nameOf(url: URL): string {
  const last =
    url.pathname
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? url.hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
