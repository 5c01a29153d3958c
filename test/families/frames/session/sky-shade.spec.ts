import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skyShade } from '../../../../main/families/frames/session/sky-shade.ts';

const columns = 12;
const rows = 8;
const patchOf = (value: (column: number, row: number) => number): Float64Array =>
  Float64Array.from({ length: columns * rows }, (_, c) => value(c % columns, Math.floor(c / columns)));

describe('skyShade', () => {
  it('measures what comes in from an edge, its side and its depth', () => {
    const shade = skyShade(
      patchOf((column) => (column < 3 ? -0.4 : 0.01)),
      columns,
      rows,
    );
    expect(shade.area).toBeCloseTo(3 / columns, 9);
    expect(shade.depth).toBeCloseTo(0.4, 9);
    expect(shade.across).toBeLessThan(-0.5);
    expect(shade.up).toBeCloseTo(0, 9);
  });

  it('leaves dust in the middle, faint slopes and unknown cells alone', () => {
    const dust = patchOf((column, row) => (column === 5 && row === 4 ? -0.5 : 0));
    expect(skyShade(dust, columns, rows).area).toBe(0);
    expect(
      skyShade(
        patchOf((column) => -0.004 * column),
        columns,
        rows,
      ).area,
    ).toBe(0);
    expect(
      skyShade(
        patchOf(() => Number.NaN),
        columns,
        rows,
      ),
    ).toMatchObject({ area: 0, depth: 0 });
    expect(skyShade(new Float64Array(0), 0, 0).area).toBe(0);
  });

  it('grows with every cell that darkens', () => {
    const cells = fc.array(fc.double({ min: -0.3, max: 0.1, noNaN: true }), {
      minLength: columns * rows,
      maxLength: columns * rows,
    });
    fc.assert(
      fc.property(cells, fc.nat(columns * rows - 1), (values, cell) => {
        const before = skyShade(Float64Array.from(values), columns, rows).area;
        const darker = values.map((value, c) => (c === cell ? value - 0.2 : value));
        expect(skyShade(Float64Array.from(darker), columns, rows).area).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
