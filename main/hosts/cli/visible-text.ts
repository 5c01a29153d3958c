/** Names of files, objects and sessions come from anywhere; a terminal must not take a part of them for a command. */
import type { Terminal } from './terminal.ts';

// C0 but tab and line feed, delete, C1, line and paragraph separators, and what turns the direction of writing
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const commands = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Control characters as JSON writes them, so that JSON keeps its meaning: `\u001b[31m` for the start of red. */
export function visibleText(text: string): string {
  return text.replaceAll(commands, escaped);
}

/** The same for a cell or a line, which a line feed or a tab would break. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A terminal to which everything goes visibly but what draws progress in place. */
export function visibleTerminal(terminal: Terminal): Terminal {
  // a copy would lose what a terminal computes when it is asked
  return Object.create(terminal, {
    out: { value: (text: string) => terminal.out(visibleText(text)) },
    err: { value: (text: string) => terminal.err(visibleText(text)) },
    draw: { value: (text: string) => terminal.draw(text) },
  }) as Terminal;
}
