/** The nearest found so far of each row asked for; the farthest of them on top of a heap. */
let distances: usize = 0;
let rows: usize = 0;
let found: usize = 0;
let count: usize = 0;
/** Per row asked for: squared distance that a point must be below to count. */
export let limits: usize = 0;

export function setHeaps(distancesAt: usize, rowsAt: usize, foundAt: usize, limitsAt: usize, countEach: u32): void {
  distances = distancesAt;
  rows = rowsAt;
  found = foundAt;
  limits = limitsAt;
  count = countEach;
}

export function clearHeap(query: u32): void {
  store<u32>(found + (<usize>query << 2), 0);
  store<f64>(limits + (<usize>query << 3), Infinity);
}

/** @param distance squared, below the limit of the query */
export function add(query: u32, distance: f64, row: u32): void {
  const base = <usize>query * count;
  const foundAt = found + (<usize>query << 2);
  const held = <usize>load<u32>(foundAt);
  if (held < count) {
    siftUp(base, held, distance, row);
    store<u32>(foundAt, <u32>(held + 1));
    if (held + 1 < count) return;
  } else siftDown(base, distance, row, count);
  store<f64>(limits + (<usize>query << 3), load<f64>(distances + (base << 3)));
}

/** To rising order. */
export function sortHeap(query: u32): void {
  const base = <usize>query * count;
  for (let last = <usize>load<u32>(found + (<usize>query << 2)); last > 1; last--) {
    const place = base + last - 1;
    const distance = load<f64>(distances + (place << 3));
    const row = load<u32>(rows + (place << 2));
    put(place, load<f64>(distances + (base << 3)), load<u32>(rows + (base << 2)));
    siftDown(base, distance, row, last - 1);
  }
}

// @ts-ignore: decorator
@inline
function put(place: usize, distance: f64, row: u32): void {
  store<f64>(distances + (place << 3), distance);
  store<u32>(rows + (place << 2), row);
}

// @ts-ignore: decorator
@inline
function distanceAt(place: usize): f64 {
  return load<f64>(distances + (place << 3));
}

function siftDown(base: usize, distance: f64, row: u32, end: usize): void {
  let place: usize = 0;
  for (let child: usize = 1; child < end; child = 2 * place + 1) {
    if (child + 1 < end && distanceAt(base + child + 1) > distanceAt(base + child)) child += 1;
    if (distanceAt(base + child) <= distance) break;
    put(base + place, distanceAt(base + child), load<u32>(rows + ((base + child) << 2)));
    place = child;
  }
  put(base + place, distance, row);
}

function siftUp(base: usize, from: usize, distance: f64, row: u32): void {
  let place = from;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (distanceAt(base + parent) >= distance) break;
    put(base + place, distanceAt(base + parent), load<u32>(rows + ((base + parent) << 2)));
    place = parent;
  }
  put(base + place, distance, row);
}
