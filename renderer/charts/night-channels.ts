/** Guiding, wind and the like below the lanes of the frames they explain; what was unusual is shaded through all lanes. */
import type { NightChannel } from '../../contract/calls/frames.ts';
import { clockText, figureText } from '../parts/figures.ts';
import type { Palette } from './colours.ts';
import {
  drawLaneFrame,
  footHeight,
  type LaneLayout,
  leftMargin,
  type PlacedLane,
  rightMargin,
  yOf,
} from './lanes.ts';

export interface PlacedChannel {
  readonly channel: NightChannel;
  /** Its lane: no marks, a curve. */
  readonly lane: PlacedLane;
}

export function placeChannels({ spare }: LaneLayout, channels: readonly NightChannel[]): PlacedChannel[] {
  return channels.flatMap((channel, place) => {
    const box = spare[place];
    if (box === undefined) return [];
    const { name, title, unit, digits, lowIsGood, values } = channel;
    const [least, most] = rangeOf(values);
    return [
      { channel, lane: { key: name, title, unit, digits, lowIsGood, values: [], ...box, least, most } },
    ];
  });
}

function rangeOf(values: readonly number[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (!(most >= least)) return [0, 1];
  const margin = Math.max((most - least) * 0.08, Math.abs(most) * 0.01, 1e-9);
  return [least >= 0 ? Math.max(0, least - margin) : least - margin, most + margin];
}

export function drawChannels(
  context: CanvasRenderingContext2D,
  layout: LaneLayout,
  placed: readonly PlacedChannel[],
  palette: Palette,
  face: string,
): void {
  for (const { channel, lane } of placed) {
    shade(context, layout, channel, palette);
    drawLaneFrame(context, layout, lane, palette, face);
    context.save();
    context.beginPath();
    context.rect(leftMargin, lane.top, layout.width - leftMargin - rightMargin, lane.bottom - lane.top);
    context.clip();
    context.strokeStyle = palette.of('--accent');
    context.lineWidth = 1.2;
    context.beginPath();
    channel.at.forEach((time, place) => {
      const [x, y] = [layout.time.at(time), yOf(lane, channel.values[place])];
      if (place === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
    context.restore();
  }
}

function shade(
  context: CanvasRenderingContext2D,
  { time, width, height }: LaneLayout,
  { happenings }: NightChannel,
  palette: Palette,
): void {
  context.fillStyle = palette.of('--review');
  context.globalAlpha = 0.14;
  for (const { from, until } of happenings) {
    const begin = Math.max(leftMargin, time.at(from) - 1);
    const end = Math.min(width - rightMargin, time.at(until) + 1);
    if (end > begin) context.fillRect(begin, 0, end - begin, height - footHeight);
  }
  context.globalAlpha = 1;
}

/** What a channel says of the time below a pixel; null outside of its lane. */
export function channelWords(
  layout: LaneLayout,
  placed: readonly PlacedChannel[],
  x: number,
  y: number,
): string | null {
  const found = placed.find(({ lane }) => y >= lane.top && y <= lane.bottom);
  if (found === undefined || x < leftMargin) return null;
  const { at, values, title, unit, digits, happenings } = found.channel;
  const time = layout.time.timeAt(x);
  const later = at.findIndex((each) => each >= time);
  const place = later < 0 ? at.length - 1 : later;
  const told = happenings.find(({ from, until }) => time >= from && time <= until)?.sentence;
  return `${clockText(time)} UTC · ${title} ${figureText(values[place] ?? null, digits)} ${unit}${told === undefined ? '' : ` · ${told}`}`;
}
