/** Names of keys as people write them, the same on every keyboard layout that can type the sign. */

const named: Readonly<Record<string, string>> = { ' ': 'Space', Esc: 'Escape', Spacebar: 'Space' };

/** The part of a KeyboardEvent that names a key. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** `Ctrl+Shift+Z`, `?`, `ArrowLeft`; null for a modifier alone. Command counts as Ctrl. */
export function keyName(event: PressedKey): string | null {
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead'].includes(event.key)) return null;
  const isLetter = /^[a-z]$/i.test(event.key);
  const base = isLetter ? event.key.toUpperCase() : (named[event.key] ?? event.key);
  const isSign = base.length === 1 && !isLetter;
  const parts = [
    event.ctrlKey || event.metaKey ? 'Ctrl' : '',
    event.altKey ? 'Alt' : '',
    // a sign already says whether Shift was needed to type it
    event.shiftKey && !isSign ? 'Shift' : '',
    base,
  ];
  return parts.filter((part) => part !== '').join('+');
}

const signs: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵ Enter',
  Backspace: '⌫',
  Escape: 'Esc',
};

/** For showing, part by part. */
export function keyParts(key: string): string[] {
  const plus = key.endsWith('+');
  const parts = (plus ? key.slice(0, -1) : key).split('+').filter((part) => part !== '');
  return [...parts, ...(plus ? ['+'] : [])].map((part) => signs[part] ?? part);
}
