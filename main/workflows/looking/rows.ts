/** All frames of a session as columns, in the one order that every screen and expression shares. */
import type { FrameColumns } from '../../../contract/calls/frames.ts';
import type { SessionRow } from '../../../contract/calls/sessions.ts';
import {
  FrameMeasurements,
  findingCodes,
  type LabelAuthor,
  type Thresholds,
} from '../../../contract/words.ts';
import type { Measurement } from '../../library/measurements.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { type JudgedItem, judgedItems } from '../scanning/opinions.ts';
import { rowStatus } from '../scanning/row-status.ts';
import { findSession, sessionRow } from '../sessions.ts';

/** An item with what was measured of it, and when its exposure began. */
export interface SeenItem extends JudgedItem {
  readonly measurement: Measurement | undefined;
  /** Milliseconds since 1970, UTC. */
  readonly time: number | null;
}

const measurementNames = Object.keys(FrameMeasurements.shape) as (keyof FrameMeasurements)[];

/** Present items in order of time, then name; those without a time come last. */
export function seenItems(library: Library, session: Session): SeenItem[] {
  const measurements = library.measurements.newestOfSession(session.id);
  const seen = judgedItems(library, session).map((judged): SeenItem => {
    const measurement = measurements.get(judged.item.id);
    return { ...judged, measurement, time: timeOf(measurement?.header?.dateObs ?? null) };
  });
  return seen.sort(byTimeThenName);
}

function byTimeThenName(one: SeenItem, other: SeenItem): number {
  const difference = (one.time ?? Number.MAX_VALUE) - (other.time ?? Number.MAX_VALUE);
  if (difference !== 0) return difference;
  return one.item.file < other.item.file ? -1 : 1;
}

/** Headers give UTC with or without a Z. */
function timeOf(dateObs: string | null): number | null {
  if (dateObs === null) return null;
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/i.test(dateObs);
  const time = Date.parse(isZoned || !dateObs.includes('T') ? dateObs : `${dateObs}Z`);
  return Number.isNaN(time) ? null : time;
}

export interface RowsAnswer {
  readonly session: SessionRow;
  readonly thresholds: Thresholds;
  readonly total: number;
  readonly columns: FrameColumns;
}

/** Errors: notFound. */
export function sessionRows(
  library: Library,
  reference: string,
  page: { readonly after: number; readonly limit: number },
): RowsAnswer {
  const session = findSession(library, reference);
  const seen = seenItems(library, session);
  return {
    session: sessionRow(library, session),
    thresholds: library.calibrations.thresholds(session.family, session),
    total: seen.length,
    columns: columnsOf(seen.slice(page.after, page.after + page.limit)),
  };
}

function columnsOf(seen: readonly SeenItem[]): FrameColumns {
  return {
    item: seen.map(({ item }) => item.id),
    file: seen.map(({ item }) => item.file),
    status: seen.map(({ item }) => rowStatus(item)),
    label: seen.map(({ decision }) => decision?.label ?? null),
    labelledBy: seen.map(({ decision }) => decision?.labelledBy ?? null),
    score: seen.map(({ decision }) => decision?.score ?? null), // unrounded: it is held against thresholds
    prefilterScore: seen.map((one) => short(scoreBy(one, 'prefilter'))),
    modelScore: seen.map((one) => short(scoreBy(one, 'model'))),
    time: seen.map(({ time }) => time),
    exposureSeconds: seen.map(({ measurement }) => short(measurement?.header?.exposureSeconds)),
    width: seen.map(({ measurement }) => measurement?.width ?? null),
    height: seen.map(({ measurement }) => measurement?.height ?? null),
    filter: wordColumn(seen.map(({ measurement }) => measurement?.header?.filter ?? null)),
    object: wordColumn(seen.map(({ measurement }) => measurement?.header?.object ?? null)),
    findings: seen.map(findingBits),
    measurements: Object.fromEntries(
      measurementNames.map((name) => [
        name,
        seen.map(({ item, judgement }) =>
          item.status === 'ok' ? short(judgement?.measurements?.[name]) : null,
        ),
      ]),
    ) as FrameColumns['measurements'],
  };
}

function scoreBy({ standing }: SeenItem, author: LabelAuthor): number | null {
  const event = standing[author];
  return event?.label == null ? null : event.score;
}

/** Bit n is set for the n-th finding code. */
function findingBits({ item, judgement }: SeenItem): number {
  if (item.status === 'skipped') return 0;
  return (judgement?.findings ?? []).reduce((bits, { code }) => bits | (1 << findingCodes.indexOf(code)), 0);
}

/** Five significant digits, which is more than any screen shows. */
function short(value: number | null | undefined): number | null {
  return value == null || !Number.isFinite(value) ? null : Number(value.toPrecision(5));
}

function wordColumn(words: readonly (string | null)[]): FrameColumns['filter'] {
  const places = new Map<string, number>();
  const index = words.map((word) => {
    if (word === null) return -1;
    if (!places.has(word)) places.set(word, places.size);
    return places.get(word)!;
  });
  return { values: [...places.keys()], index };
}
