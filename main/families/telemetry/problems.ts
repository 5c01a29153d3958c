/** Collects what is wrong with a source: the first of each kind in each column by name, the rest by number. */
import type { Problem } from '../family.ts';

const mostOfAKind = 20;

export interface ProblemList {
  add(row: number | null, column: string | null, code: string, sentence: string): void;
  all(): Problem[];
}

export function problemList(found: readonly Problem[] = []): ProblemList {
  const problems: Problem[] = [...found];
  const counts = new Map<string, { code: string; column: string | null; count: number }>();
  return {
    add(row, column, code, sentence) {
      const key = `${code} ${column ?? ''}`;
      const kind = counts.get(key) ?? { code, column, count: 0 };
      counts.set(key, { ...kind, count: kind.count + 1 });
      if (kind.count < mostOfAKind) problems.push({ row, column, code, sentence });
    },
    all() {
      const more = [...counts.values()].filter(({ count }) => count > mostOfAKind);
      return [
        ...problems,
        ...more.map(({ code, column, count }) => ({
          row: null,
          column,
          code,
          sentence: `${count - mostOfAKind} further rows${column === null ? '' : ` of ${column}`} have the same problem (${code}).`,
        })),
      ];
    },
  };
}
