/**
 * Smoothing between the levels of the inverse H-transform: slopes and curvatures that lossy coding set to zero are
 * pulled towards what the neighbouring means suggest, by at most half of SCALE and never beyond monotony.
 */

function clamp(value: number, lowest: number, highest: number): number {
  return Math.max(Math.min(value, highest), lowest);
}

/** New slope between two zones, from the means before, here and after it. */
function adjustedSlope(slope: number, before: number, here: number, after: number, limit: number): number {
  const highest = Math.max(Math.min(after - here, here - before), 0) * 4;
  const lowest = Math.min(Math.max(after - here, here - before), 0) * 4;
  if (lowest >= highest) return slope;
  const wanted = clamp(after - before, lowest, highest) - slope * 8;
  return slope + clamp(Math.trunc(wanted / 8), -limit, limit);
}

interface Corners {
  readonly pp: number;
  readonly pm: number;
  readonly mp: number;
  readonly mm: number;
}

function adjustedCurvature(
  curvature: number,
  here: number,
  corners: Corners,
  slopes: { readonly x2: number; readonly y2: number },
  limit: number,
): number {
  const { pp, pm, mp, mm } = corners;
  const { x2, y2 } = slopes;
  const highest =
    Math.min(
      Math.min(Math.max(pp - here, 0) - x2 - y2, Math.max(here - pm, 0) + x2 - y2),
      Math.min(Math.max(here - mp, 0) - x2 + y2, Math.max(mm - here, 0) + x2 + y2),
    ) * 16;
  const lowest =
    Math.max(
      Math.max(Math.min(pp - here, 0) - x2 - y2, Math.min(here - pm, 0) + x2 - y2),
      Math.max(Math.min(here - mp, 0) - x2 + y2, Math.min(mm - here, 0) + x2 + y2),
    ) * 16;
  if (lowest >= highest) return curvature;
  const wanted = clamp(pp + mm - mp - pm, lowest, highest) - curvature * 64;
  return curvature + clamp(Math.trunc(wanted / 64), -limit, limit);
}

/** Smooths one level in place; `data` is interleaved, the level fills its first `height` x `width`. */
export function smoothLevel(
  data: Float64Array,
  stride: number,
  height: number,
  width: number,
  scale: number,
): void {
  const limit = Math.floor(scale / 2);
  if (limit <= 0) return;
  const next = 2 * stride;
  for (let i = 2; i < height - 2; i += 2) {
    for (let j = 0, at = i * stride; j < width; j += 2, at += 2) {
      const slope = at + stride;
      data[slope] = adjustedSlope(data[slope]!, data[at - next]!, data[at]!, data[at + next]!, limit);
    }
  }
  for (let i = 0; i < height; i += 2) {
    for (let j = 2, at = i * stride + 2; j < width - 2; j += 2, at += 2) {
      data[at + 1] = adjustedSlope(data[at + 1]!, data[at - 2]!, data[at]!, data[at + 2]!, limit);
    }
  }
  for (let i = 2; i < height - 2; i += 2) {
    for (let j = 2, at = i * stride + 2; j < width - 2; j += 2, at += 2) {
      const corners = {
        pp: data[at + next + 2]!,
        pm: data[at + next - 2]!,
        mp: data[at - next + 2]!,
        mm: data[at - next - 2]!,
      };
      const slopes = { x2: data[at + stride]! * 2, y2: data[at + 1]! * 2 };
      const curvature = at + stride + 1;
      data[curvature] = adjustedCurvature(data[curvature]!, data[at]!, corners, slopes, limit);
    }
  }
}
