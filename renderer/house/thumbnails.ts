/** Thumbnails on demand: what is on the screen first, a few at a time, kept as object URLs until room is needed. */
import type { NightsiftClient } from '../../contract/api.ts';

interface Wanted {
  readonly key: string;
  readonly session: string;
  readonly item: number;
  readonly side: number;
  readonly listeners: Set<(url: string | null) => void>;
}

/** The host serves eight pictures of one page at a time; two are left for the viewer. */
const mostAtOnce = 6;
const mostKept = 1200;

export class Thumbnails {
  readonly #client: NightsiftClient;
  readonly #urls = new Map<string, string>();
  /** The last asked for is served first: it is what the person looks at now. */
  readonly #wanted = new Map<string, Wanted>();
  readonly #failed = new Set<string>();
  #running = 0;

  constructor(client: NightsiftClient) {
    this.#client = client;
  }

  /** Null until it is there. */
  known(session: string, item: number, side: number): string | null {
    return this.#urls.get(keyOf(session, item, side)) ?? null;
  }

  /** Calls back with the URL, or null when there is no picture; returns a function that gives the wish up. */
  want(session: string, item: number, side: number, listener: (url: string | null) => void): () => void {
    const key = keyOf(session, item, side);
    const url = this.#urls.get(key);
    if (url !== undefined || this.#failed.has(key)) {
      if (url !== undefined) {
        this.#urls.delete(key);
        this.#urls.set(key, url); // used last: dropped last
      }
      listener(url ?? null);
      return () => undefined;
    }
    const wanted = this.#wanted.get(key) ?? { key, session, item, side, listeners: new Set() };
    wanted.listeners.add(listener);
    this.#wanted.delete(key);
    this.#wanted.set(key, wanted);
    this.#next();
    return () => {
      wanted.listeners.delete(listener);
      if (wanted.listeners.size === 0 && this.#wanted.get(key) === wanted) this.#wanted.delete(key);
    };
  }

  /** Files may have changed: pictures that failed are tried again. */
  forgetFailures(): void {
    this.#failed.clear();
  }

  #next(): void {
    while (this.#running < mostAtOnce) {
      const wanted = [...this.#wanted.values()].at(-1);
      if (wanted === undefined) return;
      this.#wanted.delete(wanted.key);
      this.#running += 1;
      void this.#fetch(wanted).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #fetch({ key, session, item, side, listeners }: Wanted): Promise<void> {
    let url: string | null = null;
    try {
      const bytes = await this.#client('frames.thumbnail', { session, item, side });
      url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' }));
      this.#urls.set(key, url);
      this.#dropOldest();
    } catch {
      this.#failed.add(key); // the frame's own row says why it cannot be read
    }
    for (const listener of listeners) listener(url);
  }

  #dropOldest(): void {
    for (const [key, url] of this.#urls) {
      if (this.#urls.size <= mostKept) return;
      URL.revokeObjectURL(url);
      this.#urls.delete(key);
    }
  }
}

function keyOf(session: string, item: number, side: number): string {
  return `${session}/${item}/${side}`;
}
