/** Who answers which key: the newest binding of an action wins, text fields keep their keys. */

import { keyName } from './key-names.ts';
import { type ActionId, keyActions } from './key-table.ts';

export type KeyBindings = { readonly [K in ActionId]?: () => void };

export class Keyboard {
  /** Keys that the person changed: action to key. */
  changed = $state.raw<Readonly<Record<string, string>>>({});
  /** While a dialog is open only what it binds itself answers. */
  isHeld = $state(false);
  #layers: KeyBindings[] = [];
  #actions = $derived.by(() => {
    const byKey = new Map<string, string>();
    for (const { id, keys } of keyActions) for (const key of this.keysOf(id, keys)) byKey.set(key, id);
    return byKey;
  });

  keysOf(id: string, usual: readonly string[]): readonly string[] {
    const own = this.changed[id];
    return own === undefined || own === '' ? usual : [own];
  }

  /** The first key of an action, for hints. */
  keyOf(id: ActionId): string {
    const action = keyActions.find((each) => each.id === id);
    return this.keysOf(id, action?.keys ?? [])[0] ?? '';
  }

  /** Binds actions until the returned function is called; for `$effect`. */
  bind(bindings: KeyBindings): () => void {
    this.#layers.push(bindings);
    return () => {
      this.#layers = this.#layers.filter((layer) => layer !== bindings);
    };
  }

  readonly press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || this.isHeld || event.isComposing) return;
    const name = keyName(event);
    if (name === null || belongsToField(event.target, name)) return;
    const action = this.#actions.get(name) as ActionId | undefined;
    if (action === undefined) return;
    for (let at = this.#layers.length - 1; at >= 0; at -= 1) {
      const run = this.#layers[at]?.[action];
      if (run === undefined) continue;
      event.preventDefault();
      run();
      return;
    }
  };
}

/** What text fields use together with Ctrl. */
const editing = new Set(['A', 'C', 'V', 'X', 'Y', 'Z', 'Shift+Z'].map((key) => `Ctrl+${key}`));
/** Typing goes to the field, keys with Ctrl or Alt that it has no use for to the workbench. */
const isTyping = (name: string) => !/^(Ctrl|Alt)\+/.test(name) || editing.has(name);
const textKinds = new Set(['text', 'search', 'number', 'email', 'url', 'password', 'date', 'time']);

/** Whether the focused control has its own use for the key. */
function belongsToField(target: EventTarget | null, name: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return isTyping(name);
  if (target instanceof HTMLInputElement) {
    if (textKinds.has(target.type)) return isTyping(name);
    return name === 'Space' || name.startsWith('Arrow') || name === 'Home' || name === 'End';
  }
  if (target instanceof HTMLSelectElement) return !name.startsWith('Ctrl') && !name.startsWith('Alt');
  const isPressable = target.closest('button, a[href], summary, [role="button"], [role="tab"]') !== null;
  return isPressable && (name === 'Space' || name === 'Enter');
}
