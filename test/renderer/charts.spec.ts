import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordItem } from '../../contract/records.ts';
import { decades, niceSteps } from '../../renderer/charts/nice-steps.ts';
import { firstFrom, placeAt, risesText, strangeRuns, wholeRange, xOf } from '../../renderer/charts/series.ts';
import { binAt, energyX, laySpectrum } from '../../renderer/charts/spectrum.ts';
import { timeScale } from '../../renderer/charts/time-scale.ts';
import { namesRepeat } from '../../renderer/screens/records/item-facts.ts';
import { seriesOfItems } from '../../renderer/screens/records/series-of-items.ts';
import { laySetting } from '../../renderer/screens/runs/lay-setting.ts';

describe('the axis of decades', () => {
  it('has no more marks than fit, and names months', () => {
    const { ticks } = timeScale([Date.UTC(1994, 4, 19), Date.UTC(2026, 10, 25)], 0, 1000);
    expect(ticks.length).toBeGreaterThan(3);
    expect(ticks.length).toBeLessThanOrEqual(13);
    for (const { text } of ticks) expect(text).toMatch(/^\d{4}-\d\d$/);
  });
});

describe('round numbers along an axis', () => {
  it('lie between the ends, are evenly spaced and few', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (least, span) => {
          const steps = niceSteps(least, least + span, 6);
          expect(steps.length).toBeLessThanOrEqual(7);
          for (const step of steps) {
            expect(step).toBeGreaterThanOrEqual(least - span * 1e-6);
            expect(step).toBeLessThanOrEqual(least + span * (1 + 1e-6));
          }
        },
      ),
    );
    expect(niceSteps(0, 3000, 6)).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000]);
    expect(decades(0.5, 20_000)).toEqual([1, 10, 100, 1000, 10_000]);
  });
});

describe('a spectrum', () => {
  const spectrum = { counts: [0, 5, 100, 20, 0, 0, 0, 0, 0, 0], kiloElectronVoltsPerPoint: 10, peaks: [] };

  it('is shown as far as it holds counts; a pixel tells its bin', () => {
    const layout = laySpectrum(spectrum, false, { width: 400, height: 200 });
    expect(layout.reach).toBe(50);
    expect(binAt(layout, energyX(layout, 25))).toBe(2);
    expect(binAt(layout, energyX(layout, -1))).toBeNull();
    expect(layout.most).toBeGreaterThan(100);
  });

  it('has a logarithmic axis that begins below its smallest count and never at 0', () => {
    const layout = laySpectrum(spectrum, true, { width: 400, height: 200 });
    expect(layout.least).toBeGreaterThan(0);
    expect(layout.least).toBeLessThan(5);
    const none = laySpectrum({ ...spectrum, counts: [0, 0] }, true, { width: 400, height: 200 });
    expect(Number.isFinite(none.least) && none.least > 0 && none.most > none.least).toBe(true);
  });
});

describe('a series of readings', () => {
  const reading = (item: number, change: Partial<RecordItem>): RecordItem => ({
    item,
    file: `log.csv#${item}`,
    id: String(item),
    source: 'log.csv',
    group: 'log.csv',
    label: null,
    labelledBy: null,
    by: null,
    predicted: null,
    confidence: null,
    facts: {},
    ...change,
  });
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const items = [
    reading(1, { facts: { time: at(3), power: 3, novelty: 0.1 }, predicted: 'anomaly', confidence: 0.9 }),
    reading(2, { facts: { time: at(1), power: 1, novelty: 0.2 }, label: 'anomaly', labelledBy: 'person' }),
    reading(3, {
      facts: { time: at(2), novelty: 2 },
      label: 'nominal',
      labelledBy: 'person',
      predicted: 'anomaly',
    }),
    reading(4, { source: 'other.csv' }),
  ];

  it('is in order of time, with a lane for each number and the score last', () => {
    const found = seriesOfItems(items, 'log.csv', 'anomaly', { fact: 'novelty', threshold: 1.4 })!;
    expect(found.items.map(({ item }) => item)).toEqual([2, 3, 1]);
    expect(found.series.lanes.map(({ name, threshold }) => [name, threshold])).toEqual([
      ['power', undefined],
      ['novelty', 1.4],
    ]);
    expect([...found.series.lanes[0].values]).toEqual([1, Number.NaN, 3]);
    // a person's word holds over the model's
    expect([...found.series.strange]).toEqual([2, 0, 1]);
    expect(strangeRuns(found.series.strange).map(({ first, last }) => [first, last])).toEqual([
      [0, 0],
      [2, 2],
    ]);
    expect(seriesOfItems(items, 'other.csv', 'anomaly', null)).toBeNull();
  });

  it('counts how often a lane rises above its threshold', () => {
    const values = Float64Array.of(0, 2, 3, Number.NaN, 2, 1, 0);
    expect(risesText([{ name: 'wind', values }])).toBe('');
    const lanes = [1, 2.5].map((threshold) => ({ name: `over ${threshold}`, values, threshold }));
    expect(risesText(lanes)).toBe('over 1 above its threshold 2 times, over 2.5 above its threshold once');
  });

  it('needs the file beside the name where names repeat over files', () => {
    const item = (source: string, id: string) => ({ source, id });
    expect(namesRepeat([item('a.csv', '1'), item('a.csv', '1'), item('b.csv', '2')])).toBe(false);
    expect(namesRepeat([item('a.csv', '1'), item('b.csv', '1')])).toBe(true);
  });

  it('finds the reading under a pixel', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 60 }), (times) => {
        const sorted = Float64Array.from(times).sort();
        const series = { at: sorted, hasTime: true, lanes: [], strange: new Uint8Array(sorted.length) };
        const [from, to] = wholeRange(series);
        const layout = { series, width: 900, height: 200, from, to };
        for (const time of sorted) expect(sorted[placeAt(layout, xOf(layout, time))]).toBeCloseTo(time, 6);
        expect(firstFrom(sorted, sorted[0])).toBe(0);
        expect(firstFrom(sorted, Number.POSITIVE_INFINITY)).toBe(sorted.length);
      }),
    );
  });
});

describe('a setting against the figure', () => {
  const trial = (number: number, value: string | number, figure: number | null) => ({
    ...{ number, state: 'finished' as const, settings: { width: value }, share: 1, figure },
    ...{ deviation: null, figures: {}, seconds: 1, error: null },
  });
  const lay = (values: readonly (string | number)[], figures: readonly (number | null)[]) =>
    laySetting(
      'width',
      values.map((value, place) => trial(place + 1, value, figures[place] ?? null)),
      false,
      { width: 240, height: 150 },
    );

  it('stands side by side for a list, each value under its own name', () => {
    const { marks, points } = lay([128, 32, 512], [0.7, 0.8, 0.9]);
    expect(marks.map(({ text }) => text)).toEqual(['32', '128', '512']);
    expect(points.map(({ x }) => x)).toEqual([marks[1]!.x, marks[0]!.x, marks[2]!.x]);
    expect(points[2]!.y).toBeLessThan(points[0]!.y);
  });

  it('has lines of their own for figures that read alike, and leaves failed trials out', () => {
    const { rows, points } = lay([1, 2, 3], [0.95001, 0.95002, null]);
    expect(points).toHaveLength(2);
    expect(new Set(rows.map(({ y }) => y)).size).toBe(3);
    expect(lay(['a', 'b'], [0.5, 0.5]).rows).toHaveLength(1);
    expect(lay(['a'], [null])).toMatchObject({ points: [], rows: [] });
  });
});
