/** Short messages that go by themselves, and problems that stay until they are read or their screen is left. */

export interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'problem';
  readonly text: string;
  readonly hint: string | null;
  readonly action: { readonly title: string; run(): void } | null;
  /** Milliseconds since the page was opened. */
  readonly shownAt: number;
}

const shownMilliseconds = 6000;
// what fails just before a screen is left has not been read yet
const readMilliseconds = 2000;
const most = 4;

export class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 1;

  say(text: string, action: Toast['action'] = null): void {
    const id = this.#add({ kind: 'done', text, hint: null, action });
    setTimeout(() => this.drop(id), shownMilliseconds);
  }

  /** Whatever was thrown, in the words it brings along. */
  fail(thrown: unknown): void {
    const { text, hint } = problemOf(thrown);
    this.#add({ kind: 'problem', text, hint, action: null });
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Another screen: problems of the one before would lie over it. */
  leaveScreen(): void {
    const oldest = performance.now() - readMilliseconds;
    this.list = this.list.filter(({ kind, shownAt }) => kind !== 'problem' || shownAt > oldest);
  }

  #add(toast: Omit<Toast, 'id' | 'shownAt'>): number {
    const id = this.#next++;
    this.list = [...this.list.slice(-(most - 1)), { ...toast, id, shownAt: performance.now() }];
    return id;
  }
}

/** Sentence and hint of anything thrown. */
export function problemOf(thrown: unknown): { text: string; hint: string | null } {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const hint = thrown instanceof Error && 'hint' in thrown ? (thrown.hint as string | undefined) : undefined;
  return { text, hint: hint ?? null };
}
