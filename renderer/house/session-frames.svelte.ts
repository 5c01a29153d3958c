/**
 * One open session: its frames, which of them are listed in which order, where the person is, what was decided.
 * Long lists are raw state that is replaced, never proxied. Scores that arrive change cells, not the list.
 */
import type { NightsiftClient } from '../../contract/api.ts';
import type { SessionSummary } from '../../contract/calls/frames.ts';
import type { DecidedItem } from '../../contract/calls/review.ts';
import type { SessionRow } from '../../contract/calls/sessions.ts';
import { defaultThresholds, type FrameLabel, type Thresholds } from '../../contract/words.ts';
import { byTime, type FrameFilter, noFilter, passes, type SortOrder, sorted } from './filters.ts';
import { type FrameRow, rowsOf } from './frame-row.ts';
import type { Outbox } from './outbox.ts';

interface Step {
  readonly id: string;
  readonly items: readonly number[];
  readonly label: FrameLabel | null;
  /** What held before, for showing at once. */
  readonly before: ReadonlyMap<number, FrameRow>;
}

export class SessionFrames {
  readonly name: string;
  session = $state.raw<SessionRow | null>(null);
  thresholds = $state.raw<Thresholds>(defaultThresholds);
  summary = $state.raw<SessionSummary | null>(null);
  /** In order of time. */
  rows = $state.raw<readonly FrameRow[]>([]);
  /** Item ids in the order that was last asked for, the filter applied. */
  listed = $state.raw<readonly number[]>([]);
  filter = $state.raw<FrameFilter>(noFilter);
  order = $state.raw<SortOrder>(byTime);
  cursor = $state.raw<number | null>(null);
  selected = $state.raw<ReadonlySet<number>>(new Set());
  problem = $state.raw<unknown>(null);
  isLoaded = $state(false);
  undoable = $state(0);
  redoable = $state(0);

  byItem = $derived(new Map(this.rows.map((row) => [row.item, row])));
  current = $derived(this.cursor === null ? null : (this.byItem.get(this.cursor) ?? null));
  counts = $derived.by(() => countLabels(this.rows));
  /** Listed frames that the filter would no longer let through. */
  strayed = $derived(this.listed.filter((item) => !this.#passes(item)).length);

  readonly #client: NightsiftClient;
  readonly #outbox: Outbox;
  readonly #stop = new AbortController();
  /** What a person said since: an answer that was asked for before that does not take it away again. */
  readonly #said = new Map<number, Said>();
  #turn = 0;
  #done: Step[] = [];
  #undone: Step[] = [];

  constructor(client: NightsiftClient, outbox: Outbox, name: string) {
    this.#client = client;
    this.#outbox = outbox;
    this.name = name;
  }

  async open(): Promise<void> {
    void this.#followDecisions();
    await this.load();
    if (this.problem === null) await this.#loadHistory();
  }

  close(): void {
    this.#stop.abort();
  }

  /** Reads the rows again. Frames that were listed keep their place; new ones come behind. */
  async load(): Promise<void> {
    const asked = this.#turn;
    try {
      const { session, thresholds, columns } = await this.#client('frames.rows', { session: this.name });
      const isFirst = !this.isLoaded;
      this.session = session;
      this.thresholds = thresholds;
      this.rows = rowsOf(columns).map((row) => this.#withSaid(row, asked));
      this.problem = null;
      if (isFirst) this.relist();
      else this.#addNew();
      this.isLoaded = true;
      if (this.cursor === null || !this.byItem.has(this.cursor)) this.cursor = this.listed[0] ?? null;
    } catch (thrown) {
      this.problem = thrown;
      this.isLoaded = true;
    }
  }

  async loadSummary(): Promise<void> {
    this.summary = await this.#client('sessions.summary', { session: this.name });
  }

  /** Applies filter and order anew: the only way in which the list is rearranged. */
  relist(filter: FrameFilter = this.filter, order: SortOrder = this.order): void {
    this.filter = filter;
    this.order = order;
    const wanted = this.rows.filter((row) => passes(row, filter));
    const isByTime = order.key === 'time' && !order.descending;
    this.listed = (isByTime ? wanted : sorted(wanted, order)).map(({ item }) => item);
    if (this.cursor !== null && !this.listed.includes(this.cursor)) this.cursor = this.listed[0] ?? null;
    this.selected = new Set([...this.selected].filter((item) => this.listed.includes(item)));
  }

  /** Moves the cursor by so many listed frames; false at either end. */
  step(by: number): boolean {
    const at = this.cursor === null ? -1 : this.listed.indexOf(this.cursor);
    const to = Math.min(this.listed.length - 1, Math.max(0, at + by));
    if (to === at || this.listed.length === 0) return false;
    this.cursor = this.listed[to];
    return true;
  }

  toggleSelected(item: number): void {
    const next = new Set(this.selected);
    if (!next.delete(item)) next.add(item);
    this.selected = next;
  }

  select(items: Iterable<number>): void {
    this.selected = new Set(items);
  }

  /** Notes the person's word about frames: shown at once, one step of undo. */
  decide(items: readonly number[], label: FrameLabel | null, by: string): void {
    const wanted = items.filter((item) => isDecidable(this.byItem.get(item)));
    if (wanted.length === 0) return;
    const before = new Map(wanted.map((item) => [item, this.byItem.get(item)!]));
    const step: Step = { id: crypto.randomUUID(), items: wanted, label, before };
    this.#done.push(step);
    this.#undone = [];
    this.#send(step, by);
  }

  undo(): Step | null {
    const step = this.#done.pop();
    if (step === undefined) return null;
    this.#undone.push(step);
    this.#counted();
    this.#change(step.items, (row) => step.before.get(row.item) ?? row);
    for (const item of step.items) {
      const before = step.before.get(item);
      if (before === undefined) this.#said.delete(item);
      else this.#note(before, Number.POSITIVE_INFINITY);
    }
    this.#outbox.put({ kind: 'undo', session: this.name, id: step.id });
    return step;
  }

  redo(by: string): Step | null {
    const undone = this.#undone.pop();
    if (undone === undefined) return null;
    const step = { ...undone, id: crypto.randomUUID() };
    this.#done.push(step);
    this.#send(step, by);
    return step;
  }

  /** What holds for frames after a decision, from this window or another. */
  receive(items: readonly DecidedItem[]): void {
    const byItem = new Map(items.map((each) => [each.item, each]));
    this.#turn += 1;
    for (const each of items) this.#note(each, this.#turn);
    this.#change([...byItem.keys()], (row) => {
      const { label, labelledBy, score } = byItem.get(row.item)!;
      return { ...row, label, labelledBy, score };
    });
  }

  #send(step: Step, by: string): void {
    const { id, items, label } = step;
    this.#counted();
    if (label !== null) {
      this.#change(items, (row) => ({ ...row, label, labelledBy: 'person' }));
      for (const item of items) {
        const score = this.byItem.get(item)?.score ?? null;
        this.#note({ item, label, labelledBy: 'person', score }, Number.POSITIVE_INFINITY);
      }
    }
    this.#outbox.put({ kind: 'decide', session: this.name, id, items, label, by });
  }

  /** A decision was refused: what the library says holds. */
  async reload(): Promise<void> {
    this.#said.clear();
    await this.load();
  }

  #note({ item, label, labelledBy, score }: DecidedItem, turn: number): void {
    this.#said.set(item, { label, labelledBy, score, turn });
  }

  #withSaid(row: FrameRow, asked: number): FrameRow {
    const said = this.#said.get(row.item);
    if (said === undefined || said.turn <= asked) return row;
    const { label, labelledBy, score } = said;
    return { ...row, label, labelledBy, score };
  }

  #counted(): void {
    this.undoable = this.#done.length;
    this.redoable = this.#undone.length;
  }

  #change(items: readonly number[], change: (row: FrameRow) => FrameRow): void {
    const next = [...this.rows];
    for (const item of items) {
      const index = this.byItem.get(item)?.index;
      if (index !== undefined) next[index] = change(next[index]);
    }
    this.rows = next;
  }

  #passes(item: number): boolean {
    const row = this.byItem.get(item);
    return row !== undefined && passes(row, this.filter);
  }

  #addNew(): void {
    const known = new Set(this.listed);
    const added = this.rows.filter((row) => !known.has(row.item) && passes(row, this.filter));
    const kept = this.listed.filter((item) => this.byItem.has(item));
    if (added.length === 0 && kept.length === this.listed.length) return;
    this.listed = [...kept, ...added.map(({ item }) => item)];
  }

  async #loadHistory(): Promise<void> {
    const entries = await this.#client('review.history', { session: this.name, limit: 20_000 });
    const made = this.#done;
    this.#done = entries
      .filter(({ undone, id }) => !undone && !made.some((step) => step.id === id))
      .reverse()
      .map(({ id, items, label }): Step => ({ id, items, label, before: new Map() }));
    this.#done.push(...made);
    this.#counted();
  }

  async #followDecisions(): Promise<void> {
    const { signal } = this.#stop;
    try {
      const after = Number.MAX_SAFE_INTEGER; // only what is decided from now on
      for await (const { items } of this.#client('review.watch', { session: this.name, after }, { signal })) {
        this.receive(items);
      }
    } catch {
      // the connection is gone: decisions of other windows show at the next load
    }
  }
}

/** `turn`: of the answer that confirmed it; infinite while it is on its way. */
type Said = Pick<DecidedItem, 'label' | 'labelledBy' | 'score'> & { readonly turn: number };

function isDecidable(row: FrameRow | undefined): boolean {
  return row !== undefined && (row.status === 'ok' || row.status === 'failed');
}

export interface LabelCounts {
  readonly clean: number;
  readonly contaminated: number;
  readonly review: number;
  readonly failed: number;
  readonly skipped: number;
  readonly waiting: number;
  readonly byPerson: number;
}

function countLabels(rows: readonly FrameRow[]): LabelCounts {
  const counts = { clean: 0, contaminated: 0, review: 0, failed: 0, skipped: 0, waiting: 0, byPerson: 0 };
  for (const { label, status, labelledBy } of rows) {
    if (label !== null) counts[label] += 1;
    if (status !== 'ok') counts[status] += 1;
    if (labelledBy === 'person') counts.byPerson += 1;
  }
  return counts;
}
