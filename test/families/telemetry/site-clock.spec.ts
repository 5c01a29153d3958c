import { describe, expect, it } from 'vitest';
import { readTelemetry } from '../../../main/families/telemetry/read.ts';
import { simulateSite } from '../../../main/families/telemetry/simulate-site.ts';
import { siteColumn } from '../../../main/families/telemetry/site-channels.ts';
import { telemetryFamily } from '../../../main/families/telemetry/telemetry.ts';

const clockOf = (bytes: Uint8Array, settings = {}) =>
  telemetryFamily.clock!(readTelemetry({ file: 'site.csv', bytes }, { settings }));
const bytesOf = (text: string) => new TextEncoder().encode(text);
const from = Date.UTC(2026, 2, 14, 20);
const minute = 60_000;

describe('the clock of a site', () => {
  it.each([
    ['total_error_px', 'guiding', 'px'],
    ['GuidingRMSArcSec', 'guiding', '″'],
    ['WindGust', 'wind', ''],
    ['WEATHER_WIND_SPEED', 'wind', ''],
    ['wind_speed_kph', 'wind', 'km/h'],
    ['DewPoint', 'dewPoint', '°C'],
    ['SkyTemperature', 'skyTemperature', '°C'],
    ['SkyQuality', 'skyQuality', 'mag/″²'],
    ['CloudCover', 'cloud', '%'],
    ['ambient temp', 'temperature', '°C'],
    ['Star Mass', 'guideStar', ''],
  ])('knows %s', (name, kind, unit) => expect(siteColumn(name)).toMatchObject({ kind, unit }));

  it('leaves columns of other things alone', () => {
    for (const name of ['voltage', 'ra_error', 'snr', 'wheel_speed', 'Pressure', 'WindDirection'])
      expect(siteColumn(name), name).toBeNull();
  });

  it('tells gusts, clouds, dew and light when they were, and nothing of a calm night', () => {
    const trouble = (kind: 'gust' | 'clouds' | 'damp' | 'light', begin: number) =>
      ({ kind, from: from + begin * minute, until: from + (begin + 4) * minute }) as const;
    const night = { from, until: from + 240 * minute, seed: 4 };
    expect(clockOf(simulateSite({ ...night, troubles: [] })).flatMap(({ happenings }) => happenings)).toEqual(
      [],
    );
    const troubles = [
      trouble('gust', 30),
      trouble('clouds', 90),
      trouble('damp', 150),
      trouble('light', 210),
    ];
    const channels = clockOf(simulateSite({ ...night, troubles }));
    const told = channels.flatMap(({ kind, happenings }) =>
      happenings.map(({ from: begin, tell }) => [
        kind,
        Math.round((begin - from) / minute),
        tell(begin, begin + minute),
      ]),
    );
    expect(told).toEqual([
      ['guiding', 30, expect.stringMatching(/^guiding \d\.\d″ \(usually 0\.\d″\)$/)],
      ['guideStar', 90, expect.stringMatching(/^guide star at 3\d % of its usual light$/)],
      ['wind', 30, expect.stringMatching(/^wind gust 20:(29|30) \(1\d m\/s\)$/)],
      ['skyQuality', 90, expect.stringMatching(/^sky 20\.\d mag/)],
      ['skyQuality', 210, expect.stringMatching(/^sky 19\.\d mag/)],
      ['humidity', 150, expect.stringMatching(/^air 0\.\d °C above its dew point$/)],
    ]);
  });

  it('sums errors of guiding up and reads a clock of another zone as it is told', () => {
    const rows = Array.from({ length: 600 }, (_, row) =>
      [row + 1, row * 2, 'Mount', ...(row >= 300 && row < 330 ? [1.6, -1.2] : [0.3, 0.2]), 40_000, 30].join(
        ',',
      ),
    );
    const log = bytesOf(
      [
        'PHD2 version 2.6.11, Log version 2.5.',
        'Guiding Begins at 2026-03-14 22:00:00',
        'Pixel scale = 1.50 arc-sec/px',
        'Frame,Time,mount,RARawDistance,DECRawDistance,StarMass,SNR',
        ...rows,
      ].join('\n'),
    );
    const [guiding] = clockOf(log, { 'read.zone': '+02:00' });
    expect(guiding?.happenings).toHaveLength(1);
    const { from: begin, until, tell } = guiding!.happenings[0]!;
    expect(Math.abs(begin - (from + 600_000))).toBeLessThan(30_000);
    expect(until - begin).toBeLessThan(120_000);
    expect(tell(begin, until)).toBe('guiding 3.0″ (usually 0.5″)');
    expect(() => clockOf(log, { 'read.zone': 'Berlin' })).toThrow(/read.zone cannot be "Berlin"/);
  });

  it('says what a slow log told, also of a moment between its rows', () => {
    const rows = Array.from({ length: 40 }, (_, row) => {
      const time = new Date(from + 10 * row * minute).toISOString();
      return `${time},${row === 20 ? 15 : 3 + (row % 3) / 10}`;
    });
    const [wind] = clockOf(bytesOf(['timestamp,wind_gust_kph', ...rows].join('\n')));
    expect(wind?.happenings).toHaveLength(1);
    const { from: begin, tell } = wind!.happenings[0]!;
    expect(tell(begin, begin + minute)).toBe('wind gust 23:17 (15 km/h)');
    expect(tell(begin - minute, begin + 9 * minute)).toBe('wind gust 23:17 (15 km/h)');
  });

  it.each([
    ['wind_ms', 1],
    ['wind_kmh', 3.6],
    ['wind_mph', 2.236936],
  ])('asks as much of wind in every unit: %s', (name, factor) => {
    const log = (rise: number) => {
      const rows = Array.from({ length: 240 }, (_, row) => {
        const speed = 1 + 0.05 * Math.sin(row) + (row >= 120 && row < 140 ? rise : 0);
        return `${new Date(from + row * 5000).toISOString()},${(speed * factor).toFixed(3)}`;
      });
      return bytesOf(['timestamp_utc', name].join(',').concat('\n', rows.join('\n')));
    };
    expect(clockOf(log(0.9))[0]?.happenings).toEqual([]);
    expect(clockOf(log(2.5))[0]?.happenings).toHaveLength(1);
  });

  it('has no clock of segments and says of series when they begin and end', () => {
    expect(clockOf(bytesOf('segment,wind_gust\n1,3\n2,4\n'))).toEqual([]);
    const reading = readTelemetry(
      { file: 'a.csv', bytes: bytesOf('time,wind\n2026-03-14T20:00:00Z,3\n2026-03-14T21:00:00Z,4\n') },
      {},
    );
    expect(telemetryFamily.quality(reading)).toEqual(
      expect.arrayContaining([
        { name: 'begins', value: '2026-03-14T20:00:00.000Z' },
        { name: 'ends', value: '2026-03-14T21:00:00.000Z' },
      ]),
    );
  });
});
