/** When a frame was taken, from the ways in which capture programs and archives write it. */
import type { FitsHeader } from '../../formats/fits/header.ts';

const isoDate =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\s*(\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d*)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/;
/** The notation before 1999: two digits of a year of the 20th century (FITS Standard 4.0, 9.1.2 note). */
const oldDate = /^(\d{1,2})\/(\d{1,2})\/(\d{2})$/;
const clock = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?$/;

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function calendarDate(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (month < 1 || month > 12 || date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return null;
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)}`;
}

/** hh:mm:ss with its fraction kept; null when out of range. */
function clockTime(text: string): string | null {
  const match = clock.exec(text.trim());
  if (match === null) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? '0')];
  if (hours > 23 || minutes > 59 || seconds >= 61) return null;
  const whole = pad(Math.trunc(seconds));
  const fraction = /\.(\d+)$/.exec(match[3] ?? '')?.[1];
  return `${pad(hours)}:${pad(minutes)}:${whole}${fraction === undefined ? '' : `.${fraction.slice(0, 6)}`}`;
}

/** To UTC where the program wrote an offset. */
function withZone(date: string, time: string, zone: string | undefined): string {
  if (zone === undefined || zone === 'Z') return `${date}T${time}Z`;
  const offset = zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const moment = new Date(`${date}T${time.replace(/\.(\d{3})\d*/, '.$1')}${offset}`);
  return Number.isNaN(moment.getTime()) ? `${date}T${time}Z` : moment.toISOString();
}

/** ISO 8601 in UTC, or the date alone; null for what makes no sense. `timeText` is used when the date has no time. */
export function parseObservationDate(dateText: string, timeText: string | null): string | null {
  const iso = isoDate.exec(dateText.trim());
  if (iso !== null) {
    const date = calendarDate(Number(iso[1]), Number(iso[2]), Number(iso[3]));
    const text = iso[4] ?? timeText;
    if (date === null) return null;
    if (text === null) return date;
    const time = clockTime(text);
    if (time === null) return iso[4] === undefined ? date : null;
    return withZone(date, time, iso[4] === undefined ? undefined : iso[5]);
  }
  const old = oldDate.exec(dateText.trim());
  if (old === null) return null;
  const date = calendarDate(1900 + Number(old[3]), Number(old[2]), Number(old[1]));
  const time = timeText === null ? null : clockTime(timeText);
  if (date === null || time === null) return date;
  return `${date}T${time}Z`;
}

/** Days between 1858-11-17 and 1970-01-01. */
const mjdOfUnixEpoch = 40_587;

function fromModifiedJulianDay(mjd: number): string | null {
  // 1900 to 2200; anything else is no date of a camera frame.
  if (mjd < 15_020 || mjd > 124_595) return null;
  return new Date(Math.round((mjd - mjdOfUnixEpoch) * 86_400_000)).toISOString();
}

function fromDayNumbers(header: FitsHeader): string | null {
  for (const keyword of ['MJD-OBS', 'MJD_OBS', 'MJD', 'MJD-BEG']) {
    const mjd = header.number(keyword);
    if (mjd !== null) return fromModifiedJulianDay(mjd);
  }
  for (const keyword of ['JD', 'JD-OBS', 'JD_UTC', 'JD-UTC']) {
    const jd = header.number(keyword);
    if (jd !== null) return fromModifiedJulianDay(jd - 2_400_000.5);
  }
  return null;
}

/** The start of the exposure; a date that cannot be understood is left out with a warning. */
export function readObservationDate(header: FitsHeader, warnings: string[]): string | null {
  const timeText =
    header.text('TIME-OBS') ?? header.text('UTC-OBS') ?? header.text('UT') ?? header.text('UTSTART');
  for (const keyword of ['DATE-OBS', 'DATE_OBS', 'DATEOBS', 'DATE-BEG', 'UTDATE']) {
    const text = header.text(keyword);
    if (text === null) continue;
    const date = parseObservationDate(text, timeText);
    if (date !== null) return date;
    warnings.push(`${keyword} '${text.slice(0, 40)}' is no date that could be understood`);
  }
  return fromDayNumbers(header);
}
