/** Times as logs write them: ISO with or without a zone, dates with slashes, seconds or milliseconds since 1970. */

/**
 * Milliseconds since 1970. NaN for what is no time.
 * @param ahead how far a clock that names no zone is ahead of universal time, milliseconds
 */
export function parseTime(text: string, ahead = 0): number {
  const trimmed = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return fromNumber(Number(trimmed));
  const parts =
    /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})([.,]\d+)?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i.exec(
      trimmed,
    );
  if (!parts) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = ''] = parts;
  const milliseconds = Math.round(Number(`0${fraction.replace(',', '.')}`) * 1000);
  const utc = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second, milliseconds);
  const read = new Date(utc);
  if (read.getUTCMonth() !== +month! - 1 || read.getUTCDate() !== +day!) return Number.NaN;
  if (+hour > 23 || +minute > 59 || +second > 59) return Number.NaN;
  return utc - (zone === '' ? ahead : parseZone(zone));
}

/** The last moment that has a date, milliseconds since 1970. */
const lastTime = 8.64e15;

/** Years 1973 to 5138 in seconds; anything larger is in milliseconds, smaller a count from an unknown start. */
function fromNumber(value: number): number {
  const time = Math.abs(value) >= 1e11 ? value : value * 1000;
  return Math.abs(time) <= lastTime ? time : Number.NaN;
}

/** Milliseconds that a zone such as `+02:00`, `-7` or `UTC` is ahead of universal time; NaN for what is none. */
export function parseZone(text: string): number {
  const trimmed = text.trim();
  if (/^(|z|utc)$/i.test(trimmed)) return 0;
  const parts = /^([+-])?(\d{1,2})(?::?(\d{2}))?$/.exec(trimmed);
  if (!parts) return Number.NaN;
  const minutes = 60 * Number(parts[2]) + Number(parts[3] ?? 0);
  return minutes > 14 * 60 || Number(parts[3] ?? 0) > 59
    ? Number.NaN
    : (parts[1] === '-' ? -1 : 1) * minutes * 60_000;
}

export type TimeWriting = 'seconds' | 'milliseconds' | 'withZone' | 'withoutZone';

/** How a time is written; null for what is none. Universal time where the column says so is not known here. */
export function timeWriting(text: string): TimeWriting | null {
  const time = parseTime(text);
  if (Number.isNaN(time)) return null;
  const trimmed = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return time === Number(trimmed) ? 'milliseconds' : 'seconds';
  return /(Z|UTC|\d[+-]\d{2}:?\d{2})$/i.test(trimmed) ? 'withZone' : 'withoutZone';
}
