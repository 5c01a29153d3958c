/** What other families' sessions tell of the time when a night was taken: guiding, wind, temperature by the clock. */
import type { NightChannel } from '../../../contract/calls/frames.ts';
import { type ClockChannel, spanFigures } from '../../families/family.ts';
import { families } from '../../families/index.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { Source } from '../../library/sources.ts';
import { seenItems } from '../looking/rows.ts';
import { readingOf } from '../records/session-readings.ts';
import { findSession } from '../sessions.ts';
import { thinned } from '../thin-curve.ts';

export interface SourceClock {
  readonly session: string;
  readonly file: string;
  readonly channels: readonly ClockChannel[];
}

/** Milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** Sources of every session with channels of the clock that overlap a stretch of time. Errors: libraryDamaged. */
export function clocksDuring(library: Library, stretch: Stretch): SourceClock[] {
  return library.sessions.list().flatMap((session) =>
    clockSources(library, session)
      .filter(({ span }) => span.from <= stretch.until && span.until >= stretch.from)
      .map(({ source }) => ({
        session: session.name,
        file: source.file,
        channels: channelsOf(library, session, source),
      }))
      .filter(({ channels }) => channels.length > 0),
  );
}

/** Whether a session tells anything by the clock. */
export function hasClock(library: Library, session: Session): boolean {
  return clockSources(library, session).some(({ source }) => channelsOf(library, session, source).length > 0);
}

function clockSources(
  library: Library,
  session: Session,
): { readonly source: Source; readonly span: Stretch }[] {
  const family = families.find(({ name }) => name === session.family);
  if (family?.clock === undefined) return [];
  return library.sources.list(session.id).flatMap((source) => {
    const span = spanOf(source);
    return span === null ? [] : [{ source, span }];
  });
}

function spanOf({ recordBlob, quality }: Source): Stretch | null {
  if (recordBlob === null) return null;
  const figures = quality as readonly { readonly name: string; readonly value: unknown }[];
  const timeOf = (wanted: string): number =>
    Date.parse(String(figures.find(({ name }) => name === wanted)?.value));
  const [from, until] = [timeOf(spanFigures.begins), timeOf(spanFigures.ends)];
  return from <= until ? { from, until } : null;
}

function channelsOf(library: Library, session: Session, { recordBlob }: Source): readonly ClockChannel[] {
  const family = families.find(({ name }) => name === session.family);
  return recordBlob === null ? [] : (family?.clock?.(readingOf(library, recordBlob)) ?? []);
}

/** From the first exposure to the end of the last; null for a session without times. */
export function nightOf(seen: ReturnType<typeof seenItems>): Stretch | null {
  let [from, until] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { time, measurement } of seen) {
    if (time === null) continue;
    from = Math.min(from, time);
    until = Math.max(until, time + exposureMilliseconds(measurement));
  }
  return from <= until ? { from, until } : null;
}

export function exposureMilliseconds(
  measurement: ReturnType<typeof seenItems>[number]['measurement'],
): number {
  return 1000 * (measurement?.header?.exposureSeconds ?? 0);
}

/** More points than a graph has pixels. */
const mostPoints = 2000;

/** Channels and happenings beside a night's frames. Errors: notFound, libraryDamaged. */
export function nightChannels(library: Library, reference: string): NightChannel[] {
  const night = nightOf(seenItems(library, findSession(library, reference)));
  if (night === null) return [];
  return clocksDuring(library, night).flatMap(({ session, file, channels }) =>
    channels.map((channel): NightChannel => {
      const { kind, name, title, unit, digits, lowIsGood, happenings } = channel;
      return {
        ...{ session, source: file, kind, name, title, unit, digits, lowIsGood },
        ...curveDuring(channel, night),
        happenings: happenings
          .filter(({ from, until }) => from <= night.until && until >= night.from)
          .map(({ from, until, tell }) => ({ from, until, sentence: tell(from, until) })),
      };
    }),
  );
}

function curveDuring(
  { at, values }: ClockChannel,
  { from, until }: Stretch,
): { readonly at: number[]; readonly values: number[] } {
  const points = Array.from(at, (step, row) => ({ step, value: values[row] as number })).filter(
    ({ step, value }) => step >= from && step <= until && !Number.isNaN(value),
  );
  const curve = thinned(points, mostPoints);
  return { at: curve.map(({ step }) => step), values: curve.map(({ value }) => value) };
}
