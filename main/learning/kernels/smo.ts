/**
 * Sequential minimal optimisation of the one-class support vector machine: minimise half a'Ka with 0 <= a <= 1 and
 * sum a = nu rows (Schölkopf et al. 2001), choosing pairs by second-order information and setting rows at their bounds
 * aside (Fan, Chen and Lin 2005, as in LIBSVM, whose order of steps is kept so that the results agree).
 */
import type { KernelRows } from './kernel-rows.ts';

export interface OneClassSolution {
  /** Per row, 0 to 1. */
  readonly alpha: Float64Array;
  /** A row is strange when the sum of alpha times kernel is below this. */
  readonly rho: number;
  readonly iterations: number;
}

/** For a pair of equal rows. */
const smallestCurvature = 1e-12;
const shrinkEvery = 1000;

/**
 * @param breathe called now and then, to stop by throwing
 */
export function solveOneClass(
  kernel: KernelRows,
  rows: number,
  nu: number,
  tolerance: number,
  breathe: () => void,
): OneClassSolution {
  return new OneClassSolver(kernel, rows, nu, tolerance).solve(breathe);
}

class OneClassSolver {
  private readonly kernel: KernelRows;
  private readonly rows: number;
  private readonly tolerance: number;
  private readonly alpha: Float64Array;
  private readonly gradient: Float64Array;
  /** Part of the gradient by rows at the upper bound. */
  private readonly boundGradient: Float64Array;
  /** The rows not set aside come first. */
  private readonly order: Int32Array;
  private active: number;
  private unshrunk = false;
  private first = -1;
  private second = -1;

  constructor(kernel: KernelRows, rows: number, nu: number, tolerance: number) {
    this.kernel = kernel;
    this.rows = rows;
    this.tolerance = tolerance;
    this.alpha = new Float64Array(rows);
    this.gradient = new Float64Array(rows);
    this.boundGradient = new Float64Array(rows);
    this.order = Int32Array.from({ length: rows }, (_, row) => row);
    this.active = rows;
    // added up row by row, as LIBSVM does: the last digits decide between rows that are equally good
    let left = 0;
    for (let row = 0; row < rows; row++) left += nu;
    for (let row = 0; row < rows && left > 0; row++) {
      this.alpha[row] = Math.min(1, left);
      left -= this.alpha[row]!;
    }
  }

  solve(breathe: () => void): OneClassSolution {
    this.startGradient(breathe);
    const most = Math.max(10_000_000, this.rows * 100);
    let countdown = Math.min(this.rows, shrinkEvery) + 1;
    let iterations = 0;
    while (iterations < most) {
      countdown -= 1;
      if (countdown === 0) {
        countdown = Math.min(this.rows, shrinkEvery);
        this.shrink();
        breathe();
      }
      if (!this.choosePair()) {
        this.reconstructGradient();
        this.active = this.rows;
        if (!this.choosePair()) break;
        countdown = 1;
      }
      iterations += 1;
      this.step();
    }
    return { alpha: this.alpha, rho: this.rho(), iterations };
  }

  private startGradient(breathe: () => void): void {
    const { rows, alpha, gradient, boundGradient, kernel } = this;
    for (let row = 0; row < rows; row++) {
      const weight = alpha[row]!;
      if (weight === 0) continue;
      if (row % 256 === 0) breathe();
      const own = kernel.row(row);
      for (let other = 0; other < rows; other++) gradient[other]! += weight * own[other]!;
      if (weight < 1) continue;
      for (let other = 0; other < rows; other++) boundGradient[other]! += own[other]!;
    }
  }

  /** The most violating row, and the one with which a step wins most; false at the optimum. */
  private choosePair(): boolean {
    const { alpha, gradient, order, active } = this;
    let highest = Number.NEGATIVE_INFINITY;
    let first = -1;
    for (let place = 0; place < active; place++) {
      const row = order[place]!;
      if (alpha[row]! < 1 && -gradient[row]! >= highest) {
        highest = -gradient[row]!;
        first = row;
      }
    }
    if (first < 0) return false;
    const own = this.kernel.row(first);
    let lowest = Number.NEGATIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    let second = -1;
    for (let place = 0; place < active; place++) {
      const row = order[place]!;
      if (alpha[row]! <= 0) continue;
      const slope = gradient[row]!;
      if (slope >= lowest) lowest = slope;
      const difference = highest + slope;
      if (difference <= 0) continue;
      const curvature = 2 - 2 * own[row]!;
      const won = -(difference * difference) / (curvature > 0 ? curvature : smallestCurvature);
      if (won <= best) {
        best = won;
        second = row;
      }
    }
    if (highest + lowest < this.tolerance || second < 0) return false;
    this.first = first;
    this.second = second;
    return true;
  }

  /** Moves weight from one row of the pair to the other. */
  private step(): void {
    const { alpha, gradient, first, second, kernel, order, active } = this;
    const firstRow = kernel.row(first);
    const secondRow = kernel.row(second);
    const curvature = 2 - 2 * firstRow[second]!;
    const delta = (gradient[first]! - gradient[second]!) / (curvature > 0 ? curvature : smallestCurvature);
    const firstBefore = alpha[first]!;
    const secondBefore = alpha[second]!;
    const sum = firstBefore + secondBefore;
    let a = firstBefore - delta;
    let b = secondBefore + delta;
    if (sum > 1) {
      if (a > 1) [a, b] = [1, sum - 1];
    } else if (b < 0) [a, b] = [sum, 0];
    if (sum > 1) {
      if (b > 1) [a, b] = [sum - 1, 1];
    } else if (a < 0) [a, b] = [0, sum];
    alpha[first] = a;
    alpha[second] = b;
    const changeA = a - firstBefore;
    const changeB = b - secondBefore;
    for (let place = 0; place < active; place++) {
      const row = order[place]!;
      gradient[row]! += firstRow[row]! * changeA + secondRow[row]! * changeB;
    }
    this.moveBound(firstBefore, a, firstRow);
    this.moveBound(secondBefore, b, secondRow);
  }

  private moveBound(before: number, after: number, own: Float32Array): void {
    if (before >= 1 === after >= 1) return;
    const sign = after >= 1 ? 1 : -1;
    for (let other = 0; other < this.rows; other++) this.boundGradient[other]! += sign * own[other]!;
  }

  private bounds(): { up: number; down: number } {
    const { alpha, gradient, order, active } = this;
    let up = Number.NEGATIVE_INFINITY;
    let down = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < active; place++) {
      const row = order[place]!;
      if (alpha[row]! < 1 && -gradient[row]! >= up) up = -gradient[row]!;
      if (alpha[row]! > 0 && gradient[row]! >= down) down = gradient[row]!;
    }
    return { up, down };
  }

  /** Sets rows aside that will stay at their bounds. */
  private shrink(): void {
    const { alpha, gradient, order } = this;
    const { up, down } = this.bounds();
    if (!this.unshrunk && up + down <= this.tolerance * 10) {
      this.unshrunk = true;
      this.reconstructGradient();
      this.active = this.rows;
    }
    const settled = (place: number): boolean => {
      const row = order[place]!;
      if (alpha[row]! >= 1) return -gradient[row]! > up;
      return alpha[row]! <= 0 && gradient[row]! > down;
    };
    for (let place = 0; place < this.active; place++) {
      if (!settled(place)) continue;
      this.active -= 1;
      while (this.active > place) {
        if (!settled(this.active)) {
          const held = order[place]!;
          order[place] = order[this.active]!;
          order[this.active] = held;
          break;
        }
        this.active -= 1;
      }
    }
  }

  /** Of the rows set aside. */
  private reconstructGradient(): void {
    const { alpha, gradient, boundGradient, order, rows, active, kernel } = this;
    if (active === rows) return;
    for (let place = active; place < rows; place++) gradient[order[place]!] = boundGradient[order[place]!]!;
    for (let place = 0; place < active; place++) {
      const row = order[place]!;
      const weight = alpha[row]!;
      if (weight <= 0 || weight >= 1) continue;
      const own = kernel.row(row);
      for (let aside = active; aside < rows; aside++) {
        gradient[order[aside]!]! += weight * own[order[aside]!]!;
      }
    }
  }

  private rho(): number {
    const { alpha, gradient, rows } = this;
    let free = 0;
    let sum = 0;
    let high = Number.POSITIVE_INFINITY;
    let low = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      const slope = gradient[row]!;
      if (alpha[row]! >= 1) low = Math.max(low, slope);
      else if (alpha[row]! <= 0) high = Math.min(high, slope);
      else {
        free += 1;
        sum += slope;
      }
    }
    return free > 0 ? sum / free : (high + low) / 2;
  }
}
