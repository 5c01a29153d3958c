/** Collects what is wrong with a source: the first of each kind in each column by name, the rest by number and row. */
import type { Problem } from '../family.ts';

const mostOfAKind = 20;
/** Stretches of rows that the sentence about the rest tells. */
const mostStretches = 10;
/** Rows of the rest that are kept as numbers. */
const mostRows = 10_000;

export interface ProblemList {
  add(row: number | null, column: string | null, code: string, sentence: string): void;
  all(): Problem[];
}

interface Kind {
  readonly code: string;
  readonly column: string | null;
  count: number;
  /** Rows that are not named one by one. */
  readonly further: (number | null)[];
}

export function problemList(found: readonly Problem[] = []): ProblemList {
  const problems: Problem[] = [];
  const kinds = new Map<string, Kind>();
  const list: ProblemList = {
    add(row, column, code, sentence) {
      const key = `${code} ${column ?? ''}`;
      const kind = kinds.get(key) ?? { code, column, count: 0, further: [] };
      kinds.set(key, kind);
      kind.count += 1;
      if (kind.count <= mostOfAKind) problems.push({ row, column, code, sentence });
      else kind.further.push(row);
    },
    all() {
      const more = [...kinds.values()].filter(({ further }) => further.length > 0);
      return [...problems, ...more.map(furtherRows)];
    },
  };
  for (const { row, column, code, sentence } of found) list.add(row, column, code, sentence);
  return list;
}

function furtherRows({ code, column, further }: Kind): Problem {
  const rows = further.filter((row) => row !== null);
  const which = rows.length === 0 ? '' : `: ${stretchesOf(rows)}`;
  const of = column === null ? '' : ` of ${column}`;
  return {
    row: null,
    column,
    code,
    count: further.length,
    rows: rows.slice(0, mostRows),
    sentence: `${further.length} further rows${of} have the same problem (${code})${which}.`,
  };
}

/** `22 to 40, 57, 60 to 71`. */
function stretchesOf(rows: readonly number[]): string {
  const sorted = [...rows].sort((a, b) => a - b);
  const stretches: [number, number][] = [];
  for (const row of sorted) {
    const last = stretches.at(-1);
    if (last !== undefined && row <= last[1] + 1) last[1] = row;
    else stretches.push([row, row]);
  }
  const told = stretches
    .slice(0, mostStretches)
    .map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  return `${told.join(', ')}${stretches.length > mostStretches ? ', …' : ''}`;
}
