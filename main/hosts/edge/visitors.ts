/** Cookies that were given out for a token since the start of this host. They die with it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Visitors {
  /** A Set-Cookie value for the right token, else null. */
  admit(token: unknown): string | null;
  /** Null for a Cookie header that is not known. */
  recognise(cookieHeader: string | undefined): Visitor | null;
}

export interface Visitor {
  readonly number: number;
  /** Came with the token that never leaves the library's folder: a command of the library's owner on this machine. */
  readonly isOwner: boolean;
}

// Browsers that forget and ask again; the oldest gives way.
const mostVisitors = 256;

/** Cookies are shared between the ports of a machine, so the port is part of the name. */
export function openVisitors(
  tokens: { readonly browser: string; readonly owner: string },
  port: number,
): Visitors {
  const name = `nightsift-${port}`;
  const known: (Visitor & { readonly digest: Buffer })[] = [];
  const [browser, owner] = [digestOf(tokens.browser), digestOf(tokens.owner)];
  let count = 0;
  return {
    admit(given) {
      if (typeof given !== 'string') return null;
      const isOwner = timingSafeEqual(digestOf(given), owner);
      if (!timingSafeEqual(digestOf(given), browser) && !isOwner) return null;
      const secret = randomBytes(32).toString('base64url');
      count += 1;
      known.push({ number: count, isOwner, digest: digestOf(secret) });
      if (known.length > mostVisitors) known.shift();
      return `${name}=${secret}; HttpOnly; SameSite=Strict; Path=/api/`;
    },
    recognise(header) {
      const given = cookieNamed(name, header);
      if (given === undefined) return null;
      const digest = digestOf(given);
      return known.find((one) => timingSafeEqual(one.digest, digest)) ?? null;
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
