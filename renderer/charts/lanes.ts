/** Lanes of measurements over time on a canvas: where every mark lies, and drawing all of them in few strokes. */
import type { FrameRow } from '../house/frame-row.ts';
import { figureText, filterColour } from '../parts/figures.ts';
import { type VerdictKind, verdictOf } from '../parts/verdicts.ts';
import type { Palette } from './colours.ts';
import { drawMark } from './marks.ts';
import { type TimeScale, timeScale } from './time-scale.ts';

export interface Lane {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  /** Up is worse, so the axis is turned: down is worse in every lane. */
  readonly lowIsGood: boolean;
  /** One for each row; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface PlacedLane extends Lane {
  readonly top: number;
  readonly bottom: number;
  readonly least: number;
  readonly most: number;
}

export interface LaneLayout {
  readonly rows: readonly FrameRow[];
  readonly lanes: readonly PlacedLane[];
  readonly time: TimeScale;
  /** Room for further lanes below, the uppermost first. */
  readonly spare: readonly { readonly top: number; readonly bottom: number }[];
  readonly width: number;
  readonly height: number;
}

export const leftMargin = 156;
export const rightMargin = 14;
export const footHeight = 22;
const laneGap = 10;

export function layLanes(
  rows: readonly FrameRow[],
  lanes: readonly Lane[],
  size: { width: number; height: number },
  spareLanes = 0,
): LaneLayout {
  const times = rows.flatMap(({ time }) => (time === null ? [] : [time]));
  const each = (size.height - footHeight) / Math.max(1, lanes.length + spareLanes);
  const box = (place: number) => ({
    top: place * each + laneGap / 2,
    bottom: (place + 1) * each - laneGap / 2,
  });
  return {
    rows,
    ...size,
    time: timeScale(times, leftMargin, size.width - rightMargin),
    lanes: lanes.map((lane, place) => ({ ...lane, ...box(place), ...rangeOf(lane.values) })),
    spare: Array.from({ length: spareLanes }, (_, place) => box(lanes.length + place)),
  };
}

/** The middle four fifths and three times as much on either side; wilder values are drawn at the lane's edge. */
function rangeOf(values: readonly (number | null)[]): { least: number; most: number } {
  const known = values.filter((value) => value !== null).sort((one, other) => one - other);
  if (known.length === 0) return { least: 0, most: 1 };
  const at = (share: number) => known[Math.round(share * (known.length - 1))];
  const spread = Math.max(at(0.9) - at(0.1), Math.abs(at(0.5)) * 0.02, 1e-9);
  const low = Math.max(known[0], at(0.1) - 3 * spread);
  const high = Math.min(at(1), at(0.9) + 3 * spread);
  const margin = Math.max((high - low) * 0.08, spread * 0.1);
  return { least: known[0] >= 0 ? Math.max(0, low - margin) : low - margin, most: high + margin };
}

export function yOf(lane: PlacedLane, value: number): number {
  const share = Math.min(1, Math.max(0, (value - lane.least) / (lane.most - lane.least)));
  return lane.lowIsGood
    ? lane.top + share * (lane.bottom - lane.top)
    : lane.bottom - share * (lane.bottom - lane.top);
}

export function valueAt(lane: PlacedLane, y: number): number {
  const share = Math.min(1, Math.max(0, (y - lane.top) / (lane.bottom - lane.top)));
  return lane.least + (lane.lowIsGood ? share : 1 - share) * (lane.most - lane.least);
}

/** Whether a value lies on the bad side of a threshold. */
export function isBeyond(lane: Pick<Lane, 'lowIsGood'>, value: number | null, threshold: number): boolean {
  return value !== null && (lane.lowIsGood ? value > threshold : value < threshold);
}

export function laneAt(layout: LaneLayout, y: number): PlacedLane | null {
  return layout.lanes.find((lane) => y >= lane.top - laneGap / 2 && y < lane.bottom + laneGap / 2) ?? null;
}

/** The row whose mark lies nearest, within reach. */
export function rowAt(layout: LaneLayout, x: number, y: number): FrameRow | null {
  const lane = laneAt(layout, y);
  if (lane === null) return null;
  const reach = 14;
  let best: FrameRow | null = null;
  let nearest = reach * reach;
  layout.rows.forEach((row, place) => {
    const value = lane.values[place];
    if (row.time === null || value === null) return;
    const distance = (layout.time.at(row.time) - x) ** 2 + (yOf(lane, value) - y) ** 2;
    if (distance < nearest) {
      nearest = distance;
      best = row;
    }
  });
  return best;
}

/** Items with a mark of one lane inside a rectangle. */
export function itemsIn(
  layout: LaneLayout,
  lane: PlacedLane,
  box: { x1: number; x2: number; y1: number; y2: number },
): number[] {
  const [left, right] = [Math.min(box.x1, box.x2), Math.max(box.x1, box.x2)];
  const [top, bottom] = [Math.min(box.y1, box.y2), Math.max(box.y1, box.y2)];
  return layout.rows.flatMap((row, place) => {
    const value = lane.values[place];
    if (row.time === null || value === null) return [];
    const [x, y] = [layout.time.at(row.time), yOf(lane, value)];
    return x >= left && x <= right && y >= top && y <= bottom ? [row.item] : [];
  });
}

export function drawLanes(
  context: CanvasRenderingContext2D,
  layout: LaneLayout,
  palette: Palette,
  face: string,
): void {
  context.font = `11px ${face}`;
  drawTimes(context, layout, palette);
  drawFilterChanges(context, layout, palette);
  for (const lane of layout.lanes) {
    drawLaneFrame(context, layout, lane, palette, face);
    drawMarks(context, layout, lane, palette);
  }
}

function drawTimes(context: CanvasRenderingContext2D, { time, height }: LaneLayout, palette: Palette): void {
  context.textAlign = 'center';
  for (const { time: at, text } of time.ticks) {
    const x = Math.round(time.at(at)) + 0.5;
    context.strokeStyle = palette.of('--line');
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height - footHeight + 4);
    context.stroke();
    context.fillStyle = palette.of('--text-quiet');
    context.fillText(text, x, height - 6);
  }
  context.textAlign = 'left';
  context.fillText('UTC', 8, height - 6);
}

/** A hairline where the filter wheel turned. */
function drawFilterChanges(
  context: CanvasRenderingContext2D,
  { rows, time, height }: LaneLayout,
  palette: Palette,
): void {
  context.strokeStyle = palette.of('--line-strong');
  context.setLineDash([2, 4]);
  context.beginPath();
  for (let place = 1; place < rows.length; place += 1) {
    const [before, row] = [rows[place - 1], rows[place]];
    if (row.time === null || before.time === null || row.filter === before.filter) continue;
    const x = (time.at(row.time) + time.at(before.time)) / 2;
    context.moveTo(x, 0);
    context.lineTo(x, height - footHeight);
  }
  context.stroke();
  context.setLineDash([]);
}

/** Title, unit and the ends of the axis, a line below. */
export function drawLaneFrame(
  context: CanvasRenderingContext2D,
  { width }: LaneLayout,
  lane: PlacedLane,
  palette: Palette,
  face: string,
): void {
  context.strokeStyle = palette.of('--line');
  context.beginPath();
  context.moveTo(8, lane.bottom + laneGap / 2 + 0.5);
  context.lineTo(width - 8, lane.bottom + laneGap / 2 + 0.5);
  context.stroke();
  context.textAlign = 'left';
  context.fillStyle = palette.of('--text');
  context.font = `600 12px ${face}`;
  context.fillText(lane.title, 8, lane.top + 12);
  context.font = `11px ${face}`;
  context.fillStyle = palette.of('--text-quiet');
  if (lane.bottom - lane.top > 44) context.fillText(lane.unit, 8, lane.top + 27);
  context.textAlign = 'right';
  const [upper, lower] = lane.lowIsGood ? [lane.least, lane.most] : [lane.most, lane.least];
  context.fillText(figureText(upper, lane.digits), leftMargin - 12, lane.top + 12);
  context.fillText(figureText(lower, lane.digits), leftMargin - 12, lane.bottom - 2);
  context.textAlign = 'left';
}

/** All marks of one colour and shape in one stroke: thousands cost some milliseconds. */
function drawMarks(
  context: CanvasRenderingContext2D,
  layout: LaneLayout,
  lane: PlacedLane,
  palette: Palette,
): void {
  const groups = new Map<string, { kind: VerdictKind; colour: string; x: number[]; y: number[] }>();
  layout.rows.forEach((row, place) => {
    const value = lane.values[place];
    if (row.time === null || value === null) return;
    const kind = verdictOf(row);
    const colour = filterColour(row.filter);
    const key = `${kind} ${colour}`;
    const group = groups.get(key) ?? { kind, colour: palette.of(colour), x: [], y: [] };
    group.x.push(layout.time.at(row.time));
    group.y.push(yOf(lane, value));
    groups.set(key, group);
  });
  const size = layout.rows.length > 1500 ? 1.8 : 2.8;
  context.lineWidth = 1.4;
  for (const { kind, colour, x, y } of groups.values()) {
    context.fillStyle = colour;
    context.strokeStyle = colour;
    if (kind === 'clean') {
      context.beginPath();
      x.forEach((at, place) => {
        context.moveTo(at + size, y[place]);
        context.arc(at, y[place], size, 0, 2 * Math.PI);
      });
      context.fill();
    } else if (kind === 'contaminated') {
      context.beginPath();
      x.forEach((at, place) => {
        context.moveTo(at - size, y[place] - size);
        context.lineTo(at + size, y[place] + size);
        context.moveTo(at + size, y[place] - size);
        context.lineTo(at - size, y[place] + size);
      });
      context.stroke();
    } else {
      x.forEach((at, place) => {
        drawMark(context, kind, at, y[place], size);
      });
    }
  }
  context.lineWidth = 1;
}
