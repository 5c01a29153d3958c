/** A binned map in units of its own noise, with the cells in which something hides the sky marked. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Signal over noise, row-major; NaN where undefined. */
  readonly data: Float32Array;
  /** Non-zero where star light or a defect hides the sky. */
  readonly blocked: Uint8Array;
}

/** A straight piece between two points, pixel centres at whole numbers. */
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export function segmentLength(segment: Segment): number {
  const dx = segment.x2 - segment.x1;
  const dy = segment.y2 - segment.y1;
  return Math.sqrt(dx * dx + dy * dy);
}

/** Direction from the first end to the second, radians. */
export function angleOf(segment: Segment): number {
  return Math.atan2(segment.y2 - segment.y1, segment.x2 - segment.x1);
}

/** The segment in the coordinates of a raster whose pixels are `factor` times smaller. */
export function enlarge(segment: Segment, factor: number): Segment {
  const shift = (factor - 1) / 2;
  return {
    x1: segment.x1 * factor + shift,
    y1: segment.y1 * factor + shift,
    x2: segment.x2 * factor + shift,
    y2: segment.y2 * factor + shift,
  };
}

/** The opposite of `enlarge`. */
export function reduce(segment: Segment, factor: number): Segment {
  const shift = (factor - 1) / 2;
  return {
    x1: (segment.x1 - shift) / factor,
    y1: (segment.y1 - shift) / factor,
    x2: (segment.x2 - shift) / factor,
    y2: (segment.y2 - shift) / factor,
  };
}

/**
 * Lengthens both ends by `amount` (px) and cuts the result to the raster. Null when nothing is left inside.
 * Liang-Barsky clipping against the box of pixel centres.
 */
export function extendWithin(
  segment: Segment,
  amount: number,
  width: number,
  height: number,
): Segment | null {
  const length = segmentLength(segment);
  if (!(length > 0)) return null;
  const dx = (segment.x2 - segment.x1) / length;
  const dy = (segment.y2 - segment.y1) / length;
  let from = -amount;
  let to = length + amount;
  const borders: readonly (readonly [number, number, number])[] = [
    [dx, segment.x1, width - 1],
    [dy, segment.y1, height - 1],
  ];
  for (const [direction, start, limit] of borders) {
    if (Math.abs(direction) < 1e-9) {
      if (start < -0.5 || start > limit + 0.5) return null;
      continue;
    }
    const a = -start / direction;
    const b = (limit - start) / direction;
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  if (to - from < 1) return null;
  return {
    x1: segment.x1 + dx * from,
    y1: segment.y1 + dy * from,
    x2: segment.x1 + dx * to,
    y2: segment.y1 + dy * to,
  };
}
