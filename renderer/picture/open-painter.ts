import { openCanvasPainter } from './canvas-painter.ts';
import { openGlPainter } from './gl-painter.ts';
import type { Painter } from './painter.ts';

/** WebGL2, or by hand where there is none. */
export function openPainter(canvas: HTMLCanvasElement): Painter {
  return openGlPainter(canvas) ?? openCanvasPainter(canvas);
}
