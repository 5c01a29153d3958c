import { describe, expect, it } from 'vitest';
import { keyName, keyParts, type PressedKey } from '../../renderer/keyboard/key-names.ts';
import { keyActions } from '../../renderer/keyboard/key-table.ts';

const press = (key: string, held: Partial<PressedKey> = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe('names of keys', () => {
  it('are the same for both cases, both command keys and every layout', () => {
    expect(press('a')).toBe('A');
    expect(press('z', { metaKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z');
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('/', { shiftKey: true })).toBe('/');
    expect(press(' ', { shiftKey: true })).toBe('Shift+Space');
    expect(press('Shift', { shiftKey: true })).toBeNull();
  });

  it('are shown part by part', () => {
    expect(keyParts('Ctrl+Shift+Z')).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(keyParts('+')).toEqual(['+']);
    expect(keyParts('ArrowLeft')).toEqual(['←']);
  });
});

describe('the table of keys', () => {
  it('gives no key and no action twice', () => {
    const keys = keyActions.flatMap((action) => action.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(keyActions.map(({ id }) => id)).size).toBe(keyActions.length);
  });
});
