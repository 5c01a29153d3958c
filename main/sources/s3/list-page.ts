/** One page of ListObjectsV2, from its XML. */
import { XMLParser } from 'fast-xml-parser';
import { NightsiftError } from '../../../contract/errors.ts';

export interface S3Object {
  readonly key: string;
  readonly byteLength: number;
  readonly tag: string | null;
}

export interface S3Page {
  readonly objects: readonly S3Object[];
  /** Null on the last page. */
  readonly next: string | null;
}

const parser = new XMLParser({
  parseTagValue: false,
  isArray: (name) => name === 'Contents',
  ignoreAttributes: true,
});

/** `place`: for errors. Errors: badInput for anything but such a page. */
export function listPage(xml: string, place: string): S3Page {
  const result = parsed(xml)?.ListBucketResult;
  if (typeof result !== 'object' || result === null) {
    throw new NightsiftError('badInput', `${place} answers with something else than a list of objects.`, {
      hint: 'Check that the endpoint speaks S3 (ListObjectsV2).',
      details: { said: xml.slice(0, 200) },
    });
  }
  const page = result as Readonly<Record<string, unknown>>;
  const isEncoded = page.EncodingType === 'url';
  const contents = Array.isArray(page.Contents) ? (page.Contents as Record<string, unknown>[]) : [];
  const isTruncated = String(page.IsTruncated) === 'true';
  const next = page.NextContinuationToken;
  if (isTruncated && typeof next !== 'string') {
    throw new NightsiftError(
      'badInput',
      `${place} says that more objects follow, and not how to ask for them.`,
      {
        hint: 'The endpoint does not speak ListObjectsV2 in full.',
      },
    );
  }
  return {
    objects: contents.map((each) => objectOf(each, isEncoded)),
    next: isTruncated ? String(next) : null,
  };
}

/** Document types are how XML attacks; a list of objects needs none. */
function parsed(xml: string): Readonly<Record<string, unknown>> | null {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) return null;
  try {
    return parser.parse(xml) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

function objectOf(each: Readonly<Record<string, unknown>>, isEncoded: boolean): S3Object {
  const key = String(each.Key ?? '');
  return {
    key: isEncoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key,
    byteLength: Number(each.Size ?? 0),
    tag: typeof each.ETag === 'string' && each.ETag !== '' ? each.ETag : null,
  };
}

/** The region that a bucket lies in, where an error names it. */
export function regionOf(xml: string): string | null {
  return /<Region>([a-z0-9-]+)<\/Region>/.exec(xml)?.[1] ?? null;
}

/** What an error of S3 says: `AccessDenied: Access Denied`. */
export function saidBy(xml: string): string | null {
  const code = /<Code>([^<]{1,80})<\/Code>/.exec(xml)?.[1];
  const message = /<Message>([^<]{1,300})<\/Message>/.exec(xml)?.[1];
  return code === undefined ? null : `${code}: ${message ?? ''}`;
}
