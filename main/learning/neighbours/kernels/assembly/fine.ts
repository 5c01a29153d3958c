/** Products of whole numbers of 16 bits, eight points and four rows at a time, tell which points may be near. */
import { considerAll, pairs, thresholds } from './points';

let octets: usize = 0;
let halves: usize = 0;
let queries: usize = 0;

/**
 * @param octetsAt [octets, pairs, 8] of two i16
 * @param halvesAt i32 for each point: minus half of its square on the lattice, rounded up
 * @param queriesAt [rows, pairs] of two i16
 */
export function setFine(octetsAt: usize, halvesAt: usize, queriesAt: usize): void {
  octets = octetsAt;
  halves = halvesAt;
  queries = queriesAt;
}

/**
 * Looks at the points of `count` octets from the first on.
 * @param own point that the first row of the group is, the next row being the next point; below -64 when they are none
 */
export function scanFine(rows: u32, first: u32, count: u32, own: i32): void {
  const queryBytes = pairs << 2;
  const from = octets + <usize>first * pairs * 32;
  for (let query: u32 = 0; query < rows; query += 4) {
    const threshold = thresholds + (<usize>query << 2);
    let t0 = v128.load32_splat(threshold);
    let t1 = v128.load32_splat(threshold, 4);
    let t2 = v128.load32_splat(threshold, 8);
    let t3 = v128.load32_splat(threshold, 12);
    const firstQuery = queries + <usize>query * queryBytes;
    const end = firstQuery + queryBytes;
    let point = from;
    for (let octet = first; octet < first + count; octet++) {
      const low = v128.load(halves + (<usize>octet << 5));
      const high = v128.load(halves + (<usize>octet << 5), 16);
      let a0 = low;
      let a1 = low;
      let a2 = low;
      let a3 = low;
      let b0 = high;
      let b1 = high;
      let b2 = high;
      let b3 = high;
      for (let at = firstQuery; at < end; at += 4, point += 32) {
        const a = v128.load(point);
        const b = v128.load(point, 16);
        let asked = v128.load32_splat(at);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, asked));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, asked));
        asked = v128.load32_splat(at + queryBytes);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, asked));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, asked));
        asked = v128.load32_splat(at + 2 * queryBytes);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(a, asked));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(b, asked));
        asked = v128.load32_splat(at + 3 * queryBytes);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(a, asked));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(b, asked));
      }
      a0 = i32x4.ge_s(a0, t0);
      a1 = i32x4.ge_s(a1, t1);
      a2 = i32x4.ge_s(a2, t2);
      a3 = i32x4.ge_s(a3, t3);
      b0 = i32x4.ge_s(b0, t0);
      b1 = i32x4.ge_s(b1, t1);
      b2 = i32x4.ge_s(b2, t2);
      b3 = i32x4.ge_s(b3, t3);
      const any = v128.or(v128.or(v128.or(a0, a1), v128.or(a2, a3)), v128.or(v128.or(b0, b1), v128.or(b2, b3)));
      if (!v128.any_true(any)) continue;
      const at = octet << 3;
      const self = own + <i32>query;
      considerAll(i32x4.bitmask(a0), query, at, self);
      considerAll(i32x4.bitmask(b0), query, at + 4, self);
      considerAll(i32x4.bitmask(a1), query + 1, at, self + 1);
      considerAll(i32x4.bitmask(b1), query + 1, at + 4, self + 1);
      considerAll(i32x4.bitmask(a2), query + 2, at, self + 2);
      considerAll(i32x4.bitmask(b2), query + 2, at + 4, self + 2);
      considerAll(i32x4.bitmask(a3), query + 3, at, self + 3);
      considerAll(i32x4.bitmask(b3), query + 3, at + 4, self + 3);
      t0 = v128.load32_splat(threshold);
      t1 = v128.load32_splat(threshold, 4);
      t2 = v128.load32_splat(threshold, 8);
      t3 = v128.load32_splat(threshold, 12);
    }
  }
}
