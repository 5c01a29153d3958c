/** The map as whole numbers, laid out for the line sums. */

/**
 * Writes `count` floats as whole units, clamped to +-`clip` units, 0 where blocked or undefined. Returns how many are
 * neither. Up to three cells beyond the last one are written.
 */
export function quantise(data: usize, blocked: usize, count: i32, perSigma: f32, clip: f32, out: usize): i32 {
  const scale = f32x4.splat(perSigma);
  const high = f32x4.splat(clip);
  const low = f32x4.splat(-clip);
  const zero = i32x4.splat(0);
  let valid = i32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const value = v128.load(data + (<usize>i << 2));
    const bytes = v128.load32_zero(blocked + i);
    const open = i32x4.eq(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)), zero);
    const taken = v128.and(open, f32x4.eq(value, value));
    valid = i32x4.sub(valid, taken);
    const units = f32x4.nearest(f32x4.max(f32x4.min(f32x4.mul(value, scale), high), low));
    const whole = v128.and(i32x4.trunc_sat_f32x4_s(units), taken);
    v128.store64_lane(out + (<usize>i << 1), i16x8.narrow_i32x4_s(whole, whole), 0);
  }
  return (
    i32x4.extract_lane(valid, 0) + i32x4.extract_lane(valid, 1) + i32x4.extract_lane(valid, 2) + i32x4.extract_lane(valid, 3)
  );
}

/** Columns of a map of whole units become rows, in tiles so that both sides stay in the cache. */
export function transpose(from: usize, width: i32, height: i32, to: usize): void {
  for (let top = 0; top < height; top += 32) {
    const bottom = min(height, top + 32);
    for (let left = 0; left < width; left += 32) {
      const right = min(width, left + 32);
      for (let x = left; x < right; x++) {
        for (let y = top; y < bottom; y++)
          store<i16>(to + (<usize>(x * height + y) << 1), load<i16>(from + (<usize>(y * width + x) << 1)));
      }
    }
  }
}

/** Turns the order of the cells of each row round. */
export function flipRows(from: usize, width: i32, height: i32, to: usize): void {
  for (let y = 0; y < height; y++) {
    const row = from + (<usize>(y * width) << 1);
    const end = to + (<usize>(y * width + width - 1) << 1);
    for (let x = 0; x < width; x++) store<i16>(end - (<usize>x << 1), load<i16>(row + (<usize>x << 1)));
  }
}
