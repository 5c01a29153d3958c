/** Brings one object over HTTP into a sink, going on where an earlier try broke off (RFC 9110, sections 13 and 14). */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Fetched, FetchWork, Sink, SourcePorts } from '../source.ts';
import { ask, type Headers, type HttpAnswer, textOf } from './client.ts';
import { notSent, shownUrl, statusError } from './failure.ts';
import { retrying } from './retry.ts';

export interface HttpObject {
  readonly url: URL;
  /** Credentials; `isOwn` is false on other hosts. */
  headers?(url: URL, isOwn: boolean): Headers;
  /** Where the list told it; an answer of another length is no copy. */
  readonly byteLength?: number | null;
}

/** Errors: unreachable, notFound, notAllowed, tooLarge, verifyFailed, cancelled, and those of the sink. */
export function download(
  object: HttpObject,
  sink: Sink,
  work: FetchWork,
  ports: SourcePorts,
): Promise<Fetched> {
  return retrying({ ports, work, progress: () => sink.byteLength }, () => attempt(object, sink, work));
}

async function attempt(object: HttpObject, sink: Sink, work: FetchWork): Promise<Fetched> {
  // without a name for the bytes that are there nobody can say whether the rest belongs to them
  if (sink.byteLength > 0 && sink.validator === null) sink.restart();
  const from = sink.byteLength;
  const condition: Record<string, string> =
    from > 0
      ? { range: `bytes=${from}-`, 'if-range': sink.validator! }
      : work.knownTag
        ? { 'if-none-match': work.knownTag }
        : {};
  const answer = await ask({
    url: object.url,
    headers: (url, isOwn) => ({ ...object.headers?.(url, isOwn), ...condition }),
    signal: work.signal,
  });
  const tag = answer.header('etag');
  if (answer.status === 304 && from === 0) {
    answer.close();
    return { outcome: 'unchanged', tag: tag ?? work.knownTag ?? null };
  }
  if (answer.status === 416 && from > 0) return endOfRange(object, answer, sink, tag);
  if (answer.status !== 200 && answer.status !== 206) throw await refused(object, answer);
  const total = answer.status === 206 ? rangeTotal(object, answer, from) : wholeTotal(answer, sink, from);
  refuseTooLarge(object.url, total, work.mostBytes);
  if (answer.status === 200) sink.name(validatorOf(answer));
  await pour(object, answer, sink, work, total);
  const expected = object.byteLength ?? total;
  if (expected !== null && sink.byteLength !== expected) throw otherLength(object.url, sink, expected);
  return { outcome: 'fetched', tag };
}

/** Only what is the same byte by byte may be continued: strong ETags, else the date of change. */
function validatorOf(answer: HttpAnswer): string | null {
  const tag = answer.header('etag');
  if (tag !== null && !tag.startsWith('W/')) return tag;
  return answer.header('last-modified');
}

/** The server sends everything: what was there is of another state, or it knows no ranges. */
function wholeTotal(answer: HttpAnswer, sink: Sink, from: number): number | null {
  if (from > 0) sink.restart();
  return numberOf(answer.header('content-length'));
}

function rangeTotal({ url }: HttpObject, answer: HttpAnswer, from: number): number | null {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
  if (range === null || Number(range[1]) !== from) {
    answer.close();
    throw new NightsiftError(
      'verifyFailed',
      `${shownUrl(url)}: bytes from ${from} on were asked for, the server sends "${answer.header('content-range') ?? 'no range'}".`,
      { hint: 'The server handles ranges wrongly. Fetch the file by other means and scan the copy.' },
    );
  }
  return range[3] === '*' ? null : Number(range[3]);
}

/** Nothing follows what is there: either it is all, or it is of another state and begins anew. */
function endOfRange({ url }: HttpObject, answer: HttpAnswer, sink: Sink, tag: string | null): Fetched {
  answer.close();
  const total = /^bytes \*\/(\d+)$/.exec(answer.header('content-range') ?? '')?.[1];
  const isSame = tag === null || tag === sink.validator;
  if (Number(total) === sink.byteLength && isSame) return { outcome: 'fetched', tag: tag ?? sink.validator };
  sink.restart();
  throw notSent(url, 'it changed while it was being fetched; it is fetched from the start');
}

async function refused({ url }: HttpObject, answer: HttpAnswer): Promise<NightsiftError> {
  const said = await textOf(answer, 64 * 1024).catch(() => '');
  return statusError(url, answer.status, said, answer.header('retry-after') ?? undefined);
}

async function pour(
  { url }: HttpObject,
  answer: HttpAnswer,
  sink: Sink,
  { onBytes, mostBytes }: FetchWork,
  total: number | null,
): Promise<void> {
  onBytes?.(sink.byteLength, total);
  for await (const bytes of answer.body) {
    if (sink.byteLength + bytes.byteLength > (total ?? mostBytes)) {
      answer.close();
      if (total === null) refuseTooLarge(url, sink.byteLength + bytes.byteLength, mostBytes);
      throw notSent(url, `it sends more than the ${total} bytes that it announced`);
    }
    sink.append(bytes);
    onBytes?.(sink.byteLength, total);
  }
  if (total !== null && sink.byteLength < total)
    throw notSent(url, `the connection ended after ${sink.byteLength} of ${total} bytes`);
}

function refuseTooLarge(url: URL, length: number | null, mostBytes: number): void {
  if (length === null || length <= mostBytes) return;
  throw new NightsiftError(
    'tooLarge',
    `${shownUrl(url)} has ${length} bytes; at most ${mostBytes} are fetched.`,
    {
      hint: 'Raise NIGHTSIFT_CACHE_GIB if it should be fetched all the same.',
      details: { url: shownUrl(url), byteLength: length, mostBytes },
    },
  );
}

function otherLength(url: URL, sink: Sink, expected: number): NightsiftError {
  const found = sink.byteLength;
  sink.restart();
  return new NightsiftError(
    'verifyFailed',
    `${shownUrl(url)}: ${found} bytes came where ${expected} were expected.`,
    { hint: 'The source changed in between, or something on the way altered it. Try again.' },
  );
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
