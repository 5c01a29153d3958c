import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTelemetry } from '../../../main/families/telemetry/read.ts';
import { simulateTelemetry } from '../../../main/families/telemetry/simulate.ts';
import { faultKinds } from '../../../main/families/telemetry/simulate-faults.ts';
import { channels } from '../../../main/families/telemetry/simulate-signals.ts';

const text = (settings: { rows?: number; seed?: number; faultShare?: number } = {}) =>
  new TextDecoder().decode(simulateTelemetry({ rows: 6000, seed: 3, faultShare: 0.05, ...settings }));
const table = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

describe('simulated telemetry', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(text()).toBe(text());
    expect(text({ seed: 4 })).not.toBe(text());
  });

  it('has faults of every kind over about the share of rows that was asked for, none at the beginning', () => {
    const rows = table(text({ rows: 20_000, faultShare: 0.1 }));
    const strange = rows.filter((row) => row[7] === '1');
    expect(strange.length / rows.length).toBeGreaterThan(0.08);
    expect(strange.length / rows.length).toBeLessThan(0.13);
    expect(rows.findIndex((row) => row[7] === '1')).toBeGreaterThan(3000);
    const kinds = new Set(strange.map((row) => row[8]!.split(':')[0]));
    expect([...kinds].sort()).toEqual(faultKinds.map(({ name }) => name).sort());
    expect(rows.every((row) => (row[7] === '1') === (row[8] !== ''))).toBe(true);
  });

  it.each([
    [3000, 7, 0.05],
    [2000, 1, 0.02],
    [2000, 4, 0.02],
    [400, 2, 0.1],
    [100, 3, 0.01],
  ])('covers the share of a short log too: %d rows, seed %d, share %d', (rows, seed, faultShare) => {
    const strange = table(text({ rows, seed, faultShare })).filter((row) => row[7] === '1');
    expect(strange).toHaveLength(Math.round(faultShare * rows));
  });

  it('differs from the usual life of the same seed only where faults are', () => {
    const [faulty, usual] = [table(text()), table(text({ faultShare: 0 }))];
    faulty.forEach((row, index) => {
      const isChanged = row.slice(1, 7).join() !== usual[index]!.slice(1, 7).join();
      if (isChanged) expect(row[7]).toBe('1');
    });
    expect(usual.every((row) => row[7] === '0')).toBe(true);
  });

  it('lives as a satellite does: colder and on its battery in eclipse, turning while it slews', () => {
    const rows = table(text({ rows: 12_000, faultShare: 0 }));
    const mean = (phase: string, place: number) => {
      const chosen = rows.filter((row) => row[1] === phase).map((row) => Math.abs(Number(row[place])));
      return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
    };
    expect(mean('slew', 5)).toBeGreaterThan(10 * mean('sunlight', 5));
    const charging = rows.filter((row) => row[1] === 'sunlight').map((row) => Number(row[3]));
    expect(Math.min(...charging)).toBeGreaterThan(0);
    expect(rows.filter((row) => row[1] === 'eclipse').every((row) => Number(row[3]) < 0)).toBe(true);
  });

  it('is read as a series with its phases as context and within the usual ranges', () => {
    const { items, featureNames, problems } = readTelemetry(
      { file: 'x.csv', bytes: simulateTelemetry({ rows: 600, seed: 1, faultShare: 0 }) },
      {},
    );
    expect(items).toHaveLength(600);
    expect(featureNames).toEqual(
      expect.arrayContaining([...channels, 'context.phase', 'voltage_temp_ratio']),
    );
    expect(problems).toEqual([]);
  });

  it('keeps its promises for any settings', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 900 }),
        fc.nat(),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (rows, seed, faultShare) => {
          const made = table(text({ rows, seed, faultShare }));
          expect(made).toHaveLength(rows);
          expect(made.every((row) => row.length === 9)).toBe(true);
        },
      ),
      { numRuns: 20 },
    ));
});

describe('times of logs', () => {
  const featuresOf = (csv: string) =>
    readTelemetry({ file: 'x.csv', bytes: new TextEncoder().encode(csv) }, {});
  it.each([
    [
      'N.I.N.A.',
      'ExposureStart,ExposureStartUTC,HFR,GuidingRMSArcSec',
      '2026-03-14 21:00,2026-03-14T20:00:00Z,2.1,0.5',
    ],
    ['Safecast', 'id,captured_at,value,unit', '7,2026-03-14T20:00:00Z,33,cpm'],
    ['a weather station', 'Date Time (UTC),temperature,wind', '2026-03-14 20:00:00,4.5,12'],
  ])('of %s are found, universal ones first', (_, header, row) => {
    const { items, featureNames } = featuresOf(`${header}\n${row}\n`);
    expect(items[0]?.facts.time).toBe('2026-03-14T20:00:00.000Z');
    expect(featureNames.some((name) => /start|captured|date/i.test(name))).toBe(false);
  });
});
