/** Stars, trails, regions and cells over a frame. Shapes and words carry the meaning, not the colour alone. */
import type { FrameOverlay } from '../../contract/calls/frames.ts';
import type { Finding } from '../../contract/words.ts';
import type { Palette } from '../charts/colours.ts';
import { findingWords } from '../parts/verdicts.ts';

/** From pixels of the file to CSS pixels of the window. */
export interface Projection {
  x(pixel: number): number;
  y(pixel: number): number;
  readonly scale: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isFlipped: boolean;
}

export interface OverlayChoice {
  readonly stars: boolean;
  readonly findings: boolean;
  readonly cells: boolean;
}

export function drawOverlay(
  context: CanvasRenderingContext2D,
  view: Projection,
  shown: {
    readonly overlay: FrameOverlay | null;
    readonly findings: readonly Finding[];
    readonly choice: OverlayChoice;
  },
  palette: Palette,
): void {
  const { overlay, findings, choice } = shown;
  context.font = `12px ${getComputedStyle(context.canvas).fontFamily}`;
  context.lineJoin = 'round';
  if (choice.cells && overlay !== null) drawMesh(context, view, overlay.mesh, palette);
  if (choice.findings) for (const finding of findings) drawFinding(context, view, finding, palette);
  if (choice.stars && overlay !== null) drawStars(context, view, overlay.stars, palette);
}

function drawStars(
  context: CanvasRenderingContext2D,
  view: Projection,
  stars: FrameOverlay['stars'],
  palette: Palette,
): void {
  context.strokeStyle = palette.of('--accent');
  context.lineWidth = 1;
  context.globalAlpha = 0.85;
  context.beginPath();
  stars.x.forEach((x, place) => {
    const radius = Math.max(3.5, (stars.fwhm[place] ?? 3) * 1.5 * view.scale);
    const [cx, cy] = [view.x(x), view.y(stars.y[place])];
    context.moveTo(cx + radius, cy);
    context.arc(cx, cy, radius, 0, 2 * Math.PI);
  });
  context.stroke();
  context.globalAlpha = 1;
}

function drawFinding(
  context: CanvasRenderingContext2D,
  view: Projection,
  finding: Finding,
  palette: Palette,
): void {
  const { evidence, code } = finding;
  if (code === 'trail') drawTrail(context, view, evidence, palette);
  const cells = cellsOf(evidence.cells);
  if (cells !== null) drawCells(context, view, cells, palette);
  const region = regionOf(evidence.region);
  if (region !== null) drawRegion(context, view, region, findingWords[code], palette);
}

type Loose = Readonly<Record<string, unknown>>;

function drawTrail(
  context: CanvasRenderingContext2D,
  view: Projection,
  evidence: Loose,
  palette: Palette,
): void {
  const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => Number(evidence[name]));
  const [ax, ay, bx, by] = [view.x(x1), view.y(y1), view.x(x2), view.y(y2)];
  const length = Math.hypot(bx - ax, by - ay);
  if (!(length > 0)) return;
  // two lines beside the trail, so that the trail itself stays to be seen
  const apart = Math.max(7, (Number(evidence.width) || 4) * view.scale * 1.5);
  const [nx, ny] = [((by - ay) / length) * apart, (-(bx - ax) / length) * apart];
  context.strokeStyle = palette.of('--review');
  context.lineWidth = 1.25;
  context.setLineDash([8, 5]);
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(ax + side * nx, ay + side * ny);
    context.lineTo(bx + side * nx, by + side * ny);
  }
  context.stroke();
  context.setLineDash([]);
  const inside = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const pixels = Math.round(Math.hypot(x2 - x1, y2 - y1)).toLocaleString('en-GB');
  const words = `Trail, ${pixels} px, peak ${Number(evidence.snr).toFixed(1)} sigma`;
  const at = {
    x: inside((ax + bx) / 2 + nx, view.left + 8, view.left + view.width - 190),
    y: inside((ay + by) / 2 + ny, view.top + 20, view.top + view.height - 10),
  };
  label(context, words, at.x, at.y, palette);
}

interface Region {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

function drawRegion(
  context: CanvasRenderingContext2D,
  view: Projection,
  region: Region,
  words: string,
  palette: Palette,
): void {
  const [x1, x2] = [view.x(region.x1), view.x(region.x2)];
  const [y1, y2] = [view.y(region.y1), view.y(region.y2)].sort((a, b) => a - b);
  context.strokeStyle = palette.of('--review');
  context.lineWidth = 1.5;
  context.setLineDash([3, 4]);
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.setLineDash([]);
  label(context, words, x1 + 4, y1 + 16, palette);
}

interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly loss: readonly number[];
}

/** Light lost, cell by cell: darker tint and a number where it is worth telling. */
function drawCells(
  context: CanvasRenderingContext2D,
  view: Projection,
  cells: Cells,
  palette: Palette,
): void {
  const [wide, high] = [view.width / cells.columns, view.height / cells.rows];
  const deepest = Math.max(0.1, ...cells.loss);
  cells.loss.forEach((loss, place) => {
    if (loss < 0.04) return;
    const row = Math.floor(place / cells.columns);
    const seen = view.isFlipped ? cells.rows - 1 - row : row;
    const [left, top] = [view.left + (place % cells.columns) * wide, view.top + seen * high];
    context.globalAlpha = 0.06 + 0.22 * (loss / deepest);
    context.fillStyle = palette.of('--review');
    context.fillRect(left, top, wide, high);
    context.globalAlpha = 1;
    if (wide < 34 || high < 20) return;
    context.fillStyle = palette.of('--text');
    context.textAlign = 'right';
    context.fillText(`−${Math.round(loss * 100)} %`, left + wide - 5, top + high - 6);
    context.textAlign = 'left';
  });
}

/** Sky above or below the frame's middle level, by the noise. */
function drawMesh(
  context: CanvasRenderingContext2D,
  view: Projection,
  mesh: FrameOverlay['mesh'],
  palette: Palette,
): void {
  const levels = mesh.level.filter((level) => level !== null).sort((a, b) => a - b);
  const middle = levels[levels.length >> 1];
  const noises = mesh.sigma.filter((sigma) => sigma !== null).sort((a, b) => a - b);
  const noise = noises[noises.length >> 1] ?? 1;
  if (middle === undefined) return;
  mesh.level.forEach((level, place) => {
    const [column, row] = [place % mesh.columns, Math.floor(place / mesh.columns)];
    const [x1, x2] = [view.x(column * mesh.cellPixels), view.x((column + 1) * mesh.cellPixels)];
    const [y1, y2] = [view.y(row * mesh.cellPixels), view.y((row + 1) * mesh.cellPixels)].sort(
      (a, b) => a - b,
    );
    if (level !== null) {
      const sigmas = (level - middle) / Math.max(noise, 1e-9);
      context.globalAlpha = Math.min(0.45, Math.abs(sigmas) * 0.25);
      context.fillStyle = palette.of(sigmas > 0 ? '--review' : '--accent');
      context.fillRect(x1, y1, x2 - x1, y2 - y1);
    }
    context.globalAlpha = 0.35;
    context.strokeStyle = palette.of('--line-strong');
    context.lineWidth = 1;
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  });
  context.globalAlpha = 1;
}

function label(
  context: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  palette: Palette,
): void {
  const width = context.measureText(words).width;
  context.globalAlpha = 0.8;
  context.fillStyle = palette.of('--well');
  context.fillRect(x - 4, y - 12, width + 8, 17);
  context.globalAlpha = 1;
  context.fillStyle = palette.of('--review');
  context.fillText(words, x, y);
}

function regionOf(value: unknown): Region | null {
  if (typeof value !== 'object' || value === null) return null;
  const region = value as Loose;
  const isRegion = ['x1', 'y1', 'x2', 'y2'].every((name) => Number.isFinite(region[name]));
  return isRegion ? (region as unknown as Region) : null;
}

function cellsOf(value: unknown): Cells | null {
  if (typeof value !== 'object' || value === null) return null;
  const { columns, rows, loss } = value as Loose;
  if (typeof columns !== 'number' || typeof rows !== 'number' || !Array.isArray(loss)) return null;
  return { columns, rows, loss: loss.map((each) => (typeof each === 'number' ? each : 0)) };
}
