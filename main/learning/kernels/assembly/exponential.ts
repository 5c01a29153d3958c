/** e to the power of two numbers of at most 0, to 13 digits; below -708 it is 3e-308. */

const shift: f64 = 6755399441055744; // 1.5 x 2^52: adding it rounds to a whole number, kept in the low bits
const halfBits: f64 = 6.93147180369123816490e-1; // logarithm of 2, its first bits
const restBits: f64 = 1.90821492927058770002e-10; // and the rest

// @ts-ignore: decorator
@inline
export function exponential(given: v128): v128 {
  const x = f64x2.max(given, f64x2.splat(-708));
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.44269504088896338700)), f64x2.splat(shift));
  const whole = f64x2.sub(shifted, f64x2.splat(shift));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(whole, f64x2.splat(halfBits))), f64x2.mul(whole, f64x2.splat(restBits)));
  // Taylor's series: |r| is at most half of log 2, so that the first term left out is below 3e-13
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const r8 = f64x2.mul(r4, r4);
  const a = line(r, 1, 1);
  const b = line(r, 0.5, 0.16666666666666666);
  const c = line(r, 0.041666666666666664, 0.008333333333333333);
  const d = line(r, 0.001388888888888889, 0.0001984126984126984);
  const e = line(r, 0.0000248015873015873, 0.0000027557319223985893);
  const low = f64x2.add(f64x2.add(a, f64x2.mul(r2, b)), f64x2.mul(r4, f64x2.add(c, f64x2.mul(r2, d))));
  const high = f64x2.add(e, f64x2.mul(r2, f64x2.splat(2.755731922398589e-7)));
  const power = f64x2.add(low, f64x2.mul(r8, high));
  return i64x2.add(power, i64x2.shl(shifted, 52));
}

// @ts-ignore: decorator
@inline
function line(r: v128, first: f64, second: f64): v128 {
  return f64x2.add(f64x2.splat(first), f64x2.mul(r, f64x2.splat(second)));
}
