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
    const first = Math.floor((x - distance) / this.#bin);
    const last = Math.floor((x + distance) / this.#bin);
    const bottom = Math.floor((y + distance) / this.#bin);
    for (let row = Math.floor((y - distance) / this.#bin); row <= bottom; row++)
      for (let column = first; column <= last; column++) {
        const places = this.#places.get(this.#key(column, row));
        if (places === undefined) continue;
        for (const place of places)
          if ((place.x - x) ** 2 + (place.y - y) ** 2 < distance * distance && look(place) === true)
            return true;
      }
    return false;
  }

  hasWithin(x: number, y: number, distance: number): boolean {
    return this.visit(x, y, distance, () => true);
  }
}
