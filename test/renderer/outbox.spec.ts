import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NightsiftError } from '../../contract/errors.ts';
import { Outbox, type Outgoing } from '../../renderer/house/outbox.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function decision(id: string): Outgoing {
  return { kind: 'decide', session: 'night', id, items: [1], label: 'clean', by: '' };
}

function trial(answer: (id: string) => void) {
  const kept = new Map<string, string>();
  const sent: string[] = [];
  const refused: string[] = [];
  const delayed: string[] = [];
  const waiting: number[] = [];
  const ports = {
    client: (async (_method: string, { id }: { id: string }) => {
      sent.push(id);
      answer(id);
      return { id, repeated: false, changed: 1, items: [] };
    }) as never,
    storage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
    onSaved: () => undefined,
    onRefused: ({ id }: Outgoing) => void refused.push(id),
    onDelayed: ({ id }: Outgoing) => void delayed.push(id),
    onWaiting: (count: number) => void waiting.push(count),
  };
  return { ports, sent, refused, delayed, waiting, kept };
}

describe('decisions on their way', () => {
  it('go out in order and are forgotten once acknowledged', async () => {
    const { ports, sent, kept } = trial(() => undefined);
    const outbox = new Outbox(ports);
    for (const id of ['one', 'two', 'three']) outbox.put(decision(id));
    await vi.runAllTimersAsync();
    expect(sent).toEqual(['one', 'two', 'three']);
    expect([outbox.size, kept.size]).toEqual([0, 0]);
  });

  it('wait for a host that is gone, are told once, and keep their order', async () => {
    let isGone = true;
    const { ports, sent, delayed } = trial(() => {
      if (isGone) throw new NightsiftError('hostGone', 'The host does not answer.');
    });
    const outbox = new Outbox(ports);
    outbox.put(decision('one'));
    outbox.put(decision('two'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(outbox.size).toBe(2);
    expect(delayed).toEqual(['one']);
    isGone = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(outbox.size).toBe(0);
    expect(sent.slice(-2)).toEqual(['one', 'two']);
  });

  it('outlive the page', async () => {
    const { ports, sent } = trial(() => {
      throw new NightsiftError('hostGone', 'The host does not answer.');
    });
    new Outbox(ports).put(decision('one'));
    await vi.advanceTimersByTimeAsync(10);
    const later = trial(() => undefined);
    const next = new Outbox({ ...later.ports, storage: ports.storage });
    expect(next.size).toBe(1);
    expect(later.waiting).toEqual([1]); // told before anything is sent: nothing looks saved that is not
    await next.send();
    expect(later.sent).toEqual(['one']);
    expect(sent).toContain('one');
  });

  it('are dropped and told when the host refuses them', async () => {
    const { ports, refused } = trial((id) => {
      if (id === 'bad') throw new NightsiftError('notFound', 'There is no such frame.');
    });
    const outbox = new Outbox(ports);
    outbox.put(decision('bad'));
    outbox.put(decision('good'));
    await vi.runAllTimersAsync();
    expect(refused).toEqual(['bad']);
    expect(outbox.size).toBe(0);
  });
});
