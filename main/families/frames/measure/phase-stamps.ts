/** The point-spread function laid out on the pixel grid for every sub-pixel place of a star, made when first needed. */
import type { SplinePsf } from './spline-psf.ts';
import { stampOf } from './spline-stamp.ts';

/** The function round the middle of one sub-pixel cell; rows of `side` pixels, the star's own pixel in the middle. */
export interface PhaseStamp {
  /** Place of the star within its pixel, -0.5 .. 0.5. */
  readonly x: number;
  readonly y: number;
  readonly reach: number;
  readonly side: number;
  readonly value: Float32Array;
  /** Change of the value as the star moves along x and y. */
  readonly moveX: Float32Array;
  readonly moveY: Float32Array;
  /** First and last column of each row that lie within the fitted circle; last < first where none does. */
  readonly first: Int16Array;
  readonly last: Int16Array;
  /** Products over the circle. */
  readonly sums: ProductSums;
}

export interface ProductSums {
  pixels: number;
  pp: number;
  px: number;
  py: number;
  xx: number;
  yy: number;
  xy: number;
}

export class PhaseStamps {
  readonly psf: SplinePsf;
  readonly phases: number;
  /** How far from the pixel of a star the fitted circle may reach, px. */
  readonly circleReach: number;
  readonly #circle: number;
  readonly #stamps: (PhaseStamp | undefined)[];

  /** `circle`: pixels within this distance are fitted, px. `fwhm` says how fine the cells have to be. */
  constructor(psf: SplinePsf, circle: number, fwhm: number) {
    this.psf = psf;
    this.#circle = circle;
    this.circleReach = Math.floor(circle + 0.5);
    this.phases = Math.max(8, Math.min(32, 2 ** Math.ceil(Math.log2(40 / fwhm))));
    this.#stamps = new Array(this.phases ** 2);
  }

  /** The stamp whose cell the place falls into. */
  at(x: number, y: number): PhaseStamp {
    const column = this.#cellOf(x);
    const row = this.#cellOf(y);
    const index = row * this.phases + column;
    let stamp = this.#stamps[index];
    if (stamp === undefined) {
      stamp = this.#make((column + 0.5) / this.phases - 0.5, (row + 0.5) / this.phases - 0.5);
      this.#stamps[index] = stamp;
    }
    return stamp;
  }

  #cellOf(at: number): number {
    return Math.min(this.phases - 1, Math.floor((at - Math.round(at) + 0.5) * this.phases));
  }

  #make(x: number, y: number): PhaseStamp {
    const reach = Math.ceil(this.psf.radius);
    const side = 2 * reach + 1;
    const frame = { width: side, height: side };
    const drawn = stampOf(frame, this.psf, reach + x, reach + y, this.psf.radius);
    const value = new Float32Array(side * side);
    const moveX = new Float32Array(side * side);
    const moveY = new Float32Array(side * side);
    let k = 0;
    for (let j = drawn.top; j <= drawn.bottom; j++)
      for (let i = drawn.left; i <= drawn.right; i++, k++) {
        value[j * side + i] = drawn.value[k];
        moveX[j * side + i] = -drawn.dx[k];
        moveY[j * side + i] = -drawn.dy[k];
      }
    const first = new Int16Array(side);
    const last = new Int16Array(side).fill(-1);
    for (let j = 0; j < side; j++) {
      const square = this.#circle ** 2 - (j - reach - y) ** 2;
      if (square < 0) continue;
      const half = Math.sqrt(square);
      first[j] = Math.max(0, Math.ceil(reach + x - half));
      last[j] = Math.min(side - 1, Math.floor(reach + x + half));
    }
    const stamp = { x, y, reach, side, value, moveX, moveY, first, last };
    return { ...stamp, sums: sumUp(stamp) };
  }
}

function sumUp(stamp: Omit<PhaseStamp, 'sums'>): ProductSums {
  const { side, value, moveX, moveY } = stamp;
  const sums: ProductSums = { pixels: 0, pp: 0, px: 0, py: 0, xx: 0, yy: 0, xy: 0 };
  for (let j = 0; j < side; j++)
    for (let i = stamp.first[j]; i <= stamp.last[j]; i++) {
      const k = j * side + i;
      sums.pixels++;
      sums.pp += value[k] * value[k];
      sums.px += value[k] * moveX[k];
      sums.py += value[k] * moveY[k];
      sums.xx += moveX[k] * moveX[k];
      sums.yy += moveY[k] * moveY[k];
      sums.xy += moveX[k] * moveY[k];
    }
  return sums;
}
