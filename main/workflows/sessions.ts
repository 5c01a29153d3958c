/** Sessions as lists and screens show them. */
import type { SessionRow } from '../../contract/calls/sessions.ts';
import type { RecordsReport } from '../../contract/records.ts';
import type { ScanReport } from '../../contract/scan-report.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import { framesName } from './records/families.ts';
import { recordsReport } from './records/report.ts';
import { decidedItems } from './scanning/opinions.ts';
import { changesOf, scanReport } from './scanning/report.ts';
import { rowStatus } from './scanning/row-status.ts';

/** A session with the counts of the labels that hold now. */
export function sessionRow(library: Library, session: Session): SessionRow {
  const counts = { failed: 0, skipped: 0, waiting: 0, labelledByPerson: 0 };
  const labels: Record<string, number> = {};
  const judged = decidedItems(library, session);
  for (const { item, decision } of judged) {
    if (decision !== null) labels[decision.label] = (labels[decision.label] ?? 0) + 1;
    if (decision?.labelledBy === 'person') counts.labelledByPerson += 1;
    const status = rowStatus(item);
    if (status !== 'ok') counts[status] += 1;
  }
  counts.failed += library.sources.list(session.id).filter(({ status }) => status === 'failed').length;
  const { clean = 0, contaminated = 0, review = 0 } = labels;
  return {
    id: String(session.id),
    name: session.name,
    family: session.family,
    policy: session.policy,
    ...changesOf(session),
    root: session.root,
    createdAt: session.createdAt,
    updatedAt: session.scannedAt ?? session.createdAt,
    items: judged.length,
    clean,
    contaminated,
    review,
    ...counts,
    labels,
  };
}

/** Newest first. */
export function listSessions(library: Library, limit?: number): SessionRow[] {
  const newest = library.sessions.list().reverse();
  return newest.slice(0, limit).map((session) => sessionRow(library, session));
}

/** By name or id. Errors: notFound. */
export function findSession(library: Library, reference: string): Session {
  const byName = library.sessions.byName(reference);
  if (byName !== undefined) return byName;
  const byId = /^\d+$/.test(reference) ? library.sessions.byId(Number(reference)) : undefined;
  return byId ?? library.sessions.need(reference);
}

export function showSession(
  library: Library,
  reference: string,
): { session: SessionRow; report: ScanReport; records?: RecordsReport } {
  const session = findSession(library, reference);
  const row = sessionRow(library, session);
  if (session.family === framesName) return { session: row, report: scanReport(library, session) };
  const { name, policy } = session;
  return {
    session: row,
    report: { schema: 'nightsift.scan/1', session: name, policy, frames: [] },
    records: recordsReport(library, session),
  };
}
