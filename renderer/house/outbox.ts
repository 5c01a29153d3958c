/**
 * Decisions on their way to the library. Each waits in the page's storage until the host has acknowledged it, so that a
 * page or a host that dies in between loses none: the same id is sent again and applied once.
 */
import type { NightsiftClient } from '../../contract/api.ts';
import type { DecisionReceipt } from '../../contract/calls/review.ts';
import type { FrameLabel } from '../../contract/words.ts';

export type Outgoing =
  | {
      readonly kind: 'decide';
      readonly session: string;
      readonly id: string;
      readonly items: readonly number[];
      readonly label: FrameLabel | null;
      readonly by: string;
    }
  | { readonly kind: 'undo'; readonly session: string; readonly id: string };

export interface OutboxPorts {
  readonly client: NightsiftClient;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  onSaved(outgoing: Outgoing, receipt: DecisionReceipt): void;
  /** The host refused it: it will never be applied. */
  onRefused(outgoing: Outgoing, thrown: unknown): void;
  /** It could not be handed over yet and is tried again; told once for each. */
  onDelayed(outgoing: Outgoing, thrown: unknown): void;
  onWaiting(count: number): void;
}

const storageKey = 'nightsift.outbox';
const retryMilliseconds = 1500;
/** Failures of the way, not of the decision. */
const passing = new Set(['hostGone', 'tooBusy', 'notAllowed', 'libraryBusy', 'diskFull', 'cancelled']);

export class Outbox {
  readonly #ports: OutboxPorts;
  #waiting: Outgoing[];
  #sending: Promise<void> | null = null;
  #delayed = '';

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#waiting = readWaiting(ports.storage);
    ports.onWaiting(this.#waiting.length);
  }

  get size(): number {
    return this.#waiting.length;
  }

  put(outgoing: Outgoing): void {
    this.#waiting.push(outgoing);
    this.#keep();
    void this.send();
  }

  /**
   * Sends what waits, in order, one after the other; for decisions of an earlier page too. Resolves when all is sent, or
   * when the host cannot take the rest now, which is tried again later.
   */
  send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
      if (this.#waiting.length > 0) setTimeout(() => void this.send(), retryMilliseconds);
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && (await this.#sendFirst(this.#waiting[0]))) {
      this.#waiting.shift();
      this.#keep();
    }
  }

  /** False when it has to be tried again. */
  async #sendFirst(outgoing: Outgoing): Promise<boolean> {
    const { client } = this.#ports;
    try {
      const { kind, session, id } = outgoing;
      const receipt =
        kind === 'undo'
          ? await client('review.undo', { session, id })
          : await client('review.decide', {
              session,
              id,
              items: [...outgoing.items],
              label: outgoing.label,
              by: outgoing.by,
            });
      this.#ports.onSaved(outgoing, receipt);
      return true;
    } catch (thrown) {
      if (isPassing(thrown)) {
        if (this.#delayed !== outgoing.id) this.#ports.onDelayed(outgoing, thrown);
        this.#delayed = outgoing.id;
        return false;
      }
      this.#ports.onRefused(outgoing, thrown);
      return true;
    }
  }

  #keep(): void {
    const { storage, onWaiting } = this.#ports;
    try {
      if (this.#waiting.length === 0) storage.removeItem(storageKey);
      else storage.setItem(storageKey, JSON.stringify(this.#waiting));
    } catch {
      // storage switched off: the decision is still sent, only a dying page would lose it
    }
    onWaiting(this.#waiting.length);
  }
}

function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown)) return true;
  return passing.has(String(thrown.code));
}

function readWaiting(storage: OutboxPorts['storage']): Outgoing[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(storageKey) ?? '[]');
    return Array.isArray(kept) ? (kept as Outgoing[]) : [];
  } catch {
    return [];
  }
}
