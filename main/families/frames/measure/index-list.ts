/** Indices of pixels in a typed array that grows. */
export class IndexList {
  #values = new Int32Array(4096);
  #count = 0;

  add(indices: Int32Array): void {
    const end = this.#count + indices.length;
    if (end > this.#values.length) {
      const wider = new Int32Array(Math.max(end, 2 * this.#values.length));
      wider.set(this.#values.subarray(0, this.#count));
      this.#values = wider;
    }
    this.#values.set(indices, this.#count);
    this.#count = end;
  }

  values(): Int32Array {
    return this.#values.subarray(0, this.#count);
  }
}
