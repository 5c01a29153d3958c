/** Which frames of a session may be compared, and when each was taken. */
import type { FrameRecord } from '../record.ts';

/** Frames of one target, filter, exposure, gain, binning and size, in order of time. */
export interface ComparableGroup {
  /** Indices into the session's records. */
  readonly members: readonly number[];
  /** Hours since the group's first frame, aligned with `members`. */
  readonly hours: Float64Array;
}

/** Pointings closer than this are one target when the header names none, degrees. */
const pointingDegrees = 0.25;
/** Stands in for the time between frames where the header gives neither dates nor exposures, hours: a long one, so that
 * natural change is not taken for a fault. */
const unknownCadenceHours = 1 / 15;

export function comparableGroups(records: readonly FrameRecord[]): ComparableGroup[] {
  const byKey = new Map<string, number[]>();
  const pointings: { ra: number; dec: number }[] = [];
  records.forEach((record, index) => {
    const key = groupKey(record, pointings);
    const members = byKey.get(key);
    if (members === undefined) byKey.set(key, [index]);
    else members.push(index);
  });
  return [...byKey.values()].map((members) => inOrderOfTime(records, members));
}

function groupKey(record: FrameRecord, pointings: { ra: number; dec: number }[]): string {
  const { header } = record;
  const target = header.object === null ? pointingName(header, pointings) : plainName(header.object);
  const filter = header.filter === null ? '' : plainName(header.filter);
  const exposure = header.exposureSeconds === null ? '' : header.exposureSeconds.toPrecision(3);
  const facts = [target, filter, exposure, header.gain ?? '', header.binning ?? ''];
  return [...facts, record.width, record.height].join('|');
}

function plainName(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function pointingName(header: FrameRecord['header'], pointings: { ra: number; dec: number }[]): string {
  const { rightAscensionDegrees: ra, declinationDegrees: dec } = header;
  if (ra === null || dec === null) return '';
  const squeeze = Math.cos((dec * Math.PI) / 180);
  let index = pointings.findIndex(
    (p) => Math.hypot((((p.ra - ra + 540) % 360) - 180) * squeeze, p.dec - dec) < pointingDegrees,
  );
  if (index < 0) index = pointings.push({ ra, dec }) - 1;
  return `pointing ${index}`;
}

/** By the header's dates when every frame has one, else in the order given. */
export function inOrderOfTime(records: readonly FrameRecord[], members: readonly number[]): ComparableGroup {
  const dates = members.map((index) => Date.parse(withZone(records[index].header.dateObs)) / 3_600_000);
  if (dates.some((date) => !Number.isFinite(date)) || new Set(dates).size < dates.length / 2) {
    const exposure = records[members[0]].header.exposureSeconds;
    const step = exposure !== null && exposure > 0 ? exposure / 3600 : unknownCadenceHours;
    return { members, hours: Float64Array.from(members, (_, k) => k * step) };
  }
  const order = members.map((_, k) => k).sort((p, q) => dates[p] - dates[q]);
  const first = dates[order[0]];
  return {
    members: order.map((k) => members[k]),
    hours: Float64Array.from(order, (k) => dates[k] - first),
  };
}

function withZone(date: string | null): string {
  if (date === null) return '';
  return /T.*(Z|[+-]\d\d:?\d\d)$/.test(date) || !date.includes('T') ? date : `${date}Z`;
}
