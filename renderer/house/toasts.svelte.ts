/** Short messages that go by themselves, and problems that stay until they are read. */

export interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'problem';
  readonly text: string;
  readonly hint: string | null;
  readonly action: { readonly title: string; run(): void } | null;
}

const shownMilliseconds = 6000;
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

  #add(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    this.list = [...this.list.slice(-(most - 1)), { ...toast, id }];
    return id;
  }
}

/** Sentence and hint of anything thrown. */
export function problemOf(thrown: unknown): { text: string; hint: string | null } {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const hint = thrown instanceof Error && 'hint' in thrown ? (thrown.hint as string | undefined) : undefined;
  return { text, hint: hint ?? null };
}
