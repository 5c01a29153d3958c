/** Points of a plane in squares within squares, so that many far ones count as one (Barnes and Hut 1986). */

/** Squares within each other; beyond this points count as lying in one place. */
const deepest = 40;
/** No square, or no point. */
const none = -1;

export class QuadTree {
  /** First of four children, one for each quarter; `none` for a square that is not divided. */
  private children = new Int32Array(0);
  private counts = new Float64Array(0);
  private sumX = new Float64Array(0);
  private sumY = new Float64Array(0);
  private widths = new Float64Array(0);
  /** The point of a square that holds one place only. */
  private only = new Int32Array(0);
  private used = 0;
  private readonly stack = new Int32Array(4 * deepest + 8);

  /** @param points x and y of each point in turn */
  build(points: Float64Array): void {
    const count = points.length / 2;
    this.clear(count);
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let point = 0; point < count; point++) {
      left = Math.min(left, points[2 * point]!);
      right = Math.max(right, points[2 * point]!);
      low = Math.min(low, points[2 * point + 1]!);
      high = Math.max(high, points[2 * point + 1]!);
    }
    const width = Math.max(right - left, high - low, 1e-12) * 1.0001;
    this.square(width);
    for (let point = 0; point < count; point++) {
      this.insert(points, point, (left + right) / 2, (low + high) / 2, width);
    }
  }

  /**
   * Adds the push of all other points on one, by 1 / (1 + d²), to `force`; returns the sum of 1 / (1 + d²).
   * @param angle a square whose width is below this share of its distance counts as one place
   */
  push(points: Float64Array, point: number, angle: number, force: Float64Array): number {
    const { children, counts, sumX, sumY, widths, only, stack } = this;
    const x = points[2 * point]!;
    const y = points[2 * point + 1]!;
    const angleSquared = angle * angle;
    let sum = 0;
    let pushX = 0;
    let pushY = 0;
    let open = 1;
    stack[0] = 0;
    while (open > 0) {
      const square = stack[--open]!;
      let count = counts[square]!;
      if (count === 0 || (only[square] === point && count === 1)) continue;
      const dx = x - sumX[square]! / count;
      const dy = y - sumY[square]! / count;
      const distance = dx * dx + dy * dy;
      const first = children[square]!;
      if (first === none || widths[square]! * widths[square]! < angleSquared * distance) {
        if (first === none && distance < 1e-20) count -= 1;
        const nearness = 1 / (1 + distance);
        sum += count * nearness;
        const strength = count * nearness * nearness;
        pushX += strength * dx;
        pushY += strength * dy;
        continue;
      }
      for (let quarter = 0; quarter < 4; quarter++) stack[open++] = first + quarter;
    }
    force[2 * point]! += pushX;
    force[2 * point + 1]! += pushY;
    return sum;
  }

  private insert(points: Float64Array, point: number, rootX: number, rootY: number, rootWidth: number): void {
    let square = 0;
    let middleX = rootX;
    let middleY = rootY;
    let width = rootWidth;
    const x = points[2 * point]!;
    const y = points[2 * point + 1]!;
    for (let depth = 0; ; depth++) {
      this.counts[square]! += 1;
      this.sumX[square]! += x;
      this.sumY[square]! += y;
      if (this.counts[square] === 1) {
        this.only[square] = point;
        return;
      }
      const held = this.only[square]!;
      if (this.children[square] === none) {
        const isSame = points[2 * held] === x && points[2 * held + 1] === y;
        if (isSame || depth >= deepest) return;
        this.divide(points, square, middleX, middleY, width / 2);
      }
      width /= 2;
      const quarter = (x >= middleX ? 1 : 0) + (y >= middleY ? 2 : 0);
      middleX += (quarter & 1 ? width : -width) / 2;
      middleY += (quarter & 2 ? width : -width) / 2;
      square = this.children[square]! + quarter;
    }
  }

  /** What the square held goes into its quarter; points in one place go together. */
  private divide(
    points: Float64Array,
    square: number,
    middleX: number,
    middleY: number,
    width: number,
  ): void {
    const first = this.used;
    for (let quarter = 0; quarter < 4; quarter++) this.square(width);
    const held = this.only[square]!;
    const x = points[2 * held]!;
    const y = points[2 * held + 1]!;
    const into = first + (x >= middleX ? 1 : 0) + (y >= middleY ? 2 : 0);
    // the newcomer is counted already
    const count = this.counts[square]! - 1;
    this.counts[into] = count;
    this.sumX[into] = count * x;
    this.sumY[into] = count * y;
    this.only[into] = held;
    this.only[square] = none;
    this.children[square] = first;
  }

  private square(width: number): void {
    if (this.used === this.children.length) this.grow();
    this.children[this.used] = none;
    this.counts[this.used] = 0;
    this.sumX[this.used] = 0;
    this.sumY[this.used] = 0;
    this.only[this.used] = none;
    this.widths[this.used++] = width;
  }

  private clear(points: number): void {
    this.used = 0;
    if (this.children.length < 4 * points) this.resize(Math.max(64, 4 * points));
  }

  private grow(): void {
    this.resize(2 * this.children.length);
  }

  private resize(size: number): void {
    const longer = <A extends Int32Array | Float64Array>(made: A, from: A): A => {
      made.set(from);
      return made;
    };
    this.children = longer(new Int32Array(size), this.children);
    this.only = longer(new Int32Array(size), this.only);
    this.counts = longer(new Float64Array(size), this.counts);
    this.sumX = longer(new Float64Array(size), this.sumX);
    this.sumY = longer(new Float64Array(size), this.sumY);
    this.widths = longer(new Float64Array(size), this.widths);
  }
}
