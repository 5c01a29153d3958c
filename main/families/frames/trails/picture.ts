/** What lines are followed in: the frame itself or a binned map of it, read window by window. */
import type { ResidualPixels } from '../residual-pixels.ts';
import type { Raster } from './raster.ts';

/** A rectangle of a picture, row by row. */
export interface PictureWindow {
  readonly data: Float32Array;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** A window that holds at least this rectangle as far as it lies inside. Valid until the next call. */
  windowAt(left: number, top: number, columns: number, rows: number): PictureWindow;
  /** Non-zero where something hides the sky; one entry for each `cell` x `cell` block. */
  readonly blocked: Uint8Array;
  readonly blockedWidth: number;
  readonly blockedHeight: number;
  readonly cell: number;
}

export function pictureOfMap(map: Raster): Picture {
  const { width, height, data, blocked } = map;
  const whole = { data, left: 0, top: 0, width, height };
  return {
    width,
    height,
    windowAt: () => whole,
    blocked,
    blockedWidth: width,
    blockedHeight: height,
    cell: 1,
  };
}

/** The frame at full resolution; `hidden` is a map of `cell` pixels whose blocked cells hide it. */
export function pictureOfFrame(pixels: ResidualPixels, hidden: Raster, cell: number): Picture {
  let room = new Float32Array(0);
  return {
    width: pixels.width,
    height: pixels.height,
    windowAt: (left, top, columns, rows) => {
      if (room.length < columns * rows) room = new Float32Array(columns * rows);
      pixels.copy(left, top, columns, rows, room);
      return { data: room, left, top, width: columns, height: rows };
    },
    blocked: hidden.blocked,
    blockedWidth: hidden.width,
    blockedHeight: hidden.height,
    cell,
  };
}
