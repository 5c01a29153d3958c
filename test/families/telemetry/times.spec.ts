import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../main/families/telemetry/times.ts';

describe('times of telemetry', () => {
  it.each([
    ['2024-02-29T12:00:15Z', Date.UTC(2024, 1, 29, 12, 0, 15)],
    ['2024-02-29 12:00:15.25+01:00', Date.UTC(2024, 1, 29, 11, 0, 15, 250)],
    ['1700000000', 1_700_000_000_000],
    ['2024-02-29T12:00:00+14:00', Date.UTC(2024, 1, 28, 22)],
  ])('%s is read', (text, time) => {
    expect(parseTime(text)).toBe(time);
  });

  it.each([
    ...['2024-13-05', '2024-00-05', '2023-02-29', '2024-01-05 24:00', '2024-01-05 12:00:75', 'soon'],
    ...['2024-02-29T12:00:00+99:00', '2024-02-29T12:00:00-14:30', '2024-02-29T12:00:00+05:75'],
    '1700000000000000000', // nanoseconds: a moment that no date has
  ])('%s is none, and never another day', (text) => {
    expect(parseTime(text)).toBeNaN();
  });
});
