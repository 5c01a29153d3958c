/**
 * Judging frames as they arrive. The folders are looked at again and again rather than listened to, which works
 * on network folders too; a file is taken once it has stopped changing.
 */
import type { ScanOutcome } from '../../contract/calls/sessions.ts';
import { isNightsiftError, NightsiftError } from '../../contract/errors.ts';
import { isSourceAddress } from '../../contract/source-address.ts';
import { openFamilyPool } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { type ScanInput, type ScanPorts, scan } from './scan.ts';
import { type FoundFile, findFiles } from './scanning/walk.ts';

export interface WatchInput extends Omit<ScanInput, 'isReady' | 'force'> {
  /** Pause between two looks. */
  readonly lookMilliseconds?: number | undefined;
  /** A file must be the same for this long; capture programs and network folders write in bursts. */
  readonly settleMilliseconds?: number | undefined;
}

export interface WatchOptions extends WorkOptions {
  /** After each batch: the whole session as it stands, and the files that are new in it. */
  readonly onReport?: ((outcome: ScanOutcome, fresh: readonly string[]) => void) | undefined;
}

const defaultLookMilliseconds = 2000;
const defaultSettleMilliseconds = 4000;

/**
 * Scans, then goes on scanning what arrives until `signal` ends it; that is the regular end, and the last
 * outcome is returned. A folder that vanishes for a while (a network that sleeps) is waited for.
 * Errors: those of scan for what is there at the beginning; diskFull and failures of the library at any time.
 */
export async function watchNight(
  ports: ScanPorts,
  input: WatchInput,
  options: WatchOptions = {},
): Promise<ScanOutcome> {
  const { signal } = options;
  if (input.paths.some(isSourceAddress)) {
    throw new NightsiftError(
      'wrongUse',
      'Only folders of this machine can be watched, network folders too.',
      {
        hint: 'Scan the source again when there is something new: only that is fetched.',
      },
    );
  }
  const pool = openFamilyPool(ports.family, input.workers);
  const settling = new Settling(input.settleMilliseconds ?? defaultSettleMilliseconds);
  const scanReady = async () => {
    const fresh = settling.take();
    try {
      const isReady = (file: FoundFile) => settling.isTaken(file);
      const outcome = await scan({ ...ports, pool }, { ...input, isReady }, options);
      options.onReport?.(outcome, fresh);
      return outcome;
    } catch (error) {
      settling.putBack(fresh);
      throw error;
    }
  };
  try {
    settling.look(findFiles(input.paths).files, performance.now());
    let outcome = await scanReady();
    while (!signal?.aborted) {
      await pause(input.lookMilliseconds ?? defaultLookMilliseconds, signal);
      const files = lookAgain(input.paths);
      if (signal?.aborted || files === null) continue;
      settling.look(files, performance.now());
      if (!settling.hasNews()) continue;
      const next = await scanReady().catch((error: unknown) => {
        if (isNightsiftError(error) && (error.code === 'cancelled' || error.code === 'notFound')) return null;
        throw error;
      });
      outcome = next ?? outcome;
    }
    return outcome;
  } finally {
    await pool.close();
  }
}

/** Null while the folder is away. */
function lookAgain(paths: readonly string[]): readonly FoundFile[] | null {
  try {
    return findFiles(paths).files;
  } catch (error) {
    if (isNightsiftError(error) && error.code === 'notFound') return null;
    throw error;
  }
}

interface Sight {
  readonly state: string;
  readonly since: number;
}

/** Tells files that have stopped changing, by looks alone: clocks of cameras and servers are not trusted. */
class Settling {
  private readonly settleMilliseconds: number;
  private readonly seen = new Map<string, Sight>();
  private readonly taken = new Map<string, string>();
  private ready = new Map<string, string>();
  private gone = false;

  constructor(settleMilliseconds: number) {
    this.settleMilliseconds = settleMilliseconds;
  }

  look(files: readonly FoundFile[], now: number): void {
    const present = new Set(files.map((file) => file.file));
    for (const name of this.taken.keys()) {
      if (present.has(name)) continue;
      this.taken.delete(name);
      this.gone = true;
    }
    this.ready = new Map();
    for (const file of files) {
      const state = stateOf(file);
      const before = this.seen.get(file.file);
      const sight = before?.state === state ? before : { state, since: isOld(file) ? -Infinity : now };
      this.seen.set(file.file, sight);
      const isSettled = now - sight.since >= this.settleMilliseconds;
      if (isSettled && this.taken.get(file.file) !== state) this.ready.set(file.file, state);
    }
  }

  hasNews(): boolean {
    return this.ready.size > 0 || this.gone;
  }

  /** Hands over what is ready; returns the names. */
  take(): string[] {
    for (const [name, state] of this.ready) this.taken.set(name, state);
    this.gone = false;
    return [...this.ready.keys()];
  }

  /** They could not be scanned: their turn comes again. */
  putBack(names: readonly string[]): void {
    for (const name of names) this.taken.delete(name);
  }

  /** False for one that is being rewritten: what was measured of it holds until it settles again. */
  isTaken(file: FoundFile): boolean {
    return this.taken.get(file.file) === stateOf(file);
  }
}

/** What was written well before the watch began needs no waiting; a clock that is minutes off costs only that. */
const oldMilliseconds = 60_000;

function isOld({ facts }: FoundFile): boolean {
  if (facts === null) return false;
  return Date.now() - Number(BigInt(facts.modifiedNanoseconds) / 1_000_000n) > oldMilliseconds;
}

function stateOf({ facts, skipReason }: FoundFile): string {
  return facts === null
    ? `unknown ${skipReason}`
    : `${facts.byteLength} ${facts.modifiedNanoseconds} ${facts.inode}`;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
}
