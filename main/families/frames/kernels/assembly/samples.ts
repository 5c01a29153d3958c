/** Passes over the stored samples as they are. */
import { holes, holeWords, isFloat, samples, width } from './frame';
import { results } from './results';

/**
 * Big-endian signed 16-bit words, as FITS stores them, to unsigned words in the machine's order, 32768 higher; in
 * place. Writes their least and greatest to the results.
 */
export function swapWords(at: usize, count: i32): void {
  const flip = i16x8.splat(-32768);
  let least = i16x8.splat(-1);
  let greatest = i16x8.splat(0);
  const whole = count & ~7;
  const end = at + (<usize>whole << 1);
  for (; at < end; at += 16) {
    const raw = v128.load(at);
    const swapped = v128.xor(v128.shuffle<u8>(raw, raw, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14), flip);
    v128.store(at, swapped);
    least = i16x8.min_u(least, swapped);
    greatest = i16x8.max_u(greatest, swapped);
  }
  let low: u32 = 65535;
  let high: u32 = 0;
  for (let i = whole; i < count; i++, at += 2) {
    const value: u32 = <u32>(<u16>bswap<u16>(load<u16>(at))) ^ 0x8000;
    store<u16>(at, <u16>value);
    low = min(low, value);
    high = max(high, value);
  }
  store<v128>(results, least);
  store<v128>(results + 16, greatest);
  if (whole > 0)
    for (let i = 0; i < 8; i++) {
      low = min(low, <u32>load<u16>(results + (i << 1)));
      high = max(high, <u32>load<u16>(results + 16 + (i << 1)));
    }
  store<f64>(results, <f64>low);
  store<f64>(results + 8, <f64>high);
}

/** Least, greatest and number of the defined samples [from, to); the extremes are infinite when there are none. */
export function extremes(from: i32, to: i32): void {
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  let count: i32 = 0;
  if (isFloat) {
    let least = f32x4.splat(f32.POSITIVE_INFINITY);
    let greatest = f32x4.splat(f32.NEGATIVE_INFINITY);
    let defined = i32x4.splat(0);
    let i = from;
    for (; i + 4 <= to; i += 4) {
      const value = v128.load(samples + (<usize>i << 2));
      least = f32x4.pmin(least, value);
      greatest = f32x4.pmax(greatest, value);
      defined = i32x4.sub(defined, f32x4.eq(value, value));
    }
    for (let lane = 0; lane < 4; lane++) {
      store<v128>(results, least);
      store<v128>(results + 16, greatest);
      store<v128>(results + 32, defined);
      low = Math.min(low, <f64>load<f32>(results + (lane << 2)));
      high = Math.max(high, <f64>load<f32>(results + 16 + (lane << 2)));
      count += load<i32>(results + 32 + (lane << 2));
    }
    for (; i < to; i++) {
      const value = load<f32>(samples + (<usize>i << 2));
      if (value !== value) continue;
      low = Math.min(low, <f64>value);
      high = Math.max(high, <f64>value);
      count++;
    }
  } else {
    let least = i16x8.splat(-1);
    let greatest = i16x8.splat(0);
    let i = from;
    for (; i + 8 <= to; i += 8) {
      const value = v128.load(samples + (<usize>i << 1));
      least = i16x8.min_u(least, value);
      greatest = i16x8.max_u(greatest, value);
    }
    if (i > from) {
      store<v128>(results, least);
      store<v128>(results + 16, greatest);
      for (let lane = 0; lane < 8; lane++) {
        low = Math.min(low, <f64>load<u16>(results + (lane << 1)));
        high = Math.max(high, <f64>load<u16>(results + 16 + (lane << 1)));
      }
    }
    for (; i < to; i++) {
      const value = <f64>load<u16>(samples + (<usize>i << 1));
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    count = to - from;
  }
  store<f64>(results, low);
  store<f64>(results + 8, high);
  store<f64>(results + 16, <f64>count);
}

/** Counts the samples [from, to) that reach `level` and writes the first `room` indices of them. */
export function atLeast(from: i32, to: i32, level: f64, out: usize, room: i32): i32 {
  let count = 0;
  let i = from;
  if (isFloat) {
    const least = f32x4.splat(<f32>level);
    for (; i < to; i++) {
      if (i + 4 <= to && !v128.any_true(f32x4.ge(v128.load(samples + (<usize>i << 2)), least))) {
        i += 3;
        continue;
      }
      if (!(load<f32>(samples + (<usize>i << 2)) >= <f32>level)) continue;
      if (count < room) store<i32>(out + (count << 2), i);
      count++;
    }
    return count;
  }
  if (level > 65535) return 0;
  const word = <u32>Math.max(0, Math.ceil(level));
  const least = i16x8.splat(<i16>word);
  for (; i < to; i++) {
    if (i + 8 <= to && !v128.any_true(i16x8.ge_u(v128.load(samples + (<usize>i << 1)), least))) {
      i += 7;
      continue;
    }
    if (<u32>load<u16>(samples + (<usize>i << 1)) < word) continue;
    if (count < room) store<i32>(out + (count << 2), i);
    count++;
  }
  return count;
}

/** Defined samples of every `step`-th column and `stride`-th row of a rectangle, as floats; returns how many. */
export function gather(
  left: i32,
  right: i32,
  top: i32,
  bottom: i32,
  step: i32,
  stride: i32,
  out: usize,
  room: i32,
): i32 {
  const begin = out;
  const limit = out + (<usize>room << 2);
  for (let y = top; y < bottom; y += stride) {
    const row = <usize>y * width;
    if (out + (<usize>(right - left) << 2) > limit) break;
    let x = left;
    if (isFloat) {
      for (; x < right; x += step) {
        const value = load<f32>(samples + ((row + x) << 2));
        store<f32>(out, value);
        out += value === value ? 4 : 0;
      }
      continue;
    }
    if (step === 1)
      for (; x + 4 <= right; x += 4, out += 16)
        v128.store(out, f32x4.convert_i32x4_u(v128.load_ext<u16>(samples + ((row + x) << 1))));
    for (; x < right; x += step, out += 4) store<f32>(out, <f32>(<i32>load<u16>(samples + ((row + x) << 1))));
  }
  return <i32>((out - begin) >> 2);
}

/** Number, sum and sum of squares of value - `level` of the floats within [low, high]. */
export function windowSums(at: usize, count: i32, low: f32, high: f32, level: f32): void {
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  const levels = f32x4.splat(level);
  let numbers = i32x4.splat(0);
  let sums = f32x4.splat(0);
  let squares = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4, at += 16) {
    const value = v128.load(at);
    const inside = v128.and(f32x4.ge(value, lows), f32x4.le(value, highs));
    const offset = v128.and(f32x4.sub(value, levels), inside);
    numbers = i32x4.sub(numbers, inside);
    sums = f32x4.add(sums, offset);
    squares = f32x4.add(squares, f32x4.mul(offset, offset));
  }
  let number: f64 = 0;
  let sum: f64 = 0;
  let square: f64 = 0;
  store<v128>(results, numbers);
  store<v128>(results + 16, sums);
  store<v128>(results + 32, squares);
  for (let lane = 0; lane < 4; lane++) {
    number += <f64>load<i32>(results + (lane << 2));
    sum += <f64>load<f32>(results + 16 + (lane << 2));
    square += <f64>load<f32>(results + 32 + (lane << 2));
  }
  for (; i < count; i++, at += 4) {
    const value = load<f32>(at);
    if (!(value >= low && value <= high)) continue;
    const offset = <f64>(value - level);
    number += 1;
    sum += offset;
    square += offset * offset;
  }
  store<f64>(results, number);
  store<f64>(results + 8, sum);
  store<f64>(results + 16, square);
}

/**
 * Sums of the samples of rows [top, bottom), every `stride`-th, in the column ranges between `edges`, told apart by the
 * parity of column and row: for each range 4 sums and 4 numbers. `lines` has room for two rows of sums, and for two of
 * numbers when samples are floats. Undefined samples and holes do not count.
 */
export function blockSums(top: i32, bottom: i32, stride: i32, edges: usize, ranges: i32, lines: usize, out: usize): void {
  const padded = (width + 7) & ~7;
  const lineBytes = <usize>padded << 2;
  memory.fill(lines, 0, lineBytes * (isFloat ? 4 : 2));
  let evenRows = 0;
  let oddRows = 0;
  for (let y = top; y < bottom; y += stride) {
    let line = lines + ((y & 1) !== 0 ? lineBytes : 0);
    if ((y & 1) !== 0) oddRows++;
    else evenRows++;
    if (isFloat) {
      const at = samples + ((<usize>y * width) << 2);
      for (let x = 0; x < width; x++) {
        const value = load<f32>(at + (<usize>x << 2));
        if (value !== value) continue;
        const place = line + (<usize>x << 2);
        store<f32>(place, load<f32>(place) + value);
        const number = place + 2 * lineBytes;
        store<f32>(number, load<f32>(number) + 1);
      }
      continue;
    }
    const at = samples + ((<usize>y * width) << 1);
    let x = 0;
    for (; x + 8 <= width; x += 8) {
      const value = v128.load(at + (<usize>x << 1));
      const place = line + (<usize>x << 2);
      v128.store(place, i32x4.add(v128.load(place), i32x4.extend_low_i16x8_u(value)));
      v128.store(place + 16, i32x4.add(v128.load(place + 16), i32x4.extend_high_i16x8_u(value)));
    }
    for (; x < width; x++) {
      const place = line + (<usize>x << 2);
      store<i32>(place, load<i32>(place) + <i32>load<u16>(at + (<usize>x << 1)));
    }
  }
  for (let range = 0; range < ranges; range++, out += 64) {
    const first = load<i32>(edges + (range << 3));
    const last = load<i32>(edges + (range << 3) + 4);
    memory.fill(out, 0, 64);
    for (let x = first; x < last; x++)
      for (let parity = 0; parity < 2; parity++) {
        const place = lines + (parity !== 0 ? lineBytes : 0) + (<usize>x << 2);
        const slot = out + ((parity * 2 + (x & 1)) << 3);
        if (isFloat) {
          store<f64>(slot, load<f64>(slot) + <f64>load<f32>(place));
          store<f64>(slot + 32, load<f64>(slot + 32) + <f64>load<f32>(place + 2 * lineBytes));
        } else {
          store<f64>(slot, load<f64>(slot) + <f64>load<i32>(place));
          store<f64>(slot + 32, load<f64>(slot + 32) + <f64>(parity !== 0 ? oddRows : evenRows));
        }
      }
  }
}

/** The mean of the defined pixels beside a hole takes its place; 0 pixels leave it. Called for pixels marked as holes. */
export function heal(x: i32, y: i32, height: i32): void {
  let sum: f32 = 0;
  let count: f32 = 0;
  for (let k = 0; k < 4; k++) {
    const i = x + (k === 0 ? -1 : k === 1 ? 1 : 0);
    const j = y + (k === 2 ? -1 : k === 3 ? 1 : 0);
    if (i < 0 || j < 0 || i >= width || j >= height) continue;
    if (((load<u32>(holes + ((j * holeWords + (i >> 5)) << 2)) >> (i & 31)) & 1) !== 0) continue;
    const at = <usize>j * width + i;
    const value = isFloat ? load<f32>(samples + (at << 2)) : <f32>(<i32>load<u16>(samples + (at << 1)));
    if (value !== value) continue;
    sum += value;
    count += 1;
  }
  if (count === 0) return;
  const at = <usize>y * width + x;
  if (isFloat) store<f32>(samples + (at << 2), sum / count);
  else store<u16>(samples + (at << 1), <u16>(<u32>(sum / count + 0.5)));
}
