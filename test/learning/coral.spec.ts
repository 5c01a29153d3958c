import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedTo } from '../../main/learning/coral.ts';
import { randomFor } from '../../main/learning/random.ts';

/** Two classes in three columns, seen by a camera that mixes and moves them. */
function seenBy(seed: number, camera: (figures: readonly [number, number, number]) => readonly number[]) {
  const random = randomFor(seed, 'camera');
  const labels = Int32Array.from({ length: 400 }, (_, item) => item % 2);
  const rows = Float32Array.from(
    Array.from(labels).flatMap((label) =>
      camera([random.normal() + 3 * label, random.normal(), 0.5 * random.normal() + label]),
    ),
  );
  return { rows, width: 3, labels };
}

function covariance({ rows, width }: { rows: Float32Array; width: number }, i: number, j: number): number {
  const count = rows.length / width;
  const column = (k: number): number[] => Array.from({ length: count }, (_, item) => rows[item * width + k]!);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / count;
  const [a, b] = [column(i), column(j)];
  const [meanA, meanB] = [mean(a), mean(b)];
  return mean(a.map((value, item) => (value - meanA) * (b[item]! - meanB)));
}

describe('aligning one camera with another', () => {
  const source = seenBy(1, (figures) => figures);
  const target = seenBy(2, ([a, b, c]) => [2 * a + 5, b - 0.5 * a, 0.3 * c - 2]);

  it('gives means and covariances of the other', () => {
    const rows = alignedTo(source, target);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j <= i; j++) {
        const scale = Math.sqrt(covariance(target, i, i) * covariance(target, j, j));
        expect(
          Math.abs(covariance({ rows, width: 3 }, i, j) - covariance(target, i, j)) / scale,
        ).toBeLessThan(0.2);
      }
    }
  });

  it('gives the spread of the other to columns that were measured on every second frame only', () => {
    const gappy = source.rows.map((value, place) => (Math.floor(place / 3) % 2 === 0 ? value : Number.NaN));
    const rows = alignedTo({ rows: gappy, width: 3 }, target);
    const measured = rows.filter((_, place) => Math.floor(place / 3) % 2 === 0);
    for (let i = 0; i < 3; i++) {
      const [found, wanted] = [covariance({ rows: measured, width: 3 }, i, i), covariance(target, i, i)];
      expect(Math.abs(Math.sqrt(found / wanted) - 1)).toBeLessThan(0.1);
    }
  });

  it('lets what was learned on one camera judge the other', () => {
    // the side of the plane halfway between the classes' means
    const accuracyAfter = (rows: Float32Array): number => {
      const mean = (label: number, column: number): number => {
        const items = Array.from(source.labels.keys()).filter((item) => source.labels[item] === label);
        return items.reduce((sum, item) => sum + rows[3 * item + column]!, 0) / items.length;
      };
      const sideOf = (item: number): number =>
        [0, 1, 2].reduce((sum, column) => {
          const [clean, spoiled] = [mean(0, column), mean(1, column)];
          return sum + (spoiled - clean) * (target.rows[3 * item + column]! - (clean + spoiled) / 2);
        }, 0);
      return target.labels.filter((label, item) => (sideOf(item) >= 0 ? 1 : 0) === label).length / 400;
    };
    expect(accuracyAfter(source.rows)).toBeLessThan(0.7);
    expect(accuracyAfter(alignedTo(source, target))).toBeGreaterThan(0.9);
  });

  it('refuses figures of another width', () => {
    expect(() => alignedTo(source, { rows: new Float32Array(4), width: 2 })).toThrow(RangeError);
  });

  /** Few rows of columns that may be constant, repeat each other, or have gaps. */
  const awkward = fc
    .record({
      count: fc.integer({ min: 0, max: 12 }),
      kinds: fc.array(fc.constantFrom('free', 'constant', 'collinear', 'gaps', 'unmeasured'), {
        minLength: 1,
        maxLength: 6,
      }),
      size: fc.constantFrom(1e-6, 1, 1e5),
      seed: fc.integer(),
    })
    .map(({ count, kinds, size, seed }) => {
      const random = randomFor(seed, 'awkward');
      const rows = Array.from({ length: count }, () => {
        const shared = random.normal();
        return kinds.map((kind) => {
          if (kind === 'constant') return 3 * size;
          if (kind === 'collinear') return size * (2 * shared + 5);
          if (kind === 'unmeasured' || (kind === 'gaps' && random.uniform() < 0.4)) return Number.NaN;
          return size * random.normal();
        });
      });
      return { rows: Float32Array.from(rows.flat()), width: kinds.length, kinds };
    });

  const columnOf = ({ rows, width }: { rows: Float32Array; width: number }, column: number): number[] =>
    Array.from(rows).filter((_, place) => place % width === column);

  it('takes constant and collinear columns, gaps and few rows as they come', () => {
    fc.assert(
      fc.property(awkward, awkward, (from, to) => {
        const width = Math.min(from.width, to.width);
        const cut = ({ rows, width: all, kinds }: typeof from) => ({
          rows: rows.filter((_, place) => place % all < width),
          width,
          kinds,
        });
        const [source, target] = [cut(from), cut(to)];
        const rows = alignedTo(source, target);
        expect(Array.from(rows, Number.isFinite)).toEqual(Array.from(source.rows, Number.isFinite));
        for (let column = 0; column < width; column++) {
          const [before, after, aim] = [source, { rows, width }, target].map((each) =>
            columnOf(each, column),
          ) as [number[], number[], number[]];
          const known = (values: number[]): number[] => values.filter(Number.isFinite);
          if (new Set(known(before)).size < 2 || new Set(known(aim)).size < 2) expect(after).toEqual(before);
          else if (before.every(Number.isFinite) && source.kinds.every((kind) => kind !== 'gaps')) {
            const mean = known(aim).reduce((sum, value) => sum + value, 0) / known(aim).length;
            const span = Math.max(...known(aim).map(Math.abs));
            const reached = after.reduce((sum, value) => sum + value, 0) / after.length;
            expect(Math.abs(reached - mean)).toBeLessThan(1e-4 * span);
          }
        }
      }),
    );
  });

  it('keeps the columns of a frame like itself', () => {
    const doubled = Float32Array.from(
      Array.from({ length: 400 }, (_, item) =>
        Array.from(source.rows.subarray(3 * item, 3 * item + 3)),
      ).flatMap(([a, b, c]) => [a!, b!, c!, 2 * a! + 1, 7]),
    );
    const same = alignedTo({ rows: doubled, width: 5 }, { rows: doubled, width: 5 });
    same.forEach((value, place) => {
      expect(value).toBeCloseTo(doubled[place]!, 4);
    });
  });
});
