/** Cookies that were given out for the token since the start of this host. They die with it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Visitors {
  /** A Set-Cookie value for the right token, else null. */
  admit(token: unknown): string | null;
  /** The visitor's number from a Cookie header, null for one that is not known. */
  recognise(cookieHeader: string | undefined): number | null;
}

// Browsers that forget and ask again; the oldest gives way.
const mostVisitors = 256;

/** Cookies are shared between the ports of a machine, so the port is part of the name. */
export function openVisitors(token: string, port: number): Visitors {
  const name = `nightsift-${port}`;
  const digests: { readonly number: number; readonly digest: Buffer }[] = [];
  const right = digestOf(token);
  let count = 0;
  return {
    admit(given) {
      if (typeof given !== 'string' || !timingSafeEqual(digestOf(given), right)) return null;
      const secret = randomBytes(32).toString('base64url');
      count += 1;
      digests.push({ number: count, digest: digestOf(secret) });
      if (digests.length > mostVisitors) digests.shift();
      return `${name}=${secret}; HttpOnly; SameSite=Strict; Path=/api/`;
    },
    recognise(header) {
      const given = cookieNamed(name, header);
      if (given === undefined) return null;
      const digest = digestOf(given);
      return digests.find((one) => timingSafeEqual(one.digest, digest))?.number ?? null;
    },
  };
}

/** Of equal length whatever comes in, as the comparison in constant time wants it. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookieNamed(name: string, header: string | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key, ...value] = part.split('=');
    if (key?.trim() === name) return value.join('=').trim();
  }
  return undefined;
}
