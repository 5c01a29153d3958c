/** Draws readings in lanes, a lane for the score below them, stretches of strange readings shaded. */
import { figureText } from '../parts/figures.ts';
import type { Palette } from './colours.ts';
import {
  firstFrom,
  seriesRight as right,
  type SeriesLane,
  type SeriesLayout,
  seriesFoot,
  seriesLeft,
  strangeRuns,
  xOf,
} from './series.ts';
import { timeScale } from './time-scale.ts';

const foot = seriesFoot;
const gap = 6;

export function drawSeries(
  context: CanvasRenderingContext2D,
  layout: SeriesLayout,
  palette: Palette,
  face: string,
): void {
  context.font = `11px ${face}`;
  drawAxis(context, layout, palette);
  drawRuns(context, layout, palette);
  const each = (layout.height - foot) / Math.max(1, layout.series.lanes.length);
  layout.series.lanes.forEach((lane, place) => {
    const box = { top: place * each + gap, bottom: (place + 1) * each - gap };
    drawLane(context, layout, lane, box, palette, face);
  });
}

function drawAxis(context: CanvasRenderingContext2D, layout: SeriesLayout, palette: Palette): void {
  const { series, width, height, from, to } = layout;
  context.fillStyle = palette.of('--text-quiet');
  context.strokeStyle = palette.of('--line');
  context.textAlign = 'left';
  context.fillText(series.hasTime ? 'UTC' : 'reading', 8, height - 6);
  if (!series.hasTime) return;
  context.textAlign = 'center';
  for (const { time, text } of timeScale([], seriesLeft, width - right, [from, to]).ticks) {
    const x = Math.round(xOf(layout, time)) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height - foot + 4);
    context.stroke();
    context.fillText(text, x, height - 6);
  }
  context.textAlign = 'left';
}

function drawRuns(context: CanvasRenderingContext2D, layout: SeriesLayout, palette: Palette): void {
  const { at, strange } = layout.series;
  context.fillStyle = palette.of('--contaminated');
  for (const { first, last, kind } of strangeRuns(strange)) {
    const [x1, x2] = [xOf(layout, at[first] as number) - 1.5, xOf(layout, at[last] as number) + 1.5];
    if (x2 < seriesLeft || x1 > layout.width - right) continue;
    const begin = Math.max(seriesLeft, x1);
    context.globalAlpha = kind === 2 ? 0.24 : 0.12;
    context.fillRect(begin, 0, Math.min(layout.width - right, x2) - begin, layout.height - foot);
  }
  context.globalAlpha = 1;
}

interface Box {
  readonly top: number;
  readonly bottom: number;
}

function drawLane(
  context: CanvasRenderingContext2D,
  layout: SeriesLayout,
  lane: SeriesLane,
  box: Box,
  palette: Palette,
  face: string,
): void {
  const { series, width, from, to } = layout;
  const first = Math.max(0, firstFrom(series.at, from) - 1);
  const last = Math.min(series.at.length, firstFrom(series.at, to) + 1);
  const [least, most] = rangeOf(lane, first, last);
  const y = (value: number) =>
    box.bottom - ((Math.min(most, Math.max(least, value)) - least) / (most - least)) * (box.bottom - box.top);
  context.strokeStyle = palette.of('--line');
  context.strokeRect(
    seriesLeft + 0.5,
    Math.round(box.top) - 2.5,
    width - seriesLeft - right,
    box.bottom - box.top + 5,
  );
  context.fillStyle = palette.of('--text');
  context.font = `600 12px ${face}`;
  context.fillText(lane.name, 8, (box.top + box.bottom) / 2 + 4, seriesLeft - 60);
  context.font = `11px ${face}`;
  context.fillStyle = palette.of('--text-quiet');
  context.textAlign = 'right';
  context.fillText(short(most), seriesLeft - 6, box.top + 8);
  context.fillText(short(least), seriesLeft - 6, box.bottom);
  context.textAlign = 'left';
  context.save();
  context.beginPath();
  context.rect(seriesLeft, box.top - 3, width - seriesLeft - right, box.bottom - box.top + 6);
  context.clip();
  if (lane.threshold !== undefined) {
    context.strokeStyle = palette.of('--contaminated');
    context.setLineDash([4, 4]);
    context.beginPath();
    context.moveTo(seriesLeft, y(lane.threshold));
    context.lineTo(width - right, y(lane.threshold));
    context.stroke();
    context.setLineDash([]);
  }
  context.strokeStyle = palette.of(lane.threshold === undefined ? '--accent' : '--review');
  context.fillStyle = context.strokeStyle;
  if (series.hasTime) strokeCurve(context, layout, lane.values, first, last, y);
  else
    for (let place = first; place < last; place += 1)
      dot(context, xOf(layout, series.at[place] as number), y(lane.values[place] as number));
  context.restore();
}

function dot(context: CanvasRenderingContext2D, x: number, y: number): void {
  if (!Number.isNaN(y)) context.fillRect(x - 1, y - 1, 2.4, 2.4);
}

/** Every column of pixels keeps its lowest and highest value: thousands of readings cost as much as the width. */
function strokeCurve(
  context: CanvasRenderingContext2D,
  layout: SeriesLayout,
  values: Float64Array,
  first: number,
  last: number,
  y: (value: number) => number,
): void {
  context.beginPath();
  let isOpen = false;
  let [column, low, high] = [Number.NaN, 0, 0];
  const flush = () => {
    if (!Number.isNaN(column) && high !== low) {
      context.moveTo(column, y(low));
      context.lineTo(column, y(high));
    }
  };
  for (let place = first; place < last; place += 1) {
    const value = values[place] as number;
    if (Number.isNaN(value)) {
      isOpen = false;
      continue;
    }
    const x = Math.round(xOf(layout, layout.series.at[place] as number));
    if (x === column && isOpen) {
      [low, high] = [Math.min(low, value), Math.max(high, value)];
      continue;
    }
    flush();
    [column, low, high] = [x, value, value];
    if (isOpen) context.lineTo(x, y(value));
    else context.moveTo(x, y(value));
    context.lineTo(x + 0.5, y(value));
    isOpen = true;
  }
  flush();
  context.stroke();
}

function rangeOf({ values, threshold }: SeriesLane, first: number, last: number): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let place = first; place < last; place += 1) {
    const value = values[place] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (threshold !== undefined) [least, most] = [Math.min(least, 0), Math.max(most, threshold * 1.1)];
  if (!(most >= least)) return [0, 1];
  return most === least
    ? [least - (Math.abs(least) || 1) * 0.05, most + (Math.abs(most) || 1) * 0.05]
    : [least, most];
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.01 || size >= 100_000)) return value.toExponential(1);
  return figureText(value, size >= 100 ? 0 : 2);
}
