/** What is drawn over a frame, from its stored record. */
import type { FrameOverlay } from '../../../contract/calls/frames.ts';
import type { FrameRecord } from '../../families/frames/record.ts';

/** More stars than these hide the picture. */
const mostStars = 3000;

export function overlayOf({ stars, mesh, trails }: FrameRecord): FrameOverlay {
  const count = Math.min(mostStars, stars.count);
  const numbers = (values: Float32Array) => [...values.subarray(0, count)].map(rounded);
  const figures = (values: Float32Array) => [...values].map(figure);
  return {
    stars: {
      x: numbers(stars.x),
      y: numbers(stars.y),
      fwhm: figures(stars.fwhm.subarray(0, count)),
      snr: figures(stars.snr.subarray(0, count)),
    },
    starCount: stars.count,
    mesh: {
      columns: mesh.columns,
      rows: mesh.rows,
      cellPixels: mesh.cellPixels,
      level: figures(mesh.level),
      sigma: figures(mesh.sigma),
    },
    trails: trails.map(({ x1, y1, x2, y2, width, snr }) => ({ x1, y1, x2, y2, width, snr })),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function figure(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}
