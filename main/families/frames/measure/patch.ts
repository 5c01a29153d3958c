/** A rectangle of residuals round a place, in the coordinates of the frame. */
export interface Patch {
  readonly left: number;
  readonly top: number;
  /** First column and row beyond it. */
  readonly right: number;
  readonly bottom: number;
  /** Columns: right - left. */
  readonly width: number;
  /** Row by row; undefined pixels NaN. May be changed: it is a copy. */
  readonly values: Float32Array;
}

/** A patch of its own, that the next one read does not overwrite. */
export function keepPatch(patch: Patch): Patch {
  const count = patch.width * (patch.bottom - patch.top);
  return { ...patch, values: patch.values.slice(0, count) };
}

/** Value at whole coordinates; NaN outside the patch. */
export function patchValue(patch: Patch, x: number, y: number): number {
  if (x < patch.left || y < patch.top || x >= patch.right || y >= patch.bottom) return Number.NaN;
  return patch.values[(y - patch.top) * patch.width + x - patch.left];
}
