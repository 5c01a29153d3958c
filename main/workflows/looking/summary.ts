/** One session at a glance: time on the sky by filter, what was accepted, what is wrong with the rest. */
import type { SessionSummary } from '../../../contract/calls/frames.ts';
import { type FindingCode, findingCodes } from '../../../contract/words.ts';
import type { Library } from '../../library/open-library.ts';
import { rowStatus } from '../scanning/row-status.ts';
import { findSession, sessionRow } from '../sessions.ts';
import { type SeenItem, seenItems } from './rows.ts';

/** Errors: notFound. */
export function sessionSummary(library: Library, reference: string): SessionSummary {
  const session = findSession(library, reference);
  const seen = seenItems(library, session);
  const times = seen.flatMap(({ time }) => (time === null ? [] : [time]));
  const models = seen.flatMap(({ standing }) => standing.model?.by ?? []);
  return {
    session: sessionRow(library, session),
    thresholds: library.calibrations.thresholds(session.family, session),
    model: models[0] ?? null,
    firstTime: isoOf(times[0]),
    lastTime: isoOf(times.at(-1)),
    objects: [...new Set(seen.flatMap(({ measurement }) => measurement?.header?.object ?? []))],
    filters: byFilter(seen),
    findings: byFinding(seen),
    leftOut: leftOut(seen),
  };
}

function isoOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** Copies of the same bytes count as frames; the sky was looked at once. Time is clean where one of them is. */
function byFilter(seen: readonly SeenItem[]): SessionSummary['filters'] {
  const rows = new Map<string | null, SessionSummary['filters'][number]>();
  const counted = new Set<string>();
  const accepted = new Set<string>();
  for (const { item, decision, measurement } of seen) {
    if (decision === null) continue;
    const content = item.contentHash ?? String(item.id);
    const filter = measurement?.header?.filter ?? null;
    const seconds = measurement?.header?.exposureSeconds ?? 0;
    const row = rows.get(filter) ?? {
      filter,
      frames: 0,
      clean: 0,
      contaminated: 0,
      review: 0,
      exposureSeconds: 0,
      cleanSeconds: 0,
    };
    row.frames += 1;
    row[decision.label] += 1;
    if (!counted.has(content)) row.exposureSeconds += seconds;
    counted.add(content);
    if (decision.label === 'clean') {
      if (!accepted.has(content)) row.cleanSeconds += seconds;
      accepted.add(content);
    }
    rows.set(filter, row);
  }
  return [...rows.values()].sort((one, other) => other.exposureSeconds - one.exposureSeconds);
}

function byFinding(seen: readonly SeenItem[]): SessionSummary['findings'] {
  const counts = new Map<FindingCode, number>();
  for (const { item, judgement } of seen) {
    if (item.status === 'skipped') continue;
    const codes = new Set((judgement?.findings ?? []).map(({ code }) => code));
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return findingCodes
    .flatMap((code) => (counts.has(code) ? [{ code, frames: counts.get(code)! }] : []))
    .sort((one, other) => other.frames - one.frames);
}

function leftOut(seen: readonly SeenItem[]): SessionSummary['leftOut'] {
  const counts = new Map<string, SessionSummary['leftOut'][number]>();
  for (const { item } of seen) {
    if (item.status === 'ok') continue;
    const reason = item.status === 'skipped' ? (item.reason ?? '') : (item.errorMessage ?? '');
    const row = counts.get(reason) ?? { reason, status: rowStatus(item), files: 0 };
    counts.set(reason, { ...row, files: row.files + 1 });
  }
  return [...counts.values()].sort((one, other) => other.files - one.files);
}
