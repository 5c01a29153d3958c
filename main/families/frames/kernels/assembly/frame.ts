/** The frame and its sky as all kernels see them, and residuals made of both. */

/** Stored samples, row by row: 16-bit unsigned words or 32-bit floats. */
export let samples: usize = 0;
export let isFloat: bool = false;
export let width: i32 = 0;
export let height: i32 = 0;
/** One bit for each pixel, rows padded to whole 32-bit words; 1 where a pixel counts as undefined. */
export let holes: usize = 0;
export let holeWords: i32 = 0;

let columns: i32 = 1;
let rows: i32 = 1;
let cell: f32 = 64;
/** Grids of level and 1 / sigma in stored units, one for each lattice (1, or 4 in the order of a 2 x 2 block). */
let levels: usize = 0;
let inverses: usize = 0;
let lattices: i32 = 1;

export function setFrame(at: usize, float: bool, w: i32, h: i32, holesAt: usize): void {
  samples = at;
  isFloat = float;
  width = w;
  height = h;
  holes = holesAt;
  holeWords = (w + 31) >> 5;
}

export function setMesh(
  gridColumns: i32,
  gridRows: i32,
  cellPixels: i32,
  latticeCount: i32,
  levelsAt: usize,
  inversesAt: usize,
): void {
  columns = gridColumns;
  rows = gridRows;
  cell = <f32>cellPixels;
  lattices = latticeCount;
  levels = levelsAt;
  inverses = inversesAt;
}

// @ts-ignore: decorator
@inline
function spread(grid: usize, first: i32, share: f32, column: i32): f32 {
  const above = load<f32>(grid + ((first * columns + column) << 2));
  const below = load<f32>(grid + (((rows === 1 ? first : first + 1) * columns + column) << 2));
  return above + (below - above) * share;
}

// Of the segment at hand: values at pixel 0 and slopes for even and odd pixels of the row.
let evenLevel: f32 = 0;
let oddLevel: f32 = 0;
let evenLevelSlope: f32 = 0;
let oddLevelSlope: f32 = 0;
let evenInverse: f32 = 0;
let oddInverse: f32 = 0;
let evenInverseSlope: f32 = 0;
let oddInverseSlope: f32 = 0;

/** Prepares the straight piece between the centres of cells `column` and `column` + 1, from pixel `start` on. */
function prepare(y: i32, column: i32, start: i32): void {
  let first = 0;
  let share: f32 = 0;
  if (rows > 1) {
    const place = (<f32>y + 0.5) / cell - 0.5;
    first = max(0, min(rows - 2, <i32>Mathf.floor(place)));
    share = place - <f32>first;
  }
  const size = (columns * rows) << 2;
  const even: usize = lattices === 1 ? 0 : (y & 1) * 2 * size;
  const odd: usize = lattices === 1 ? 0 : even + size;
  const offset = <f32>start - ((<f32>column + 0.5) * cell - 0.5);
  const next = columns === 1 ? column : column + 1;
  evenLevel = spread(levels + even, first, share, column);
  evenLevelSlope = (spread(levels + even, first, share, next) - evenLevel) / cell;
  evenLevel += evenLevelSlope * offset;
  evenInverse = spread(inverses + even, first, share, column);
  evenInverseSlope = (spread(inverses + even, first, share, next) - evenInverse) / cell;
  evenInverse += evenInverseSlope * offset;
  if (lattices === 1) {
    oddLevel = evenLevel;
    oddLevelSlope = evenLevelSlope;
    oddInverse = evenInverse;
    oddInverseSlope = evenInverseSlope;
    return;
  }
  oddLevel = spread(levels + odd, first, share, column);
  oddLevelSlope = (spread(levels + odd, first, share, next) - oddLevel) / cell;
  oddLevel += oddLevelSlope * offset;
  oddInverse = spread(inverses + odd, first, share, column);
  oddInverseSlope = (spread(inverses + odd, first, share, next) - oddInverse) / cell;
  oddInverse += oddInverseSlope * offset;
}

// @ts-ignore: decorator
@inline
function lanes(even: f32, evenSlope: f32, odd: f32, oddSlope: f32, startsOdd: bool): v128 {
  const a = startsOdd ? odd : even;
  const aSlope = startsOdd ? oddSlope : evenSlope;
  const b = startsOdd ? even : odd;
  const bSlope = startsOdd ? evenSlope : oddSlope;
  let vector = f32x4.splat(a);
  vector = f32x4.replace_lane(vector, 1, b + bSlope);
  vector = f32x4.replace_lane(vector, 2, a + 2 * aSlope);
  return f32x4.replace_lane(vector, 3, b + 3 * bSlope);
}

// @ts-ignore: decorator
@inline
function alternate(even: f32, odd: f32, startsOdd: bool): v128 {
  const a = startsOdd ? odd : even;
  const b = startsOdd ? even : odd;
  let vector = f32x4.splat(a);
  vector = f32x4.replace_lane(vector, 1, b);
  return f32x4.replace_lane(vector, 3, b);
}

/** (sample - level) / sigma of the pixels [from, to) of row `y`; holes are not looked at. */
export function residualRow(y: i32, from: i32, to: i32, out: usize): void {
  let x = from;
  while (x < to) {
    let column = 0;
    let end = to;
    if (columns > 1) {
      column = max(0, min(columns - 2, <i32>Mathf.floor((<f32>x + 0.5) / cell - 0.5)));
      if (column < columns - 2) end = min(to, <i32>Mathf.ceil((<f32>column + 1.5) * cell - 0.5));
      if (end <= x) {
        column++;
        end = column < columns - 2 ? min(to, <i32>Mathf.ceil((<f32>column + 1.5) * cell - 0.5)) : to;
      }
    }
    prepare(y, column, x);
    piece(y, x, end, out);
    out += (end - x) << 2;
    x = end;
  }
}

function piece(y: i32, from: i32, to: i32, out: usize): void {
  const startsOdd = (from & 1) !== 0;
  let level = lanes(evenLevel, evenLevelSlope, oddLevel, oddLevelSlope, startsOdd);
  let inverse = lanes(evenInverse, evenInverseSlope, oddInverse, oddInverseSlope, startsOdd);
  const four = f32x4.splat(4);
  const levelStep = f32x4.mul(alternate(evenLevelSlope, oddLevelSlope, startsOdd), four);
  const inverseStep = f32x4.mul(alternate(evenInverseSlope, oddInverseSlope, startsOdd), four);
  const count = to - from;
  const whole = count & ~3;
  if (isFloat) {
    let at = samples + ((<usize>y * width + from) << 2);
    for (let i = 0; i < whole; i += 4, at += 16, out += 16) {
      v128.store(out, f32x4.mul(f32x4.sub(v128.load(at), level), inverse));
      level = f32x4.add(level, levelStep);
      inverse = f32x4.add(inverse, inverseStep);
    }
    for (let i = whole; i < count; i++, at += 4, out += 4) {
      store<f32>(out, (load<f32>(at) - f32x4.extract_lane(level, 0)) * f32x4.extract_lane(inverse, 0));
      level = v128.shuffle<f32>(level, level, 1, 2, 3, 0);
      inverse = v128.shuffle<f32>(inverse, inverse, 1, 2, 3, 0);
    }
    return;
  }
  let at = samples + ((<usize>y * width + from) << 1);
  for (let i = 0; i < whole; i += 4, at += 8, out += 16) {
    const value = f32x4.convert_i32x4_u(v128.load_ext<u16>(at));
    v128.store(out, f32x4.mul(f32x4.sub(value, level), inverse));
    level = f32x4.add(level, levelStep);
    inverse = f32x4.add(inverse, inverseStep);
  }
  for (let i = whole; i < count; i++, at += 2, out += 4) {
    const value = <f32>(<i32>load<u16>(at));
    store<f32>(out, (value - f32x4.extract_lane(level, 0)) * f32x4.extract_lane(inverse, 0));
    level = v128.shuffle<f32>(level, level, 1, 2, 3, 0);
    inverse = v128.shuffle<f32>(inverse, inverse, 1, 2, 3, 0);
  }
}

// @ts-ignore: decorator
@inline
export function isHole(x: i32, y: i32): bool {
  return ((load<u32>(holes + ((y * holeWords + (x >> 5)) << 2)) >> (x & 31)) & 1) !== 0;
}

/**
 * Residuals of a rectangle inside the frame, holes as NaN; rows of `right - left` values without gaps. A small one is
 * taken to have a sky that is level and even from row to row but for its slope along them at its middle.
 */
export function residualWindow(left: i32, top: i32, right: i32, bottom: i32, out: usize): void {
  const count = right - left;
  const stride = count << 2;
  const firstWord = left >> 5;
  const lastWord = (right - 1) >> 5;
  const small = <f32>count <= cell && <f32>(bottom - top) <= cell && lattices === 1;
  if (small) plane(left, top, count, bottom - top, out);
  for (let y = top; y < bottom; y++, out += stride) {
    if (!small) residualRow(y, left, right, out);
    const row = holes + ((y * holeWords) << 2);
    for (let word = firstWord; word <= lastWord; word++) {
      let bits = load<u32>(row + (word << 2));
      while (bits !== 0) {
        const x = (word << 5) + <i32>ctz(bits);
        bits &= bits - 1;
        if (x >= left && x < right) store<f32>(out + ((x - left) << 2), f32.NaN);
      }
    }
  }
}

/** The sky as a plane through its values in the corners of the rectangle; mono frames. */
function plane(left: i32, top: i32, count: i32, rowCount: i32, out: usize): void {
  skyAt(left, top);
  const level = levelHere;
  const inverse = inverseHere;
  skyAt(left + count - 1, top);
  const across = <f32>1 / <f32>max(1, count - 1);
  const levelAcross = (levelHere - level) * across;
  const inverseAcross = (inverseHere - inverse) * across;
  skyAt(left, top + rowCount - 1);
  const down = <f32>1 / <f32>max(1, rowCount - 1);
  const levelDown = (levelHere - level) * down;
  const inverseDown = (inverseHere - inverse) * down;
  const ramp = f32x4(0, 1, 2, 3);
  let levels = f32x4.add(f32x4.splat(level), f32x4.mul(ramp, f32x4.splat(levelAcross)));
  let inverses = f32x4.add(f32x4.splat(inverse), f32x4.mul(ramp, f32x4.splat(inverseAcross)));
  const levelStep = f32x4.splat(4 * levelAcross);
  const inverseStep = f32x4.splat(4 * inverseAcross);
  const levelNext = f32x4.splat(levelDown);
  const inverseNext = f32x4.splat(inverseDown);
  const size: usize = isFloat ? 2 : 1;
  const pitch = (<usize>width << size);
  let row = samples + ((<usize>top * width + left) << size);
  for (let j = 0; j < rowCount; j++, row += pitch) {
    let here = levels;
    let factor = inverses;
    let at = row;
    const end = out + (<usize>count << 2);
    // The last vector reaches beyond the row: the next row, or what follows the window, is written after it.
    if (isFloat)
      for (; out < end; out += 16, at += 16) {
        v128.store(out, f32x4.mul(f32x4.sub(v128.load(at), here), factor));
        here = f32x4.add(here, levelStep);
        factor = f32x4.add(factor, inverseStep);
      }
    else
      for (; out < end; out += 16, at += 8) {
        v128.store(out, f32x4.mul(f32x4.sub(f32x4.convert_i32x4_u(v128.load_ext<u16>(at)), here), factor));
        here = f32x4.add(here, levelStep);
        factor = f32x4.add(factor, inverseStep);
      }
    out = end;
    levels = f32x4.add(levels, levelNext);
    inverses = f32x4.add(inverses, inverseNext);
  }
}

/** Marks a pixel as undefined or not. */
export function setHole(x: i32, y: i32, hole: bool): void {
  const at = holes + ((y * holeWords + (x >> 5)) << 2);
  const bit: u32 = 1 << (x & 31);
  const word = load<u32>(at);
  store<u32>(at, hole ? word | bit : word & ~bit);
}

/** Level and 1 / sigma at a pixel, for those who compare it with its neighbours. */
export let levelHere: f32 = 0;
export let inverseHere: f32 = 0;

export function skyAt(x: i32, y: i32): void {
  const column = columns === 1 ? 0 : max(0, min(columns - 2, <i32>Mathf.floor((<f32>x + 0.5) / cell - 0.5)));
  prepare(y, column, x);
  const isOdd = (x & 1) !== 0;
  levelHere = isOdd ? oddLevel : evenLevel;
  inverseHere = isOdd ? oddInverse : evenInverse;
}
