/** How readers refuse: one shape of sentence, so that every message names the file, the find and the way out. */
import { NightsiftError, type RefusalCode } from '../../contract/errors.ts';

/** File text can be hostile: control characters are escaped and the length is capped before it reaches a message. */
export function quoted(text: string, maximumLength = 60): string {
  const cut = text.length > maximumLength ? `${text.slice(0, maximumLength)}…` : text;
  let shown = '';
  for (const character of cut) {
    const code = character.codePointAt(0) ?? 0;
    const printable = code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code < 0xa0);
    shown += printable ? character : `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return `'${shown}'`;
}

/** A refusal of `source`: `found` is a sentence part ("BITPIX is 12, not one of 8, 16, …"), `hint` says what to do. */
export function refusal(
  code: RefusalCode,
  source: { readonly name: string },
  found: string,
  hint: string,
  details: Readonly<Record<string, unknown>> = {},
): NightsiftError {
  return new NightsiftError(code, `${source.name}: ${found}`, {
    hint,
    details: { file: source.name, ...details },
  });
}
