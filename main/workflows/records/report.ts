/** What is known of a session of records: its sources and their problems, its items and what each is. */
import type { RecordItem, RecordSource, RecordsReport } from '../../../contract/records.ts';
import { QualityFigure } from '../../../contract/records.ts';
import type { LabelAuthor } from '../../../contract/words.ts';
import type { LabelEvent } from '../../library/labels.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { Source } from '../../library/sources.ts';
import { type StandingItem, standingItems } from './session-readings.ts';

export function recordsReport(library: Library, session: Session): RecordsReport {
  return {
    schema: 'nightsift.records/1',
    session: session.name,
    family: session.family,
    sources: sourceRows(library, session),
    items: itemRows(library, session),
  };
}

export function sourceRows(library: Library, session: Session): RecordSource[] {
  return library.sources.list(session.id).map((source) => sourceRow(library, source));
}

function sourceRow(library: Library, source: Source): RecordSource {
  const { file, status, errorCode, errorMessage, problems, quality } = source;
  return {
    file,
    status,
    ...(status === 'failed' && { error: { code: errorCode ?? 'crashed', message: errorMessage ?? '' } }),
    items: library.sources.itemIds(source.id).size,
    problems: [...problems],
    quality: quality.map((figure) => QualityFigure.parse(figure)),
  };
}

export function itemRows(library: Library, session: Session): RecordItem[] {
  const standing = library.labels.standing(session.id);
  return standingItems(library, session).map((item) => itemRow(item, standing.get(item.itemId) ?? {}));
}

export function itemRow(
  { itemId, file, source, stored }: StandingItem,
  voices: Partial<Record<LabelAuthor, LabelEvent>>,
): RecordItem {
  const holds = voices.person?.label != null ? voices.person : voices.model;
  return {
    item: itemId,
    file,
    id: stored.id,
    source: source.file,
    group: stored.group,
    label: holds?.label ?? null,
    labelledBy: holds?.label == null ? null : holds.author,
    by: holds?.label == null ? null : holds.by,
    predicted: voices.model?.label ?? null,
    confidence: voices.model?.score ?? null,
    facts: { ...stored.facts },
  };
}
