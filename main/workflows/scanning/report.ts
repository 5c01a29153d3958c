/** `scan --json`: what was found, in the shape of the public contract. */
import { type Opinion, type ScannedFrame, ScanReport } from '../../../contract/scan-report.ts';
import { type Finding, type FrameLabel, labelAuthors, type PolicyChanges } from '../../../contract/words.ts';
import type { Measurement } from '../../library/measurements.ts';
import type { Library } from '../../library/open-library.ts';
import type { Item, Session } from '../../library/sessions.ts';
import { type JudgedItem, judgedItem, judgedItems } from './opinions.ts';

/**
 * The report of a session's present items, in order of their names. `files` narrows it to those.
 * Checked against the contract: a fault of ours must not reach a script.
 */
export function scanReport(library: Library, session: Session, files?: ReadonlySet<string>): ScanReport {
  const frames = judgedItems(library, session)
    .filter(({ item }) => files === undefined || files.has(item.file))
    .map((judged) => frameOf(judged, measurementOf(library, judged.item)));
  return ScanReport.parse({
    schema: 'nightsift.scan/1',
    session: session.name,
    policy: session.policy,
    ...changesOf(session),
    frames,
  });
}

/** The same of one item. */
export function itemReport(library: Library, item: Item): ScannedFrame {
  return frameOf(judgedItem(library, item), measurementOf(library, item));
}

function measurementOf(library: Library, { contentHash }: Item): Measurement | undefined {
  return contentHash === null ? undefined : library.measurements.newest(contentHash);
}

/** Named only where there are some. */
export function changesOf({ policyChanges }: Pick<Session, 'policyChanges'>): {
  readonly policyChanges?: PolicyChanges;
} {
  return Object.keys(policyChanges).length === 0 ? {} : { policyChanges };
}

function frameOf(judged: JudgedItem, measurement: Measurement | undefined): ScannedFrame {
  const { item, judgement, decision } = judged;
  return {
    file: item.file,
    status: item.status,
    ...(item.status === 'failed' && {
      error: { code: item.errorCode ?? 'crashed', message: item.errorMessage ?? '' },
    }),
    ...(item.status === 'skipped' && { reason: item.reason ?? '' }),
    width: measurement?.width ?? null,
    height: measurement?.height ?? null,
    header: measurement?.header ?? null,
    measurements: item.status === 'ok' ? (judgement?.measurements ?? null) : null,
    score: decision?.score ?? null,
    label: decision?.label ?? null,
    labelledBy: decision?.labelledBy ?? null,
    findings: item.status === 'skipped' ? [] : [...(judgement?.findings ?? [])],
    opinions: item.status === 'skipped' ? [] : opinionsOf(judged),
  };
}

function opinionsOf({ standing }: JudgedItem): Opinion[] {
  return labelAuthors.flatMap((author) => {
    const event = standing[author];
    if (event?.label == null) return [];
    const { label, score, by, reason } = event;
    return [{ author, label: label as FrameLabel, score, by, ...(reason !== null && { reason }) }];
  });
}

/** The finding of a file that could not be judged. */
export function unreadableFinding(code: string, message: string): Finding {
  return {
    code: 'unreadable',
    severity: 1,
    confidence: 1,
    sentence: message,
    evidence: { error: code },
  };
}
