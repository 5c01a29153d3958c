import { describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../../contract/errors.ts';
import { readTelemetry } from '../../../main/families/telemetry/read.ts';
import { telemetryFamily } from '../../../main/families/telemetry/telemetry.ts';

const read = (text: string, file = 'log.csv', settings = {}) =>
  readTelemetry({ file, bytes: new TextEncoder().encode(text) }, { settings });

function series(rows: number, cell: (row: number) => string, time?: (row: number) => string): string {
  const stamp = (row: number) => new Date(Date.UTC(2026, 0, 1) + row * 60_000).toISOString();
  const lines = Array.from({ length: rows }, (_, row) => `${(time ?? stamp)(row)},${cell(row)}`);
  return ['timestamp,temperature', ...lines].join('\n');
}

const codesOf = (text: string, file?: string): string[] => read(text, file).problems.map(({ code }) => code);

describe('a telemetry source', () => {
  it('gives an item for each row of a table of segments, with its id, label and context', () => {
    const { items, tensors, featureNames } = read(
      'segment,anomaly,channel,len,var\n7,1.0,CADC0872,10,1e-9\n8,0,CADC0873,20,4e-9\n',
    );
    expect(items.map(({ id, labels }) => [id, labels.anomaly])).toEqual([
      ['7', '1'],
      ['8', '0'],
    ]);
    expect(featureNames).toEqual(['log.len', 'log.var', 'context.channel']);
    expect(Array.from(tensors[0]!.data.subarray(0, 3))).toEqual([
      expect.closeTo(19, 9),
      expect.closeTo(9, 6),
      872,
    ]);
  });

  it('names the row and the column of every bad cell, and reads the others', () => {
    const { items, problems } = read(
      [
        'timestamp,temperature',
        '2026-01-01 00:00:00,20',
        '2026-01-01 00:01:00,NaN',
        '2026-01-01 00:02:00,Infinity',
        'soon,21',
        '2026-01-01 00:04:00,abc',
        '2026-01-01 00:05:00,99',
      ].join('\n'),
    );
    expect(items).toHaveLength(6);
    const found = problems.map(({ code, row, column }) => [code, row, column]);
    expect(found).toEqual(
      expect.arrayContaining([
        ['missing', 3, 'temperature'],
        ['infinite', 4, 'temperature'],
        ['badTime', 5, 'timestamp'],
        ['notANumber', 6, 'temperature'],
        ['outOfRange', 7, 'temperature'],
      ]),
    );
  });

  it('tells clocks that stand, go back or pause, and units that change', () => {
    const minutes = [0, 1, 1, 2, 3, 0, 4, 5, 60, 61];
    const stamps = (row: number) => new Date(Date.UTC(2026, 0, 1) + minutes[row]! * 60_000).toISOString();
    const codes = codesOf(series(10, (row) => String(row < 6 ? 20 : 293.15), stamps));
    expect(codes).toEqual(expect.arrayContaining(['repeatedTime', 'backwardStep', 'gap', 'unitStep']));
  });

  it.each([
    ['temperature', 'unitStep'],
    ['Focuser Temp', 'unitStep'],
    ['dewPoint', 'unitStep'],
    ['Mirror [°C]', 'unitStep'],
    ['t_k', 'unitStep'],
    ['star_mass', undefined],
    ['attempts', undefined],
    ['template', undefined],
    ['clock', undefined],
  ])('looks for a change of unit in temperatures only: %s', (name, code) => {
    const text = series(10, (row) => String((row < 6 ? 20 : 293.15) + row / 100));
    const found = read(text.replace('temperature', name)).problems.find((each) => each.code === 'unitStep');
    expect([found?.code, found?.row]).toEqual(code === undefined ? [undefined, undefined] : [code, 8]);
  });

  it('tells no unit from a column that is as rough everywhere', () => {
    const rough = series(400, (row) => String(30_000 + 400 * Math.sin(row * row)));
    expect(codesOf(rough)).not.toContain('unitStep');
  });

  it('takes seconds and milliseconds since 1970 for the same times', () => {
    const { items } = read(
      series(
        2,
        () => '20',
        (row) => (row === 0 ? '1767225600' : '1767225600000'),
      ),
    );
    expect(items[0]!.position).toBe(items[1]!.position);
  });

  it('names where the writing of times changes, times without a zone and values that never change, once', () => {
    const stamps = [
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:01:00+00:00',
      '2026-01-01 00:02:00',
      '1767225780',
      '1767225840000',
    ];
    const { problems } = read(
      series(
        5,
        () => '20',
        (row) => stamps[row]!,
      ),
    );
    expect(problems.map(({ code, row, column }) => [code, row, column])).toEqual([
      ['constant', 2, 'temperature'],
      ['mixedTimes', 4, 'timestamp'],
      ['noZone', 4, 'timestamp'],
    ]);
    const seconds = series(
      2,
      (row) => String(row),
      (row) => (row === 0 ? '1767225600' : '1767225660000'),
    );
    const [mixed] = read(seconds).problems;
    expect(mixed).toMatchObject({ code: 'mixedTimes', row: 3, column: 'timestamp' });
    expect(mixed!.sentence).toMatch(/in milliseconds since 1970, rows before it in seconds/);
  });

  it('tells numbers too large for a double from words', () => {
    const { problems } = read(series(4, (row) => ['1', '1e999', '-Infinity', '2'][row]!));
    expect(problems.map(({ code, row }) => [code, row])).toEqual([
      ['infinite', 3],
      ['infinite', 4],
    ]);
  });

  it('reads JSON records, one on each line or in an array, nested or not', () => {
    const lines =
      '{"time":"2026-01-01T00:00:00Z","bus":{"voltage":8}}\nnot json\n{"time":"2026-01-01T00:00:01Z","bus":{"voltage":NaN}}\n';
    const reading = read(lines, 'log.jsonl');
    expect(reading.items).toHaveLength(2);
    expect(reading.featureNames).toContain('bus.voltage');
    expect(reading.problems.map(({ code, row }) => [code, row])).toContainEqual(['notJson', 2]);
  });

  it('reads a guide log of PHD2, in arcseconds', () => {
    const log = [
      'PHD2 version 2.6.11, Log version 2.5. Log enabled at 2026-01-01 20:00:00',
      'Guiding Begins at 2026-01-01 20:01:00',
      'Pixel scale = 2.00 arc-sec/px, Binning = 1',
      'Frame,Time,mount,dx,dy,RARawDistance,DECRawDistance,StarMass,SNR',
      '1,1.5,"Mount",0.1,0.2,0.3,0.4,1000,20',
      '2,3.0,"DROP",,,,,,',
      'Guiding Ends at 2026-01-01 20:02:00',
    ].join('\n');
    const { items, featureNames, tensors } = read(log, 'PHD2_GuideLog.txt');
    expect(items.map(({ facts }) => facts.time)).toEqual([
      '2026-01-01T20:01:01.500Z',
      '2026-01-01T20:01:03.000Z',
    ]);
    const total = featureNames.indexOf('total_error');
    expect(tensors[0]!.data[total]).toBeCloseTo(1, 9);
  });

  it('leaves a short row of a guide log out, and names it once', () => {
    const log = [
      'PHD2 version 2.6.11, Log version 2.5. Log enabled at 2026-01-01 20:00:00',
      'Guiding Begins at 2026-01-01 20:01:00',
      'Frame,Time,mount,dx,dy,RARawDistance,DECRawDistance,StarMass,SNR,ErrorCode',
      '1,1.5,"Mount",0.1,0.2,0.3,0.4,1000,20',
      '2,3.0,"Mount",0.1,0.2,abc,0.4,1000,20,0',
      '3,4.5,"Mount",0.1',
    ].join('\n');
    const { items, problems } = read(log, 'PHD2_GuideLog.txt');
    expect(items).toHaveLength(2);
    const told = problems.filter(({ code }) => ['notANumber', 'raggedRow'].includes(code));
    expect(told.map(({ row, column, code }) => [row, column, code])).toEqual([
      [5, 'rarawdistance', 'notANumber'],
      [6, null, 'raggedRow'],
    ]);
    expect(problems.filter(({ row }) => row === 6)).toHaveLength(1);
  });

  it('refuses by name what holds no reading', () => {
    for (const text of ['timestamp,temperature\n', '[]', 'a,b\nx,y\n']) {
      let thrown: unknown;
      try {
        read(text, 'empty.csv');
      } catch (error) {
        thrown = error;
      }
      expect(isNightsiftError(thrown) && thrown.message, text).toContain('empty.csv');
    }
  });

  it('checks the ranges that a person gives', () => {
    const { problems } = read(
      series(3, (row) => String(row)),
      'log.csv',
      { 'read.range.temperature': '1..5' },
    );
    expect(problems.map(({ code, row }) => [code, row])).toContainEqual(['outOfRange', 2]);
    expect(() =>
      read(
        series(3, () => '1'),
        'log.csv',
        { 'read.range.temperature': 'cold' },
      ),
    ).toThrow(/range.temperature/);
  });
});

describe('many bad rows of one kind', () => {
  it('are counted whole, the first named one by one and the others by their rows', () => {
    // 150 times twice over, and no value in every third of them
    const text = series(
      300,
      (row) => (row % 3 === 0 ? '' : String(20 + (row % 7))),
      (row) => new Date(Date.UTC(2026, 0, 1) + Math.floor(row / 2) * 60_000).toISOString(),
    );
    const reading = read(text);
    const quality = Object.fromEntries(
      telemetryFamily.quality(reading).map(({ name, value }) => [name, value]),
    );
    expect(quality).toMatchObject({ 'repeated times': 150, 'missing values': 100, problems: 250 });
    const missing = reading.problems.filter(({ code }) => code === 'missing');
    expect(missing).toHaveLength(21);
    const others = Array.from({ length: 80 }, (_, place) => 62 + 3 * place);
    expect(missing.at(-1)).toMatchObject({
      rows: others,
      row: null,
      count: 80,
      sentence: expect.stringMatching(/^80 further rows of temperature .*: 62, 65, 68, .*, …\.$/),
    });
  });

  it('lie in stretches where they follow one another', () => {
    const text = series(200, (row) => (row < 40 ? 'cold' : String(row)));
    const told = read(text).problems.find(({ count }) => count !== undefined);
    expect(told).toMatchObject({ count: 20, sentence: expect.stringMatching(/: 22 to 41\.$/) });
  });
});

it('a range for a field that is not there is told, as nothing goes by it', () => {
  const text = series(5, String);
  expect(read(text, 'log.csv', { 'read.range.nosuch': '0..1' }).problems).toMatchObject([
    { code: 'noSuchField', column: 'nosuch', row: null },
  ]);
  expect(read(text, 'log.csv', { 'read.range.temperature': '0..9' }).problems).toEqual([]);
});
