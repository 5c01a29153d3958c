/** Names that a source gives its files, before they become names on this disk: a source is not trusted. */

const longestSegmentBytes = 200;
const deepest = 20;

/** Why a name cannot be a file's here; null for one that can. */
export function reasonAgainstName(name: string): string | null {
  const segments = name.split('/');
  if (segments.length > deepest) return `lies more than ${deepest} folders deep`;
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') return 'leads out of its folder';
    if (/^[A-Za-z]:/.test(segment) || segment.includes('\\')) return 'is a path of another system';
    for (const letter of segment) {
      const code = letter.codePointAt(0)!;
      if (code < 0x20 || code === 0x7f) return 'holds control characters';
    }
    if (new TextEncoder().encode(segment).byteLength > longestSegmentBytes)
      return `is longer than ${longestSegmentBytes} bytes`;
  }
  return null;
}

export interface NameChoice<T> {
  readonly kept: readonly T[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** Keeps what can lie side by side in one folder: no two names that differ only by case, no file that is a folder too. */
export function chooseNames<T extends { readonly name: string }>(entries: readonly T[]): NameChoice<T> {
  const folders = new Set<string>();
  for (const { name } of entries) {
    const parts = name.toLowerCase().split('/');
    for (let depth = 1; depth < parts.length; depth += 1) folders.add(parts.slice(0, depth).join('/'));
  }
  const seen = new Set<string>();
  const kept: T[] = [];
  const refused: { name: string; reason: string }[] = [];
  for (const entry of entries) {
    const plain = entry.name.toLowerCase();
    const reason =
      reasonAgainstName(entry.name) ??
      (folders.has(plain) ? 'is a folder too' : seen.has(plain) ? 'differs from another only by case' : null);
    if (reason === null) {
      seen.add(plain);
      kept.push(entry);
    } else refused.push({ name: entry.name, reason });
  }
  return { kept, refused };
}
