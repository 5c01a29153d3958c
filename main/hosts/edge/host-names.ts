/** The names under which browsers may speak to the host. */
import { networkInterfaces } from 'node:os';

export interface Naming {
  /** The address it listens on. */
  readonly host: string;
  readonly port: number;
  /** Names that the person allowed, with or without a port. */
  readonly allowed: readonly string[];
}

/**
 * As browsers write them, with the port. An address is never a danger (a page that was fetched from it is our own); a
 * name can be pointed anywhere by whoever owns it, so names beyond localhost have to be allowed one by one.
 */
export function hostNames({ host, port, allowed }: Naming, addresses = ownAddresses): ReadonlySet<string> {
  const everywhere = host === '0.0.0.0' || host === '::';
  const named = ['localhost', '127.0.0.1', '::1', ...(everywhere ? addresses() : [host]), ...allowed];
  return new Set(
    named.flatMap((name) => {
      const written = bracketed(name.toLowerCase());
      if (/:\d+$/.test(written) && !written.endsWith(']')) return [written];
      // Browsers leave the port of plain HTTP out.
      return port === 80 ? [written, `${written}:80`] : [`${written}:${port}`];
    }),
  );
}

function bracketed(name: string): string {
  return name.split(':').length > 2 && !name.startsWith('[') ? `[${name}]` : name;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []);
}
