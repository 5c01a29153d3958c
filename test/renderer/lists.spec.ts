import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameColumns } from '../../contract/calls/frames.ts';
import { byTime, noFilter, passes, sorted } from '../../renderer/house/filters.ts';
import { rowsOf } from '../../renderer/house/frame-row.ts';
import { silenceOfModel } from '../../renderer/parts/verdicts.ts';
import { scrollToShow, virtualWindow } from '../../renderer/parts/virtual-window.ts';

const labels = ['clean', 'contaminated', 'review', null] as const;
function columns(count: number): FrameColumns {
  const column = <T>(value: (at: number) => T) => Array.from({ length: count }, (_, at) => value(at));
  return {
    item: column((at) => at + 1),
    file: column((at) => `night/frame-${at}.fits`),
    status: column((at) => (at % 7 === 6 ? 'skipped' : 'ok')),
    label: column((at) => labels[at % 4]),
    labelledBy: column((at) => (at % 5 === 0 ? 'person' : 'prefilter')),
    score: column((at) => (at % 3 === 0 ? null : (at % 10) / 10)),
    prefilterScore: column(() => null),
    modelScore: column(() => null),
    time: column((at) => at * 60_000),
    exposureSeconds: column(() => 60),
    width: column(() => 10),
    height: column(() => 10),
    filter: { values: ['L', 'Ha'], index: column((at) => (at % 3) - 1) },
    object: { values: [], index: column(() => -1) },
    findings: column((at) => (at % 2 === 0 ? 0b101 : 0)),
    measurements: { fwhm: column((at) => 2 + (at % 4)) } as unknown as FrameColumns['measurements'],
  };
}

describe('a model that says nothing', () => {
  it('is told apart: none in production, unreadable, promoted after the scan', () => {
    expect(silenceOfModel(null, true, 'labels')).toContain('No model is in production');
    expect(silenceOfModel('judge@1', false, 'labels')).toContain('judge@1 cannot judge');
    expect(silenceOfModel('judge@1', true, 'labels')).toMatch(/judge@1 has not judged this.*Scan it again/);
  });
});

describe('rows from columns', () => {
  it('name what the columns hold', () => {
    const [first, second] = rowsOf(columns(2));
    expect(first).toMatchObject({ item: 1, name: 'frame-0.fits', filter: null, findings: ['trail', 'veil'] });
    expect(second).toMatchObject({ filter: 'L', findings: [], figures: { fwhm: 3 } });
  });
});

describe('filters and order', () => {
  const rows = rowsOf(columns(60));
  it('let through what matches all of them', () => {
    const shown = rows.filter((row) =>
      passes(row, { ...noFilter, labels: ['clean'], findings: ['veil'], filters: ['L'] }),
    );
    expect(shown.length).toBeGreaterThan(0);
    for (const row of shown) expect(row).toMatchObject({ label: 'clean', filter: 'L' });
    expect(rows.filter((row) => passes(row, noFilter)).every(({ status }) => status !== 'skipped')).toBe(
      true,
    );
    expect(
      rows.filter((row) => passes(row, { ...noFilter, approved: new Set([3]) })).map(({ item }) => item),
    ).toEqual([3]);
  });

  it('put missing values last either way and keep the order of time among equals', () => {
    for (const descending of [false, true]) {
      const scores = sorted(rows, { key: 'score', descending }).map(({ score }) => score);
      const known = scores.filter((score) => score !== null);
      expect(scores.slice(known.length).every((score) => score === null)).toBe(true);
      expect(known).toEqual([...known].sort((a, b) => (descending ? b - a : a - b)));
    }
    const equal = sorted(rows, { key: 'fwhm', descending: false }).filter(
      ({ figures }) => figures.fwhm === 2,
    );
    expect(equal.map(({ index }) => index)).toEqual(equal.map(({ index }) => index).sort((a, b) => a - b));
    expect(sorted(rows, byTime)).toEqual(rows);
  });
});

describe('the window of a long list', () => {
  it('covers all that is seen and little more, wherever it is scrolled', () => {
    fc.assert(
      fc.property(
        fc.nat(200_000),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 20, max: 400 }),
        fc.nat(5000),
        (scrollTop, viewHeight, rowHeight, rows) => {
          const { first, last } = virtualWindow({ scrollTop, viewHeight, rowHeight, rows, beyond: 1 });
          expect(first).toBeGreaterThanOrEqual(0);
          expect(last).toBeLessThanOrEqual(rows);
          expect(last - first).toBeLessThanOrEqual(Math.ceil(viewHeight / rowHeight) + 4);
          for (const y of [scrollTop, scrollTop + viewHeight - 1]) {
            const row = Math.floor(y / rowHeight);
            if (row < rows) expect(row >= first && row < last).toBe(true);
          }
        },
      ),
    );
  });

  it('is scrolled only when the row is not wholly seen', () => {
    const list = { scrollTop: 100, viewHeight: 200, rowHeight: 20 };
    expect(scrollToShow(7, list)).toBe(100);
    expect(scrollToShow(2, list)).toBe(40);
    expect(scrollToShow(20, list)).toBe(220);
  });
});
