/** Names what a site's logs tell of the time of a frame in the frame's findings: "wind gust 02:13 (14 m/s)". */
import type { FindingCode } from '../../../contract/words.ts';
import { outsideCauses } from '../../families/frames/outside-causes.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { seenItems } from '../looking/rows.ts';
import {
  clocksDuring,
  exposureMilliseconds,
  hasClock,
  nightOf,
  type SourceClock,
  type Stretch,
} from './night-clock.ts';

/** Two causes say what happened; more say that everything did. */
const mostCauses = 2;

/** Explains a session of frames by every log that the library holds of its time. Returns how many findings were given another cause. */
export function explainFindings(library: Library, session: Session): number {
  const seen = seenItems(library, session);
  const night = nightOf(seen);
  if (night === null) return 0;
  const clocks = clocksDuring(library, night);
  let explained = 0;
  library.transaction(() => {
    for (const { item, judgement, time, measurement } of seen) {
      if (judgement === undefined || time === null) continue;
      const exposure = { from: time, until: time + exposureMilliseconds(measurement) };
      const causes = judgement.findings.map(({ code }) => causeOf(code, clocks, exposure));
      const isNew = (cause: string | null, place: number) =>
        cause !== (judgement.findings[place]?.cause ?? null);
      if (!causes.some(isNew)) continue;
      library.measurements.setCauses(item.id, causes);
      explained += causes.filter((cause, place) => cause !== null && isNew(cause, place)).length;
    }
  });
  return explained;
}

/** After a session of another family was read: every night of frames; those are returned that were given another cause. */
export function explainNights(
  library: Library,
  session: Session,
): { readonly session: string; readonly findings: number }[] {
  if (!hasClock(library, session)) return [];
  return library.sessions
    .list()
    .filter(({ family }) => family === 'frames')
    .map((night) => ({ session: night.name, findings: explainFindings(library, night) }))
    .filter(({ findings }) => findings > 0);
}

/** Null where nothing unusual was told of the exposure, or nothing that explains such a finding. */
function causeOf(code: FindingCode, clocks: readonly SourceClock[], exposure: Stretch): string | null {
  const causes = (outsideCauses[code] ?? []).flatMap((kind) => firstTold(kind, clocks, exposure) ?? []);
  return causes.length === 0 ? null : causes.slice(0, mostCauses).join(', ');
}

/** Of channels of one kind the one whose happening covers most of the exposure. */
function firstTold(kind: string, clocks: readonly SourceClock[], exposure: Stretch): string | null {
  const happenings = clocks
    .flatMap(({ channels }) => channels)
    .filter((channel) => channel.kind === kind)
    .flatMap((channel) => channel.happenings)
    .map((happening) => ({ happening, shared: sharedTime(happening, exposure) }))
    .filter(({ shared }) => shared >= 0)
    .sort((one, other) => other.shared - one.shared);
  return happenings[0]?.happening.tell(exposure.from, exposure.until) ?? null;
}

/** Milliseconds; negative where they have no moment in common. */
function sharedTime(one: Stretch, other: Stretch): number {
  return Math.min(one.until, other.until) - Math.max(one.from, other.from);
}
