/**
 * Who may speak to the edge host: decided from a request's headers alone, the same for pages, calls and the upgrade to
 * WebSocket. A page of another site, a name that was pointed at this machine (DNS rebinding) and a neighbour without
 * the token are each stopped here.
 */
import { wirePaths } from '../../../contract/wire.ts';

export interface Visit {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
  readonly upgrade: boolean;
}

export interface GateRules {
  /** Names and addresses, each with its port as browsers write it: `localhost:4747`, `[::1]:4747`. */
  readonly hosts: ReadonlySet<string>;
  /** True for a cookie that this host gave out. */
  knows(cookie: string | undefined): boolean;
}

export interface Refusal {
  readonly status: 401 | 403 | 405 | 415 | 421;
  readonly sentence: string;
}

/** Null when the visit may go on. */
export function judgeVisit(visit: Visit, rules: GateRules): Refusal | null {
  const host = visit.header('host')?.toLowerCase();
  if (host === undefined || !rules.hosts.has(host)) {
    return { status: 421, sentence: 'This host does not answer to that name.' };
  }
  return judgeOrigin(visit, host) ?? judgeMethod(visit) ?? judgeToken(visit, rules);
}

function judgeOrigin(visit: Visit, host: string): Refusal | null {
  const refused: Refusal = { status: 403, sentence: 'Requests of other pages are refused.' };
  const origin = visit.header('origin');
  const site = visit.header('sec-fetch-site');
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) return refused;
  const ownSite = site === 'same-origin' || site === 'none';
  const changes = visit.method !== 'GET' && visit.method !== 'HEAD';
  // Programs that are no browser send neither header; what changes something has to say where it comes from.
  if ((changes || visit.upgrade) && origin === undefined && !ownSite) return refused;
  // A link somewhere else may lead here, but nothing may be embedded or fetched.
  const followsLink = visit.header('sec-fetch-mode') === 'navigate' && !visit.path.startsWith('/api/');
  if (site !== undefined && !ownSite && !followsLink) return refused;
  return null;
}

function judgeMethod(visit: Visit): Refusal | null {
  const isCall = visit.path.startsWith(wirePaths.ask) || visit.path.startsWith(wirePaths.bytes);
  const takesPost = isCall || visit.path === wirePaths.session;
  if (visit.method === 'POST' && takesPost) {
    const type = visit.header('content-type')?.split(';')[0]?.trim().toLowerCase();
    return type === 'application/json' ? null : { status: 415, sentence: 'Bodies are application/json.' };
  }
  const takesGet = !isCall;
  if ((visit.method === 'GET' || visit.method === 'HEAD') && takesGet) return null;
  return { status: 405, sentence: 'That method is not offered here.' };
}

function judgeToken(visit: Visit, rules: GateRules): Refusal | null {
  // The pages themselves hold nothing of the library, and without them there is no place to hand in a token.
  if (!visit.path.startsWith('/api/')) return null;
  if (visit.path === wirePaths.session && visit.method === 'POST') return null;
  if (rules.knows(visit.header('cookie'))) return null;
  return { status: 401, sentence: 'The token is missing.' };
}
