/** Which places are taken, by square bins. */

interface TakenPlace {
  readonly x: number;
  readonly y: number;
}

export class StarPlaces<T extends TakenPlace> {
  readonly #bin: number;
  readonly #columns: number;
  readonly #places = new Map<number, T[]>();

  /** `bin` is the side of a bin, px: about the distance that is asked for most. */
  constructor(width: number, bin: number) {
    this.#bin = bin;
    this.#columns = Math.ceil(width / bin) + 4;
  }

  #key(column: number, row: number): number {
    return (row + 2) * this.#columns + column + 2;
  }

  add(place: T): void {
    const key = this.#key(Math.floor(place.x / this.#bin), Math.floor(place.y / this.#bin));
    const list = this.#places.get(key);
    if (list === undefined) this.#places.set(key, [place]);
    else list.push(place);
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
    const bin = this.#bin;
    const first = Math.max(-2, Math.floor((x - reach) / bin));
    const last = Math.min(this.#columns - 3, Math.floor((x + reach) / bin));
    const bottom = Math.floor((y + reach) / bin);
    for (let row = Math.max(-2, Math.floor((y - reach) / bin)); row <= bottom; row++) {
      const end = this.#key(last, row);
      for (let key = this.#key(first, row); key <= end; key++) {
        const places = this.#places.get(key);
        if (places === undefined) continue;
        for (const place of places) {
          const dx = place.x - x;
          const dy = place.y - y;
          const isNear = Math.abs(dx) < reach && Math.abs(dy) < reach && dx * dx + dy * dy < square;
          if (isNear && look(place) === true) return true;
        }
      }
    }
    return false;
  }

  hasWithin(x: number, y: number, distance: number): boolean {
    return this.visit(x, y, distance, () => true);
  }
}
