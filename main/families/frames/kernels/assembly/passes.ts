/** Passes over the residuals of whole rows. */
import { height, inverseHere, isFloat, isHole, levelHere, residualRow, samples, skyAt, width } from './frame';
import { results } from './results';

/** Room for one row of residuals, 64 bytes more than a row on either side. */
let line: usize = 0;

export function setLine(at: usize): void {
  line = at;
}

/**
 * Indices of the pixels of rows [top, bottom) whose residual is above `least`. `thresholds` holds for each cell (square,
 * `cell` px, the last ones reaching to the border) a stored value that no such pixel stays below. Returns how many.
 */
export function brightPixels(
  top: i32,
  bottom: i32,
  least: f32,
  thresholds: usize,
  columns: i32,
  rows: i32,
  cell: i32,
  out: usize,
  room: i32,
): i32 {
  let count = 0;
  for (let y = top; y < bottom; y++) {
    const grid = thresholds + ((min(rows - 1, y / cell) * columns) << 2);
    const row = <usize>y * width;
    for (let column = 0; column < columns; column++) {
      const limit = load<f32>(grid + (column << 2));
      const from = column * cell;
      const to = column === columns - 1 ? width : from + cell;
      if (isFloat) {
        const limits = f32x4.splat(limit);
        for (let x = from; x < to; x += 4) {
          if (x + 4 <= to && !v128.any_true(f32x4.ge(v128.load(samples + ((row + x) << 2)), limits))) continue;
          count = checkBright(y, x, min(to, x + 4), least, out, count, room);
        }
        continue;
      }
      if (limit > 65535) continue;
      const limits = i16x8.splat(<i16>(<u32>Mathf.max(0, Mathf.floor(limit))));
      for (let x = from; x < to; x += 8) {
        if (x + 8 <= to && !v128.any_true(i16x8.ge_u(v128.load(samples + ((row + x) << 1)), limits))) continue;
        count = checkBright(y, x, min(to, x + 8), least, out, count, room);
      }
    }
  }
  return count;
}

function checkBright(y: i32, from: i32, to: i32, least: f32, out: usize, count: i32, room: i32): i32 {
  residualRow(y, from, to, line);
  for (let x = from; x < to; x++) {
    if (!(load<f32>(line + ((x - from) << 2)) > least)) continue;
    if (count < room) store<i32>(out + (count << 2), y * width + x);
    count++;
  }
  return count;
}

/** Sums of 4 x 4 residuals over 4, for rows [4 row, 4 row + 4): unit noise stays unit noise. Undefined ones spread. */
export function coarseRow(row: i32, sums: usize, out: usize): void {
  const cells = width >> 2;
  memory.fill(sums, 0, <usize>cells << 4);
  for (let y = 4 * row; y < 4 * row + 4; y++) {
    residualRow(y, 0, cells << 2, line);
    for (let i = 0; i < cells; i++) {
      const place = sums + (<usize>i << 4);
      v128.store(place, f32x4.add(v128.load(place), v128.load(line + (<usize>i << 4))));
    }
  }
  for (let i = 0; i < cells; i++) {
    const place = sums + (<usize>i << 4);
    const sum = load<f32>(place) + load<f32>(place, 4) + (load<f32>(place, 8) + load<f32>(place, 12));
    store<f32>(out + (<usize>i << 2), 0.25 * sum);
  }
}

/** Adds the residuals of row `y`, clamped to +-`clip`, to the sums of their columns, and 1 to their numbers. */
export function columnSums(y: i32, clip: f32, sums: usize, numbers: usize): void {
  residualRow(y, 0, width, line);
  const high = f32x4.splat(clip);
  const low = f32x4.splat(-clip);
  const one = f32x4.splat(1);
  for (let x = 0; x < width; x += 4) {
    const value = v128.load(line + (<usize>x << 2));
    const defined = f32x4.eq(value, value);
    const clamped = v128.and(f32x4.max(f32x4.min(value, high), low), defined);
    const place = <usize>x << 2;
    v128.store(sums + place, f32x4.add(v128.load(sums + place), clamped));
    v128.store(numbers + place, f32x4.add(v128.load(numbers + place), v128.and(one, defined)));
  }
}

/** Sum and number of the clamped residuals of pixels [from, to) of row `y`. */
export function rowSums(y: i32, from: i32, to: i32, clip: f32): void {
  residualRow(y, from, to, line);
  let sum: f64 = 0;
  let number: f64 = 0;
  const high = f32x4.splat(clip);
  const low = f32x4.splat(-clip);
  let sums = f32x4.splat(0);
  let numbers = i32x4.splat(0);
  const count = to - from;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const value = v128.load(line + (<usize>i << 2));
    const defined = f32x4.eq(value, value);
    sums = f32x4.add(sums, v128.and(f32x4.max(f32x4.min(value, high), low), defined));
    numbers = i32x4.sub(numbers, defined);
  }
  store<v128>(results, sums);
  store<v128>(results + 16, numbers);
  for (let lane = 0; lane < 4; lane++) {
    sum += <f64>load<f32>(results + (lane << 2));
    number += <f64>load<i32>(results + 16 + (lane << 2));
  }
  for (; i < count; i++) {
    const value = load<f32>(line + (<usize>i << 2));
    if (value !== value) continue;
    sum += <f64>Mathf.max(-clip, Mathf.min(clip, value));
    number += 1;
  }
  store<f64>(results, sum);
  store<f64>(results + 8, number);
}

/**
 * Adds number, sum and sum of squares of the residuals of row `y` within (low, high) to three doubles for each cell of
 * the row; `mask` has a byte for each pixel, not 0 where it is left out.
 */
export function skySums(y: i32, mask: usize, low: f32, high: f32, columns: i32, cell: i32, sums: usize): void {
  residualRow(y, 0, width, line);
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  const zero = i32x4.splat(0);
  for (let column = 0; column < columns; column++, sums += 24) {
    const from = column * cell;
    const to = column === columns - 1 ? width : from + cell;
    let total = f32x4.splat(0);
    let squares = f32x4.splat(0);
    let numbers = i32x4.splat(0);
    let x = from;
    for (; x + 4 <= to; x += 4) {
      const value = v128.load(line + (<usize>x << 2));
      const bytes = v128.load32_zero(mask + x);
      const open = i32x4.eq(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)), zero);
      const inside = v128.and(open, v128.and(f32x4.gt(value, lows), f32x4.lt(value, highs)));
      const taken = v128.and(value, inside);
      numbers = i32x4.sub(numbers, inside);
      total = f32x4.add(total, taken);
      squares = f32x4.add(squares, f32x4.mul(taken, taken));
    }
    let number: f64 = 0;
    let sum: f64 = 0;
    let square: f64 = 0;
    store<v128>(results, numbers);
    store<v128>(results + 16, total);
    store<v128>(results + 32, squares);
    for (let lane = 0; lane < 4; lane++) {
      number += <f64>load<i32>(results + (lane << 2));
      sum += <f64>load<f32>(results + 16 + (lane << 2));
      square += <f64>load<f32>(results + 32 + (lane << 2));
    }
    for (; x < to; x++) {
      const value = load<f32>(line + (<usize>x << 2));
      if (load<u8>(mask + x) !== 0 || !(value > low && value < high)) continue;
      number += 1;
      sum += <f64>value;
      square += <f64>value * <f64>value;
    }
    store<f64>(sums, load<f64>(sums) + number);
    store<f64>(sums + 8, load<f64>(sums + 8) + sum);
    store<f64>(sums + 16, load<f64>(sums + 16) + square);
  }
}

/**
 * Reads residuals round a pixel: the four beside it, or all eight and itself. Holes and what lies outside are NaN. The sky
 * of a mono frame does not change from one pixel to the next.
 */
function around(x: i32, y: i32, mosaic: bool, corners: bool): void {
  if (!mosaic) skyAt(x, y);
  for (let j = -1; j <= 1; j++)
    for (let i = -1; i <= 1; i++) {
      if (!corners && i !== 0 && j !== 0) continue;
      const place = near + (((j + 1) * 3 + i + 1) << 2);
      const inside = x + i >= 0 && y + j >= 0 && x + i < width && y + j < height;
      if (!inside || isHole(x + i, y + j)) {
        store<f32>(place, f32.NaN);
        continue;
      }
      if (mosaic) skyAt(x + i, y + j);
      store<f32>(place, (stored(x + i, y + j) - levelHere) * inverseHere);
    }
}

const near: usize = memory.data(48, 16);

// @ts-ignore: decorator
@inline
function stored(x: i32, y: i32): f32 {
  const at = <usize>y * width + x;
  return isFloat ? load<f32>(samples + (at << 2)) : <f32>(<i32>load<u16>(samples + (at << 1)));
}

/**
 * Of the pixels listed, those that none of their eight neighbours exceeds and that are more than `least` high: index and
 * sum of the 3 x 3 residuals (two 32-bit values each, the second a float). Returns how many.
 */
export function peaks(indices: usize, count: i32, least: f32, mosaic: bool, out: usize): i32 {
  let found = 0;
  for (let k = 0; k < count; k++) {
    const index = load<i32>(indices + (<usize>k << 2));
    const y = index / width;
    const x = index - y * width;
    if (x < 1 || y < 1 || x > width - 2 || y > height - 2 || isHole(x, y)) continue;
    // Most pixels of a star are below the next one as stored; only of a mosaic that says nothing.
    if (!mosaic) {
      const here = stored(x, y) * <f32>1.0001;
      if (stored(x - 1, y) > here && !isHole(x - 1, y)) continue;
      if (stored(x + 1, y) > here && !isHole(x + 1, y)) continue;
      if (stored(x, y - 1) > here && !isHole(x, y - 1)) continue;
      if (stored(x, y + 1) > here && !isHole(x, y + 1)) continue;
    }
    around(x, y, mosaic, true);
    const value = load<f32>(near + 16);
    if (!(value > least)) continue;
    let sum: f32 = 0;
    let highest = true;
    for (let i = 0; i < 9; i++) {
      const other = load<f32>(near + (i << 2));
      if (other !== other) continue;
      sum += other;
      if (other > value) highest = false;
    }
    if (!highest) continue;
    store<i32>(out + (<usize>found << 3), index);
    store<f32>(out + (<usize>found << 3) + 4, sum);
    found++;
  }
  return found;
}

/**
 * Of the pixels listed, those of more than `least` whose defined side neighbours (two at least) are all fainter and hold
 * less than `share` of them on average, by more than that average's error. Writes indices, returns how many.
 */
export function spikes(indices: usize, count: i32, least: f32, share: f32, mosaic: bool, out: usize): i32 {
  let found = 0;
  for (let k = 0; k < count; k++) {
    const index = load<i32>(indices + (<usize>k << 2));
    const y = index / width;
    const x = index - y * width;
    if (isHole(x, y)) continue;
    if (!mosaic) {
      const here = stored(x, y);
      if (x > 0 && stored(x - 1, y) > here * <f32>1.0001 && !isHole(x - 1, y)) continue;
      if (x < width - 1 && stored(x + 1, y) > here * <f32>1.0001 && !isHole(x + 1, y)) continue;
    }
    around(x, y, mosaic, false);
    const value = load<f32>(near + 16);
    if (!(value > least)) continue;
    let sum: f32 = 0;
    let number: f32 = 0;
    let greatest: f32 = f32.NEGATIVE_INFINITY;
    for (let i = 1; i < 9; i += 2) {
      const other = load<f32>(near + (i << 2));
      if (other !== other) continue;
      sum += other;
      number += 1;
      greatest = Mathf.max(greatest, other);
    }
    if (number < 2 || greatest >= value) continue;
    if (sum / number >= share * value - 1 / Mathf.sqrt(number)) continue;
    store<i32>(out + (<usize>found << 2), index);
    found++;
  }
  return found;
}
