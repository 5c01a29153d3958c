/** The verdict's shape on a canvas: a dot, a cross, a diamond, a triangle. */
import type { VerdictKind } from '../parts/verdicts.ts';

export function drawMark(
  context: CanvasRenderingContext2D,
  kind: VerdictKind,
  x: number,
  y: number,
  size: number,
): void {
  context.beginPath();
  switch (kind) {
    case 'contaminated':
      context.moveTo(x - size, y - size);
      context.lineTo(x + size, y + size);
      context.moveTo(x + size, y - size);
      context.lineTo(x - size, y + size);
      context.stroke();
      return;
    case 'review':
      context.moveTo(x, y - size * 1.3);
      context.lineTo(x + size * 1.3, y);
      context.lineTo(x, y + size * 1.3);
      context.lineTo(x - size * 1.3, y);
      context.closePath();
      context.stroke();
      return;
    case 'failed':
      context.moveTo(x, y - size);
      context.lineTo(x + size, y + size);
      context.lineTo(x - size, y + size);
      context.closePath();
      context.stroke();
      return;
    default:
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.fill();
  }
}
