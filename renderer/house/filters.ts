/** Which frames are listed, and in which order: both change by command alone. */
import type { FindingCode } from '../../contract/words.ts';
import type { FigureName, FrameRow } from './frame-row.ts';

export interface FrameFilter {
  /** `failed` and `skipped` stand beside the labels. Empty: all but the skipped. */
  readonly labels: readonly string[];
  readonly findings: readonly FindingCode[];
  readonly authors: readonly string[];
  /** The filter wheel's; null for frames without one. */
  readonly filters: readonly (string | null)[];
  readonly text: string;
  /** Items that an expression approves; null without one. */
  readonly approved: ReadonlySet<number> | null;
}

export const noFilter: FrameFilter = {
  labels: [],
  findings: [],
  authors: [],
  filters: [],
  text: '',
  approved: null,
};

export function isFiltering(filter: FrameFilter): boolean {
  const lists = [filter.labels, filter.findings, filter.authors, filter.filters];
  return lists.some((list) => list.length > 0) || filter.text !== '' || filter.approved !== null;
}

export function passes(row: FrameRow, filter: FrameFilter): boolean {
  return (
    passesLabel(row, filter.labels) &&
    (filter.findings.length === 0 || row.findings.some((code) => filter.findings.includes(code))) &&
    (filter.authors.length === 0 || filter.authors.includes(row.labelledBy ?? '')) &&
    (filter.filters.length === 0 || filter.filters.includes(row.filter)) &&
    (filter.text === '' || row.file.toLowerCase().includes(filter.text.toLowerCase())) &&
    (filter.approved === null || filter.approved.has(row.item))
  );
}

function passesLabel({ label, status }: FrameRow, labels: readonly string[]): boolean {
  if (labels.length === 0) return status !== 'skipped';
  if (status === 'failed' || status === 'skipped') {
    return labels.includes(status) || (label !== null && labels.includes(label));
  }
  return label !== null && labels.includes(label);
}

export type SortKey = 'time' | 'file' | 'score' | 'label' | 'filter' | 'findings' | FigureName;

export interface SortOrder {
  readonly key: SortKey;
  readonly descending: boolean;
}

export const byTime: SortOrder = { key: 'time', descending: false };

/** Rows in that order, those without the value last; equal ones keep the order of time. */
export function sorted(rows: readonly FrameRow[], { key, descending }: SortOrder): FrameRow[] {
  const values = rows.map((row) => sortValue(row, key));
  const direction = descending ? -1 : 1;
  return rows
    .map((_, index) => index)
    .sort((one, other) => {
      const [a, b] = [values[one], values[other]];
      if (a === null || b === null) return a === b ? one - other : a === null ? 1 : -1;
      if (a === b) return one - other;
      return (a < b ? -1 : 1) * direction;
    })
    .map((index) => rows[index]);
}

function sortValue(row: FrameRow, key: SortKey): number | string | null {
  switch (key) {
    case 'time':
      return row.index;
    case 'file':
      return row.file;
    case 'score':
      return row.score;
    case 'label':
      return row.label;
    case 'filter':
      return row.filter;
    case 'findings':
      return row.findings.length;
    default:
      return row.figures[key];
  }
}
