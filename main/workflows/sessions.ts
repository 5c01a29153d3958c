/** Sessions as lists and screens show them. */
import type { SessionRow } from '../../contract/calls/sessions.ts';
import type { ScanReport } from '../../contract/scan-report.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import { decidedItems } from './scanning/opinions.ts';
import { changesOf, scanReport } from './scanning/report.ts';

/** A session with the counts of the labels that hold now. */
export function sessionRow(library: Library, session: Session): SessionRow {
  const counts = { clean: 0, contaminated: 0, review: 0, failed: 0, skipped: 0, labelledByPerson: 0 };
  const judged = decidedItems(library, session);
  for (const { item, decision } of judged) {
    if (decision !== null) counts[decision.label] += 1;
    if (decision?.labelledBy === 'person') counts.labelledByPerson += 1;
    if (item.status !== 'ok') counts[item.status] += 1;
  }
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
    ...counts,
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
): { session: SessionRow; report: ScanReport } {
  const session = findSession(library, reference);
  return {
    session: sessionRow(library, session),
    report: scanReport(library, session),
  };
}
