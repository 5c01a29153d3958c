/** Which places are taken, by square bins. */

interface TakenPlace {
  readonly x: number;
  readonly y: number;
}

/** Smaller bins would be so many that going through empty ones costs more than the few places that they part, px. */
const leastBin = 16;
/** Places and bins that there is room for at the start. */
const startRoom = 256;

/** The places of a bin are a chain through typed arrays: a look at one that is too far off touches no object. */
export class StarPlaces<T extends TakenPlace> {
  readonly #bin: number;
  readonly #columns: number;
  readonly #places: T[] = [];
  /** First and last place of each bin and the next of each place, all counted from 1; 0 for none. */
  #first = new Int32Array(startRoom);
  #last = new Int32Array(startRoom);
  #next = new Int32Array(startRoom);
  #x = new Float64Array(startRoom);
  #y = new Float64Array(startRoom);

  /** `bin` is the side of a bin, px: about the distance that is asked for most. */
  constructor(width: number, bin: number) {
    this.#bin = Math.max(leastBin, bin);
    this.#columns = Math.ceil(width / this.#bin) + 4;
  }

  /** Two bins on every side take what lies outside; what lies farther out falls into the outermost. */
  #columnOf(x: number): number {
    return Math.max(0, Math.min(this.#columns - 1, Math.floor(x / this.#bin) + 2));
  }

  #rowOf(y: number): number {
    return Math.max(0, Math.floor(y / this.#bin) + 2);
  }

  add(place: T): void {
    const bin = this.#rowOf(place.y) * this.#columns + this.#columnOf(place.x);
    this.#places.push(place);
    const count = this.#places.length;
    this.#makeRoom(bin + 1, count + 1);
    this.#x[count] = place.x;
    this.#y[count] = place.y;
    if (this.#first[bin] === 0) this.#first[bin] = count;
    else this.#next[this.#last[bin]] = count;
    this.#last[bin] = count;
  }

  #makeRoom(bins: number, places: number): void {
    if (bins > this.#first.length) {
      this.#first = enlarged(this.#first, new Int32Array(2 * bins));
      this.#last = enlarged(this.#last, new Int32Array(2 * bins));
    }
    if (places <= this.#next.length) return;
    this.#next = enlarged(this.#next, new Int32Array(2 * places));
    this.#x = enlarged(this.#x, new Float64Array(2 * places));
    this.#y = enlarged(this.#y, new Float64Array(2 * places));
  }

  /** All places within `distance` of (x, y). */
  within(x: number, y: number, distance: number): T[] {
    const found: T[] = [];
    this.visit(x, y, distance, (place) => {
      found.push(place);
    });
    return found;
  }

  /** Calls `look` for the places within `distance` of (x, y), until it answers true: whether it did. */
  visit(x: number, y: number, distance: number, look: (place: T) => unknown): boolean {
    return this.#visit(x, y, distance, distance * distance, look);
  }

  /** Calls `look` for the places within `reach` of (x, y) along both axes, until it answers true. */
  visitSquare(x: number, y: number, reach: number, look: (place: T) => unknown): boolean {
    return this.#visit(x, y, reach, Number.POSITIVE_INFINITY, look);
  }

  /** Places nearer than `reach` along both axes whose distance squared is less than `square`. */
  #visit(x: number, y: number, reach: number, square: number, look: (place: T) => unknown): boolean {
    const first = this.#first;
    const next = this.#next;
    const xs = this.#x;
    const ys = this.#y;
    const left = this.#columnOf(x - reach);
    const right = this.#columnOf(x + reach);
    const bottom = this.#rowOf(y + reach);
    for (let row = this.#rowOf(y - reach); row <= bottom; row++) {
      const end = Math.min(first.length - 1, row * this.#columns + right);
      for (let bin = row * this.#columns + left; bin <= end; bin++)
        for (let at = first[bin]; at !== 0; at = next[at]) {
          const dx = xs[at] - x;
          const dy = ys[at] - y;
          const isNear = Math.abs(dx) < reach && Math.abs(dy) < reach && dx * dx + dy * dy < square;
          if (isNear && look(this.#places[at - 1]) === true) return true;
        }
    }
    return false;
  }

  hasWithin(x: number, y: number, distance: number): boolean {
    return this.visit(x, y, distance, () => true);
  }
}

function enlarged<A extends Int32Array | Float64Array>(old: A, room: A): A {
  room.set(old);
  return room;
}
