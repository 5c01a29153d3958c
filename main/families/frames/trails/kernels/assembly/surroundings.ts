/** Takes the mean of the surroundings off every cell of a map. */

/**
 * Subtracts from each of `width` x `height` floats the mean of the square of 2 `radius` + 1 cells round it, of those that
 * are neither blocked nor undefined, each clamped to +-`clip`. `room`: 8 bytes for each column. Rows are changed from the
 * first on, so `old` has to hold a copy of all of them.
 */
export function subtractSurroundings(
  data: usize,
  old: usize,
  blocked: usize,
  width: i32,
  height: i32,
  radius: i32,
  clip: f32,
  room: usize,
): void {
  const numbers = room + (<usize>width << 2);
  memory.fill(room, 0, <usize>width << 3);
  for (let y = 0; y < min(radius, height); y++) addRow(old, blocked, width, y, clip, 1, room, numbers);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) addRow(old, blocked, width, y + radius, clip, 1, room, numbers);
    if (y - radius - 1 >= 0) addRow(old, blocked, width, y - radius - 1, clip, -1, room, numbers);
    let sum: f32 = 0;
    let number: f32 = 0;
    for (let x = 0; x < min(radius, width); x++) {
      sum += load<f32>(room + (<usize>x << 2));
      number += load<f32>(numbers + (<usize>x << 2));
    }
    const row = data + (<usize>(y * width) << 2);
    for (let x = 0; x < width; x++) {
      const enters = x + radius;
      if (enters < width) {
        sum += load<f32>(room + (<usize>enters << 2));
        number += load<f32>(numbers + (<usize>enters << 2));
      }
      const leaves = x - radius - 1;
      if (leaves >= 0) {
        sum -= load<f32>(room + (<usize>leaves << 2));
        number -= load<f32>(numbers + (<usize>leaves << 2));
      }
      const place = row + (<usize>x << 2);
      if (number > 0.5) store<f32>(place, load<f32>(place) - sum / number);
    }
  }
}

function addRow(
  data: usize,
  blocked: usize,
  width: i32,
  y: i32,
  clip: f32,
  sign: f32,
  sums: usize,
  numbers: usize,
): void {
  const row = <usize>(y * width);
  const high = f32x4.splat(clip);
  const low = f32x4.splat(-clip);
  const signs = f32x4.splat(sign);
  const zero = i32x4.splat(0);
  let x = 0;
  for (; x + 4 <= width; x += 4) {
    const value = v128.load(data + ((row + x) << 2));
    const bytes = v128.load32_zero(blocked + row + x);
    const open = i32x4.eq(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)), zero);
    const taken = v128.and(open, f32x4.eq(value, value));
    const clamped = v128.and(f32x4.mul(signs, f32x4.max(f32x4.min(value, high), low)), taken);
    const place = <usize>x << 2;
    v128.store(sums + place, f32x4.add(v128.load(sums + place), clamped));
    v128.store(numbers + place, f32x4.add(v128.load(numbers + place), v128.and(signs, taken)));
  }
  for (; x < width; x++) {
    const value = load<f32>(data + ((row + x) << 2));
    if (load<u8>(blocked + row + x) !== 0 || value !== value) continue;
    const place = <usize>x << 2;
    store<f32>(sums + place, load<f32>(sums + place) + sign * Mathf.max(-clip, Mathf.min(clip, value)));
    store<f32>(numbers + place, load<f32>(numbers + place) + sign);
  }
}
