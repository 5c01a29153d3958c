/**
 * The same with numbers of 8 bits, sixteen points and four rows at a time, at less than half the cost: a row's numbers lie
 * from 0 to 127 (64 more than on the lattice, which the start of each point's sum makes up for), a point's from -63 to 63, so that
 * two products fit 16 bits on every processor; sums may run over, what comes out does not.
 */
import { coarseThresholds, considerAll, pairs } from './points';

let groups: usize = 0;
let starts: usize = 0;
let queries: usize = 0;

/**
 * @param groupsAt [sixteens, pairs, 16] of two i8
 * @param startsAt i16 for each point: minus half of its square, rounded up, minus 64 times its sum, wrapped
 * @param queriesAt [rows, pairs] of two u8
 */
export function setCoarse(groupsAt: usize, startsAt: usize, queriesAt: usize): void {
  groups = groupsAt;
  starts = startsAt;
  queries = queriesAt;
}

// @ts-ignore: decorator
@inline
function products(points: v128, row: v128): v128 {
  return i16x8.relaxed_dot_i8x16_i7x16_s(points, row);
}

/** Looks at the points of `count` sixteens from the first on. See scanFine for `own`. */
export function scanCoarse(rows: u32, first: u32, count: u32, own: i32): void {
  const queryBytes = pairs << 1;
  const from = groups + <usize>first * pairs * 32;
  for (let query: u32 = 0; query < rows; query += 4) {
    const threshold = coarseThresholds + (<usize>query << 1);
    let t0 = v128.load16_splat(threshold);
    let t1 = v128.load16_splat(threshold, 2);
    let t2 = v128.load16_splat(threshold, 4);
    let t3 = v128.load16_splat(threshold, 6);
    const firstQuery = queries + <usize>query * queryBytes;
    const end = firstQuery + queryBytes;
    let point = from;
    for (let sixteen = first; sixteen < first + count; sixteen++) {
      const low = v128.load(starts + (<usize>sixteen << 5));
      const high = v128.load(starts + (<usize>sixteen << 5), 16);
      let a0 = low;
      let a1 = low;
      let a2 = low;
      let a3 = low;
      let b0 = high;
      let b1 = high;
      let b2 = high;
      let b3 = high;
      for (let at = firstQuery; at < end; at += 2, point += 32) {
        const a = v128.load(point);
        const b = v128.load(point, 16);
        let asked = v128.load16_splat(at);
        a0 = i16x8.add(a0, products(a, asked));
        b0 = i16x8.add(b0, products(b, asked));
        asked = v128.load16_splat(at + queryBytes);
        a1 = i16x8.add(a1, products(a, asked));
        b1 = i16x8.add(b1, products(b, asked));
        asked = v128.load16_splat(at + 2 * queryBytes);
        a2 = i16x8.add(a2, products(a, asked));
        b2 = i16x8.add(b2, products(b, asked));
        asked = v128.load16_splat(at + 3 * queryBytes);
        a3 = i16x8.add(a3, products(a, asked));
        b3 = i16x8.add(b3, products(b, asked));
      }
      a0 = i8x16.narrow_i16x8_s(i16x8.ge_s(a0, t0), i16x8.ge_s(b0, t0));
      a1 = i8x16.narrow_i16x8_s(i16x8.ge_s(a1, t1), i16x8.ge_s(b1, t1));
      a2 = i8x16.narrow_i16x8_s(i16x8.ge_s(a2, t2), i16x8.ge_s(b2, t2));
      a3 = i8x16.narrow_i16x8_s(i16x8.ge_s(a3, t3), i16x8.ge_s(b3, t3));
      if (!v128.any_true(v128.or(v128.or(a0, a1), v128.or(a2, a3)))) continue;
      const at = sixteen << 4;
      const self = own + <i32>query;
      considerAll(i8x16.bitmask(a0), query, at, self);
      considerAll(i8x16.bitmask(a1), query + 1, at, self + 1);
      considerAll(i8x16.bitmask(a2), query + 2, at, self + 2);
      considerAll(i8x16.bitmask(a3), query + 3, at, self + 3);
      t0 = v128.load16_splat(threshold);
      t1 = v128.load16_splat(threshold, 2);
      t2 = v128.load16_splat(threshold, 4);
      t3 = v128.load16_splat(threshold, 6);
    }
  }
}
