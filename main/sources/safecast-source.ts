/**
 * Measurements of the Safecast network, page by page, as one file of JSON Lines. The API answers with arrays; an empty one ends them.
 */
import { NightsiftError } from '../../contract/errors.ts';
import { ask, textOf } from './http/client.ts';
import { shownUrl, statusError } from './http/failure.ts';
import { retrying } from './http/retry.ts';
import type { Fetched, FetchWork, Sink, SourceKind, SourcePorts } from './source.ts';

const publicApi = 'https://api.safecast.org';
const defaultPages = 20;
const mostPages = 1000;
const mostPageBytes = 16 * 1024 * 1024;

/** What the API is asked for, as it names it. */
const known = [
  'latitude',
  'longitude',
  'distance',
  'captured_after',
  'captured_before',
  'device_id',
  'user_id',
  'unit',
];

export const safecastSource: SourceKind = {
  name: 'safecast',
  title: 'radiation measurements of the Safecast network',
  form: `safecast://measurements?latitude=…&longitude=…&distance=METRES&captured_after=DATE&captured_before=DATE&pages=${defaultPages}`,
  claims: (address) => /^safecast:\/\//i.test(address),
  open(address, ports) {
    const given = new URLSearchParams(address.split('?')[1] ?? '');
    const pages = pagesOf(given.get('pages'));
    given.delete('pages');
    const strange = [...given.keys()].find((key) => !known.includes(key));
    if (strange !== undefined) {
      throw new NightsiftError('wrongUse', `Safecast is not asked for "${strange}".`, {
        hint: `Known: ${known.join(', ')}, pages.`,
      });
    }
    const base = (ports.environment.SAFECAST_ENDPOINT || publicApi).replace(/\/$/, '');
    return {
      address: `safecast://measurements?${new URLSearchParams([...given, ['pages', String(pages)]])}`,
      title: 'safecast',
      isPinned: false,
      list: async () => ({
        revision: null,
        entries: [
          {
            name: 'safecast.jsonl',
            byteLength: null,
            tag: null,
            digest: null,
            fetch: (sink, work) =>
              fetchPages(new URL(`${base}/measurements.json?${given}`), pages, sink, work, ports),
          },
        ],
      }),
    };
  },
};

function pagesOf(text: string | null): number {
  const pages = Number(text ?? defaultPages);
  if (Number.isInteger(pages) && pages >= 1 && pages <= mostPages) return pages;
  throw new NightsiftError('wrongUse', `pages cannot be "${text}".`, { hint: `Choose 1 to ${mostPages}.` });
}

async function fetchPages(
  url: URL,
  pages: number,
  sink: Sink,
  work: FetchWork,
  ports: SourcePorts,
): Promise<Fetched> {
  // pages move as measurements come in: a broken try cannot be continued
  sink.restart();
  sink.name(null);
  for (let page = 1; page <= pages; page += 1) {
    url.searchParams.set('page', String(page));
    const rows = await retrying({ ports, work }, () => pageAt(url, work.signal));
    if (rows.length === 0) break;
    sink.append(new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
    if (sink.byteLength > work.mostBytes) {
      throw new NightsiftError('tooLarge', `${shownUrl(url)} gives more than ${work.mostBytes} bytes.`, {
        hint: 'Ask for fewer pages, or a smaller area or span of time.',
      });
    }
    work.onBytes?.(sink.byteLength, null);
  }
  return { outcome: 'fetched', tag: null };
}

async function pageAt(url: URL, signal: AbortSignal | undefined): Promise<readonly unknown[]> {
  const answer = await ask({ url, headers: () => ({ accept: 'application/json' }), signal });
  const text = await textOf(answer, mostPageBytes);
  if (answer.status !== 200)
    throw statusError(url, answer.status, text, answer.header('retry-after') ?? undefined);
  try {
    const rows: unknown = JSON.parse(text);
    if (Array.isArray(rows)) return rows;
  } catch {
    // said below
  }
  throw new NightsiftError(
    'badInput',
    `${shownUrl(url)} answers with something else than a list of measurements.`,
    {
      hint: 'The API may have changed, or a proxy answers in its place.',
      details: { said: text.slice(0, 200) },
    },
  );
}
