/** Kernel rows of the points at work, kept while there is room; the one longest unused makes way. */
import { kernelRow } from './points';

let cells: usize = 0;
let cellBytes: usize = 0;
/** Floats of a slot, a multiple of 8. */
let slotLength: usize = 0;
let slots: i32 = 0;
/** Per point: its slot, or -1. */
let slotOf: usize = 0;
/** Per slot: its point or -1, floats that are computed, when it was last used. */
let pointOf: usize = 0;
let filled: usize = 0;
let used: usize = 0;
let mostSlots: i32 = 0;
let clock: u32 = 0;

/** @param slotRoom three lists of u32 for that many slots, one behind the other */
export function setCache(cellsAt: usize, bytes: usize, slotOfAt: usize, slotRoom: usize, slotCount: i32): void {
  cells = cellsAt;
  cellBytes = bytes;
  slotOf = slotOfAt;
  mostSlots = slotCount;
  pointOf = slotRoom;
  filled = slotRoom + (<usize>slotCount << 2);
  used = slotRoom + (<usize>slotCount << 3);
}

// @ts-ignore: decorator
@inline
function at(list: usize, index: i32): usize {
  return list + (<usize>index << 2);
}

/** Forgets all; slots hold `length` floats from here on. */
export function clearCache(length: usize, points: usize): void {
  slotLength = (length + 7) & ~7;
  slots = min(mostSlots, <i32>min<usize>(cellBytes / (slotLength << 2), <usize>i32.MAX_VALUE));
  memory.fill(slotOf, 255, points << 2);
  for (let slot = 0; slot < slots; slot++) {
    store<i32>(at(pointOf, slot), -1);
    store<u32>(at(used, slot), 0);
  }
  clock = 1;
}

/** Slots that cost less than half of what they take are made anew, the first `length` floats of each kept. */
export function narrowCache(length: usize): void {
  const narrow = (length + 7) & ~7;
  if (narrow * 2 > slotLength) return;
  const more = min(mostSlots, <i32>min<usize>(cellBytes / (narrow << 2), <usize>i32.MAX_VALUE));
  for (let slot = 0; slot < slots; slot++) {
    memory.copy(cells + <usize>slot * (narrow << 2), cells + <usize>slot * (slotLength << 2), narrow << 2);
    store<u32>(at(filled, slot), min(load<u32>(at(filled, slot)), <u32>length));
  }
  for (let slot = slots; slot < more; slot++) {
    store<i32>(at(pointOf, slot), -1);
    store<u32>(at(used, slot), 0);
  }
  slotLength = narrow;
  slots = more;
}

function oldest(): i32 {
  let best = 0;
  let least = u32.MAX_VALUE;
  for (let slot = 0; slot < slots; slot++) {
    const when = load<u32>(at(used, slot));
    if (when >= least) continue;
    least = when;
    best = slot;
  }
  return best;
}

/** Address of the first `length` kernels of a point. */
export function rowOf(point: u32, length: usize): usize {
  let slot = load<i32>(at(slotOf, point));
  if (slot < 0) {
    slot = oldest();
    const before = load<i32>(at(pointOf, slot));
    if (before >= 0) store<i32>(at(slotOf, before), -1);
    store<i32>(at(slotOf, point), slot);
    store<i32>(at(pointOf, slot), point);
    store<u32>(at(filled, slot), 0);
  }
  store<u32>(at(used, slot), clock++);
  const row = cells + <usize>slot * (slotLength << 2);
  const known = <usize>load<u32>(at(filled, slot));
  if (known < length) {
    kernelRow(point, known & ~7, length, row);
    store<u32>(at(filled, slot), <u32>length);
  }
  return row;
}

/** Two points change places: their rows, and their place in every row. */
export function swapInCache(one: u32, other: u32): void {
  const first = load<i32>(at(slotOf, one));
  const second = load<i32>(at(slotOf, other));
  store<i32>(at(slotOf, one), second);
  store<i32>(at(slotOf, other), first);
  if (first >= 0) store<i32>(at(pointOf, first), other);
  if (second >= 0) store<i32>(at(pointOf, second), one);
}

/** After the swaps listed as pairs of u32, in their order: one row after the other stays near the processor. */
export function swapWithinRows(pairs: usize, count: usize): void {
  const end = pairs + (count << 3);
  for (let slot = 0; slot < slots; slot++) {
    if (load<i32>(at(pointOf, slot)) < 0) continue;
    const row = cells + <usize>slot * (slotLength << 2);
    const known = load<u32>(at(filled, slot));
    for (let pair = pairs; pair < end; pair += 8) {
      const one = load<u32>(pair);
      const other = load<u32>(pair, 4);
      const low = row + (<usize>one << 2);
      if (other < known) {
        const high = row + (<usize>other << 2);
        const held = load<f32>(low);
        store<f32>(low, load<f32>(high));
        store<f32>(high, held);
      } else if (one < known) {
        // what comes in was never computed: the row is known up to here only
        store<u32>(at(filled, slot), one);
        break;
      }
    }
  }
}
