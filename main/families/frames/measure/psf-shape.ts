/** Size and shape of the half-maximum region of a point-spread function. */
import { type SplinePsf, splineGrid } from './spline-psf.ts';

export interface HalfMaximumShape {
  /** sqrt(4A/pi) of the region, its holes filled, px. */
  readonly fwhm: number;
  /** 1 - b/a from the region's second moments. */
  readonly ellipticity: number;
  /** Direction of the long axis, radians in [-pi/2, pi/2). */
  readonly angle: number;
  /** Second moments of the region, px^2, and its centre of gravity. */
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
  readonly x: number;
  readonly y: number;
  /** Greatest value of the function, and its sums over a pixel grid. */
  readonly peak: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Points along one side of the grid the function is looked at on. */
const gridSide = 129;

export function halfMaximumShape(psf: SplinePsf): HalfMaximumShape | null {
  const step = (2 * psf.radius) / (gridSide - 1);
  const grid = splineGrid(psf, gridSide);
  let peak = 0;
  let peakIndex = 0;
  let sum = 0;
  let sumOfSquares = 0;
  for (let index = 0; index < grid.length; index++) {
    const value = grid[index];
    sum += value;
    sumOfSquares += value * value;
    if (value > peak) {
      peak = value;
      peakIndex = index;
    }
  }
  if (!(peak > 0)) return null;
  const region = fillHoles(floodFill(grid, peakIndex, peak / 2));
  const moments = regionMoments(grid, region, peak / 2);
  if (moments === null) return null;
  const place = (at: number) => at * step - psf.radius;
  const shape = ellipseOf(moments.xx * step * step, moments.yy * step * step, moments.xy * step * step);
  return {
    fwhm: Math.sqrt((4 * moments.area * step * step) / Math.PI),
    ...shape,
    xx: moments.xx * step * step,
    yy: moments.yy * step * step,
    xy: moments.xy * step * step,
    x: place(moments.x),
    y: place(moments.y),
    peak,
    sum: sum * step * step,
    sumOfSquares: sumOfSquares * step * step,
  };
}

/** 1 - b/a and direction of the ellipse with these second moments. */
export function ellipseOf(xx: number, yy: number, xy: number): { ellipticity: number; angle: number } {
  const mean = (xx + yy) / 2;
  const spread = Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
  const long = mean + spread;
  const short = Math.max(0, mean - spread);
  let angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  if (angle >= Math.PI / 2) angle -= Math.PI;
  return { ellipticity: long > 0 ? 1 - Math.sqrt(short / long) : 0, angle };
}

function floodFill(grid: Float64Array, start: number, level: number): Uint8Array {
  const region = new Uint8Array(grid.length);
  const stack = [start];
  region[start] = 1;
  while (stack.length > 0) {
    const index = stack.pop()!;
    const i = index % gridSide;
    const neighbours = [
      index - gridSide,
      index + gridSide,
      i > 0 ? index - 1 : -1,
      i < gridSide - 1 ? index + 1 : -1,
    ];
    for (const next of neighbours) {
      if (next < 0 || next >= grid.length || region[next] !== 0 || grid[next] < level) continue;
      region[next] = 1;
      stack.push(next);
    }
  }
  return region;
}

/** Everything that the border cannot reach belongs to the region; 2 marks what was a hole. */
function fillHoles(region: Uint8Array): Uint8Array {
  const outside = new Uint8Array(region.length);
  const stack: number[] = [];
  const visit = (index: number) => {
    if (region[index] !== 0 || outside[index] !== 0) return;
    outside[index] = 1;
    stack.push(index);
  };
  for (let k = 0; k < gridSide; k++) {
    visit(k);
    visit((gridSide - 1) * gridSide + k);
    visit(k * gridSide);
    visit(k * gridSide + gridSide - 1);
  }
  while (stack.length > 0) {
    const index = stack.pop()!;
    const i = index % gridSide;
    if (i > 0) visit(index - 1);
    if (i < gridSide - 1) visit(index + 1);
    if (index >= gridSide) visit(index - gridSide);
    if (index < region.length - gridSide) visit(index + gridSide);
  }
  return region.map((value, index) => (value !== 0 ? 1 : outside[index] !== 0 ? 0 : 2));
}

/**
 * Area and moments of the region. A grid point at the rim counts by how far the level lies beyond it: the share
 * of its cell that a straight contour at that slope would enclose.
 */
function regionMoments(grid: Float64Array, region: Uint8Array, level: number) {
  let area = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumYY = 0;
  let sumXY = 0;
  for (let j = 1; j < gridSide - 1; j++)
    for (let i = 1; i < gridSide - 1; i++) {
      const index = j * gridSide + i;
      const share = coverage(grid, region, index, level);
      if (share === 0) continue;
      area += share;
      sumX += share * i;
      sumY += share * j;
      sumXX += share * i * i;
      sumYY += share * j * j;
      sumXY += share * i * j;
    }
  if (area < 4) return null;
  const x = sumX / area;
  const y = sumY / area;
  return { area, x, y, xx: sumXX / area - x * x, yy: sumYY / area - y * y, xy: sumXY / area - x * y };
}

function coverage(grid: Float64Array, region: Uint8Array, index: number, level: number): number {
  if (region[index] === 2) return 1;
  const touches =
    region[index] === 1 ||
    region[index - 1] === 1 ||
    region[index + 1] === 1 ||
    region[index - gridSide] === 1 ||
    region[index + gridSide] === 1;
  if (!touches) return 0;
  // Towards a filled hole the rim is no rim.
  const holeNear =
    region[index - 1] === 2 ||
    region[index + 1] === 2 ||
    region[index - gridSide] === 2 ||
    region[index + gridSide] === 2;
  if (holeNear) return 1;
  const slopeX = (grid[index + 1] - grid[index - 1]) / 2;
  const slopeY = (grid[index + gridSide] - grid[index - gridSide]) / 2;
  const slope = Math.hypot(slopeX, slopeY);
  if (!(slope > 0)) return region[index] === 1 ? 1 : 0;
  return Math.max(0, Math.min(1, 0.5 + (grid[index] - level) / slope));
}
