/** Tries again what failed for a reason that passes. */
import type { NightsiftError } from '../../../contract/errors.ts';
import type { FetchWork, SourcePorts } from '../source.ts';
import { isWorthRetrying } from './failure.ts';

/** In a row, without a byte between them. */
const mostTries = 5;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 30_000;
/** What a server may ask for with Retry-After. */
const longestAskedMilliseconds = 60_000;

export interface Trying {
  readonly ports: Pick<SourcePorts, 'sleep' | 'random' | 'now'>;
  readonly work: Pick<FetchWork, 'signal' | 'onRetry'>;
  /** Grows while a try gets somewhere: such tries do not count. */
  progress?(): number;
}

/** Pauses double from half a second on, each spread by up to a half. Errors: the last one of `attempt`. */
export async function retrying<T>({ ports, work, progress }: Trying, attempt: () => Promise<T>): Promise<T> {
  let failures = 0;
  let reached = progress?.() ?? 0;
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      const now = progress?.() ?? 0;
      failures = now > reached ? 1 : failures + 1;
      reached = now;
      if (!isWorthRetrying(thrown) || failures >= mostTries) throw thrown;
      const failure = thrown as NightsiftError;
      const pause = pauseBefore(failure, failures, ports);
      work.onRetry?.(`${failure.message} Trying again in ${(pause / 1000).toFixed(1)} s.`);
      await ports.sleep(pause, work.signal);
    }
  }
}

function pauseBefore(failure: NightsiftError, failures: number, { random, now }: Trying['ports']): number {
  const asked = askedPause(failure.details.retryAfter, now());
  if (asked !== null) return Math.min(asked, longestAskedMilliseconds);
  const base = Math.min(firstPauseMilliseconds * 2 ** (failures - 1), longestPauseMilliseconds);
  return base * (0.5 + random() / 2);
}

/** Retry-After: seconds or a date. */
function askedPause(value: unknown, now: Date): number | null {
  if (typeof value !== 'string') return null;
  const seconds = Number(value);
  const pause = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now.getTime();
  return pause >= 0 ? pause : null;
}
