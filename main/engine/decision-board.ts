/** Decisions of this process as numbered events for each session, so that every open window follows. */
import type { DecidedItem } from '../../contract/calls/review.ts';

export interface DecisionEvent {
  readonly seq: number;
  readonly id: string;
  readonly items: DecidedItem[];
}

export interface DecisionBoard {
  publish(session: string, id: string, items: readonly DecidedItem[]): void;
  /** Events after `after`, then live ones until the signal. */
  watch(session: string, after: number, signal?: AbortSignal): AsyncIterable<DecisionEvent>;
}

interface Line {
  readonly events: DecisionEvent[];
  readonly waiting: Set<() => void>;
}

export function openDecisionBoard(): DecisionBoard {
  const lines = new Map<string, Line>();
  const lineOf = (session: string): Line => {
    const line = lines.get(session) ?? { events: [], waiting: new Set() };
    lines.set(session, line);
    return line;
  };
  return {
    publish(session, id, items) {
      const { events, waiting } = lineOf(session);
      events.push({ seq: events.length + 1, id, items: [...items] });
      const woken = [...waiting];
      waiting.clear();
      for (const wake of woken) wake();
    },
    watch: (session, after, signal) => follow(lineOf(session), after, signal),
  };
}

async function* follow(line: Line, after: number, signal?: AbortSignal): AsyncIterable<DecisionEvent> {
  // a number from before a restart of the house lies beyond what there is
  for (let next = Math.min(after, line.events.length); !signal?.aborted; next += 1) {
    while (line.events.length <= next) {
      await nextEvent(line, signal);
      if (signal?.aborted) return;
    }
    yield line.events[next];
  }
}

function nextEvent({ waiting }: Line, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      signal?.removeEventListener('abort', wake);
      waiting.delete(wake);
      resolve();
    };
    if (signal?.aborted) return resolve();
    signal?.addEventListener('abort', wake, { once: true });
    waiting.add(wake);
  });
}
