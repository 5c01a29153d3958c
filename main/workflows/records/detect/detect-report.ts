/** The report of a detection, in Markdown and as one HTML file. */
import { join } from 'node:path';
import { type DetectReport, namedChannels } from '../../../../contract/calls/records.ts';
import type { RecordSource } from '../../../../contract/records.ts';
import type { DetectedRows } from '../../../families/family.ts';
import { writeWholeFileTo } from '../../export-model.ts';
import { htmlOf, markdownOf, type ReportPart, rounded } from '../../training/report-document.ts';
import { problemCounts } from './stage-sentences.ts';

/** Points of a drawn curve; each is the highest of its stretch, so that no peak is lost. */
const drawnPoints = 400;
const shownEvents = 200;
const shownChannels = 3;

/** Errors: diskFull, cannotOpen. */
export function writeDetectReport(
  report: DetectReport,
  sources: readonly RecordSource[],
  rows: DetectedRows,
): void {
  const title = `Events of ${report.session}`;
  const parts = partsOf(report, sources, rows);
  for (const [name, text] of [
    ['report.md', markdownOf(title, parts)],
    ['report.html', htmlOf(title, parts)],
  ] as const)
    writeWholeFileTo(join(report.into, name), new TextEncoder().encode(text));
}

function partsOf(report: DetectReport, sources: readonly RecordSource[], rows: DetectedRows): ReportPart[] {
  const { stages, events, figures, heldOut } = report;
  return [
    {
      kind: 'text',
      text: `${report.rows} rows, ${events.length} events. Model ${report.model}, run ${report.run}.`,
    },
    { kind: 'heading', text: 'Stages' },
    {
      kind: 'table',
      columns: ['stage', 'seconds', 'what was found'],
      rows: stages.map(({ name, seconds, sentence }) => [name, rounded(seconds), sentence]),
    },
    { kind: 'heading', text: 'Events' },
    eventTable(events),
    { kind: 'curves', title: 'How strange each row is', series: { score: strangest(rows.scores) } },
    ...figureParts('Figures on rows that were held out', heldOut),
    ...figureParts('Figures on all rows, those that it learned from among them', figures),
    ...problemParts(sources),
  ];
}

function eventTable(events: DetectReport['events']): ReportPart {
  if (events.length === 0) return { kind: 'text', text: 'None.' };
  return {
    kind: 'table',
    columns: ['source', 'start', 'end', 'rows', 'score', 'channels'],
    rows: events
      .slice(0, shownEvents)
      .map(({ source, start, first, end, last, rows, peakScore, channels }) => [
        source,
        start ?? first,
        end ?? last,
        rows,
        rounded(peakScore),
        namedChannels(channels, shownChannels)
          .map(({ name, share, direction }) => `${name} ${direction} (${Math.round(100 * share)} %)`)
          .join(', '),
      ]),
  };
}

function strangest(scores: Float64Array): { readonly step: number; readonly value: number }[] {
  const each = Math.max(1, Math.ceil(scores.length / drawnPoints));
  return Array.from({ length: Math.ceil(scores.length / each) }, (_, point) => {
    const stretch = scores.subarray(point * each, (point + 1) * each);
    return { step: point * each, value: stretch.reduce((most, value) => Math.max(most, value), 0) };
  });
}

function figureParts(title: string, figures: Readonly<Record<string, number | null>>): ReportPart[] {
  const rows = Object.entries(figures).map(([name, value]) => [name, rounded(value)] as const);
  if (rows.length === 0) return [];
  return [
    { kind: 'heading', text: title },
    { kind: 'table', columns: ['figure', 'value'], rows },
  ];
}

function problemParts(sources: readonly RecordSource[]): ReportPart[] {
  const rows = [...problemCounts(sources)].map(
    ([code, { count, example }]) => [code, count, example] as const,
  );
  if (rows.length === 0) return [];
  return [
    { kind: 'heading', text: 'What was wrong with the rows' },
    { kind: 'table', columns: ['kind', 'told', 'the first'], rows },
  ];
}
