import { describe, expect, it } from 'vitest';
import type { DetectedRows } from '../../../main/families/family.ts';
import { telemetryEvents } from '../../../main/families/telemetry/events.ts';

const names = ['voltage', 'voltage.slope', 'gyro', 'gyro_intensity', 'context.phase'];

/** A quiet log in which `voltage` falls at some rows; what is strange and true is told by row. */
function log(strange: readonly number[], truth: readonly number[] | null, rows = 60): DetectedRows {
  const features = new Float64Array(rows * names.length);
  for (let row = 0; row < rows; row += 1) {
    const ripple = ((row * 7) % 5) / 100;
    const isLow = strange.includes(row);
    features.set(
      [isLow ? 6 : 8 + ripple, ripple, ripple, isLow ? 99 : ripple, isLow ? 9 : 1],
      row * names.length,
    );
  }
  return {
    items: Array.from({ length: rows }, (_, row) => ({
      id: String(row + 1),
      group: row < 40 ? 'a.csv' : 'b.csv',
      position: row,
      facts: { time: new Date(row * 1000).toISOString() },
    })),
    scores: Float64Array.from({ length: rows }, (_, row) => (strange.includes(row) ? 0.9 : 0.1)),
    strange: Uint8Array.from({ length: rows }, (_, row) => (strange.includes(row) ? 1 : 0)),
    truth: Int8Array.from({ length: rows }, (_, row) => (truth === null ? -1 : truth.includes(row) ? 1 : 0)),
    features,
    featureNames: names,
  };
}

describe('events out of rows', () => {
  it('bridge short gaps and end with their log', () => {
    const { events, figures } = telemetryEvents(log([10, 11, 15, 30, 39, 40], null));
    expect(events.map(({ source, first, last, rows }) => [source, first, last, rows])).toEqual([
      ['a.csv', '11', '16', 6],
      ['a.csv', '31', '31', 1],
      ['a.csv', '40', '40', 1],
      ['b.csv', '41', '41', 1],
    ]);
    expect(events[0]).toMatchObject({
      start: '1970-01-01T00:00:10.000Z',
      end: '1970-01-01T00:00:15.000Z',
      peakScore: 0.9,
    });
    expect(figures).toEqual({});
  });

  it('name the channels that show them, measured ones alone, with shares of one', () => {
    const [event] = telemetryEvents(log([10, 11], null)).events;
    expect(event?.channels.map(({ name, direction }) => [name, direction])[0]).toEqual(['voltage', 'low']);
    expect(event?.channels.map(({ name }) => name).sort()).toEqual(['gyro', 'voltage']);
    expect(event?.channels[0]?.share).toBeGreaterThan(0.9);
    expect(event?.channels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('are judged by rows, events and ranges where the source says what is strange', () => {
    const { figures } = telemetryEvents(log([10, 11, 30], [10, 11, 12, 13, 50]));
    expect(figures['row/precision']).toBeCloseTo(2 / 3, 12);
    expect(figures['row/recall']).toBeCloseTo(2 / 5, 12);
    expect(figures['event/precision']).toBe(1 / 2);
    expect(figures['event/recall']).toBe(1 / 2);
    expect(figures['range/recall']).toBeCloseTo((0.5 + 0) / 2, 12);
    expect(figures['row/prAuc']).toBeGreaterThan(0.3);
  });

  it('are none where nothing is strange, and a missing value is as strange as can be', () => {
    expect(telemetryEvents(log([], [])).events).toEqual([]);
    const rows = log([20], null);
    rows.features[20 * names.length + 2] = Number.NaN;
    expect(telemetryEvents(rows).events[0]?.channels.map(({ name }) => name)).toContain('gyro');
  });
});
