/** What the commands print of spectra, telemetry, table columns and the like. */
import type { ScanOutcome, SessionRow } from '../../../../contract/calls/sessions.ts';
import type { RecordItem, RecordSource, RecordsReport } from '../../../../contract/records.ts';
import { describeSeconds } from '../progress.ts';
import { type Column, table } from '../tables.ts';

export const recordColumns: readonly Column<RecordItem>[] = [
  { title: 'item', of: (item) => item.file },
  { title: 'label', of: (item) => item.label },
  { title: 'labelledBy', of: (item) => item.labelledBy },
  { title: 'predicted', of: (item) => item.predicted },
  { title: 'confidence', of: (item) => item.confidence, digits: 3 },
  {
    title: 'facts',
    of: (item) =>
      Object.entries(item.facts)
        .filter(([, value]) => value !== null && value !== '')
        .map(([key, value]) => `${key}=${shortly(value)}`)
        .join(' '),
  },
];

function shortly(value: string | number | boolean | null): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  const text = String(value).replaceAll(/\s+/g, ' ');
  return text.length > 32 ? `${text.slice(0, 31)}…` : text;
}

const longestList = 30;

/** Counts, what was wrong, and what was found of each source. */
export function recordsSummary(outcome: ScanOutcome, report: RecordsReport): string {
  const seconds = describeSeconds(outcome.elapsedSeconds);
  const { sources } = report;
  return [
    `Session "${report.session}" (${report.family}): ${report.items.length} items of ${sources.length} files in ${seconds}`,
    ` (${outcome.measured} read, ${outcome.reused} already known)\n`,
    labelLine(outcome.session),
    ...sources.slice(0, longestList).map(sourceText),
    sources.length > longestList ? `… and ${sources.length - longestList} more files\n` : '',
  ].join('');
}

export function labelLine({ labels, labelledByPerson, items }: SessionRow): string {
  const counts = Object.entries(labels)
    .sort(([, one], [, other]) => other - one)
    .map(([label, count]) => `${count} ${label}`);
  const unlabelled = items - Object.values(labels).reduce((sum, count) => sum + count, 0);
  if (unlabelled > 0) counts.push(`${unlabelled} without a label`);
  return `  ${counts.join(', ')} (${labelledByPerson} labelled by persons or files)\n`;
}

function sourceText(source: RecordSource): string {
  if (source.error !== undefined) return `\n${source.file}: ${source.error.code}: ${source.error.message}\n`;
  const figures = source.quality.map(({ name, value }) => `${name} ${shortly(value)}`).join(', ');
  const problems = source.problems.slice(0, longestList).map(({ sentence }) => `    ${sentence}\n`);
  const more = source.problems.slice(longestList).reduce((sum, { count = 1 }) => sum + count, 0);
  return `\n${source.file}: ${figures}\n${problems.join('')}${more > 0 ? `    … and ${more} more problems\n` : ''}`;
}

export function recordsTable(report: RecordsReport): string {
  return table(report.items, recordColumns);
}
