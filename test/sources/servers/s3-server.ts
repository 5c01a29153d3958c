/** A bucket as S3 shows it: ListObjectsV2 with pages, GetObject with ranges, every signature checked from what was sent. */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { etagOf, openServer, type ServedFile, type TestServer } from './file-server.ts';

export interface S3Server extends TestServer {
  readonly objects: Map<string, Uint8Array>;
}

export interface S3ServerOptions {
  readonly bucket: string;
  readonly region: string;
  /** Null: a public bucket. */
  readonly keys: { readonly accessKey: string; readonly secretKey: string; readonly token?: string } | null;
  readonly pageSize: number;
}

export async function openS3Server(options: S3ServerOptions): Promise<S3Server> {
  const objects = new Map<string, Uint8Array>();
  const server = await openServer((request, response): ServedFile | null => {
    const refuse = (status: number, code: string, more = '') => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(
        `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code} was found</Message>${more}</Error>`,
      );
      return null;
    };
    const [rawPath = '', rawQuery = ''] = (request.url ?? '').split('?');
    const wrong = options.keys === null ? null : signatureFault(request, rawPath, rawQuery, options);
    if (wrong === 'region')
      return refuse(400, 'AuthorizationHeaderMalformed', `<Region>${options.region}</Region>`);
    if (wrong !== null) return refuse(403, wrong);
    const path = decodeURIComponent(rawPath);
    if (!path.startsWith(`/${options.bucket}/`)) return refuse(404, 'NoSuchBucket');
    const key = path.slice(options.bucket.length + 2);
    if (key === '') {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(listing(objects, new URLSearchParams(rawQuery), options));
      return null;
    }
    const bytes = objects.get(key);
    return bytes === undefined ? refuse(404, 'NoSuchKey') : { bytes };
  });
  return { ...server, objects };
}

function listing(
  objects: ReadonlyMap<string, Uint8Array>,
  query: URLSearchParams,
  { bucket, pageSize }: S3ServerOptions,
): string {
  const prefix = query.get('prefix') ?? '';
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
  const all = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = all.slice(0, Math.min(pageSize, Number(query.get('max-keys') ?? 1000)));
  const isEncoded = query.get('encoding-type') === 'url';
  const shown = (key: string) =>
    isEncoded
      ? encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')
      : key.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const contents = page.map(
    (key) =>
      `<Contents><Key>${shown(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>${etagOf(objects.get(key)!).replaceAll('"', '&quot;')}</ETag><Size>${objects.get(key)!.byteLength}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const last = page.at(-1);
  const next =
    page.length < all.length && last !== undefined
      ? `<NextContinuationToken>${Buffer.from(last).toString('base64')}</NextContinuationToken>`
      : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${shown(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>1000</MaxKeys>${isEncoded ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${next !== ''}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`;
}

/** What is wrong with a request's signature; null when it is right. */
function signatureFault(
  request: IncomingMessage,
  path: string,
  query: string,
  { keys, region }: S3ServerOptions,
): string | null {
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (given === null || keys === null) return 'AccessDenied';
  const [, accessKey, day, named, signed = '', signature] = given;
  if (accessKey !== keys.accessKey) return 'InvalidAccessKeyId';
  if (named !== region) return 'region';
  const names = signed.split(';');
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.includes(name)))
    return 'AccessDenied';
  if (keys.token !== undefined && request.headers['x-amz-security-token'] !== keys.token)
    return 'InvalidToken';
  const canonical = [
    request.method,
    path,
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .sort()
      .join('&'),
    names.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`).join(''),
    signed,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hash(canonical)].join('\n');
  let key: Buffer = Buffer.from(`AWS4${keys.secretKey}`);
  for (const part of [day!, region, 's3', 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(text).digest('hex') === signature ? null : 'SignatureDoesNotMatch';
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
