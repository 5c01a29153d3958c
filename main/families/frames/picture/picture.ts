/**
 * Pictures of a frame: binned levels and full-resolution rectangles for the viewer, small stretched pictures for
 * lists. A raw mosaic becomes colour as soon as it is binned (one pixel for each 2 x 2 cell, then means of those).
 */
import { autostretch, type LevelStatistics, stretched } from '../../../../contract/autostretch.ts';
import type { PixelPacket } from '../../../../contract/pixel-packet.ts';
import type { FrameRows } from './frame-rows.ts';
import { statisticsOfCounts, statisticsOfLevels } from './level-statistics.ts';

export interface PixelRequest {
  /** Binned 2^level times. */
  readonly level: number;
  /** In pixels of the level; cut at the frame's edge. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const top = 65_535;

/** Size of a level. */
export function levelSize(frame: Pick<FrameRows, 'width' | 'height'>, level: number) {
  const cells = (length: number) => Math.max(1, Math.floor(length / 2 ** level));
  return { width: cells(frame.width), height: cells(frame.height) };
}

/** A rectangle of a level. Statistics are given with whole levels only: a part of a frame must not be stretched by itself. */
export function pixelsOf(frame: FrameRows, request: PixelRequest): PixelPacket {
  const { level } = request;
  const size = levelSize(frame, level);
  const x = Math.min(request.x, size.width - 1);
  const y = Math.min(request.y, size.height - 1);
  const width = Math.min(request.width, size.width - x);
  const height = Math.min(request.height, size.height - y);
  const isWhole = width === size.width && height === size.height;
  const channels = frame.planes === 3 || (frame.mosaic !== null && level > 0) ? 3 : 1;
  const area = { level, x, y, width, height };
  const counter = isWhole ? startCounting(frame, frame.mosaic === null ? channels : 3) : null;
  const levels = new Float32Array(width * height * channels);
  for (let channel = 0; channel < channels; channel += 1)
    binChannel(frame, area, channel, channels, levels, counter);
  const samples = frame.isInteger ? sixteenBits(levels) : levels;
  return {
    facts: {
      width,
      height,
      channels,
      type: frame.isInteger ? 'u16' : 'f32',
      x,
      y,
      level,
      fullWidth: frame.width,
      fullHeight: frame.height,
      mosaic: level === 0 ? frame.mosaic : null,
      topDown: frame.topDown,
      unit: frame.unit,
      zero: 0,
      statistics: counter?.statistics() ?? [],
    },
    samples,
  };
}

/** Rows of a block that are read; the others add nothing that a small picture shows. */
const rowsPerBlock = 3;

function binChannel(
  frame: FrameRows,
  area: PixelRequest,
  channel: number,
  channels: number,
  out: Float32Array,
  counter: Counter | null,
): void {
  const block = 2 ** area.level;
  const places = placesOf(frame, channel, channels);
  const step = frame.mosaic !== null && area.level > 0 ? 2 : 1;
  // rows of cells: single rows of a mono frame, pairs of a mosaic
  const cells = block / step;
  const rowStep = Math.max(1, Math.floor(cells / rowsPerBlock));
  const left = area.x * block;
  const scale = 1 / frame.unit;
  for (let row = 0; row < area.height; row += 1) {
    const sums = new Float32Array(area.width);
    const counts = new Float32Array(area.width);
    for (let cell = 0; cell < cells; cell += rowStep) {
      const first = (area.y + row) * block + cell * step;
      const lines = Math.min(step, frame.height - first);
      if (lines <= 0) break;
      const pixels = frame.rows(frame.planes === 3 ? channel : 0, first, lines);
      for (const { dx, dy } of places) {
        if (dy >= lines) continue;
        addRow(
          pixels,
          dy * frame.width,
          { left: left + dx, step, cells, width: area.width, limit: frame.width },
          sums,
          counts,
        );
        if (counter !== null)
          countRow(frame, area.level, counter, {
            channel,
            pixels,
            offset: dy * frame.width + dx,
            step,
            row: first + dy,
          });
      }
    }
    const at = row * area.width;
    for (let column = 0; column < area.width; column += 1) {
      out[(at + column) * channels + channel] = (sums[column] / counts[column]) * scale;
    }
  }
}

/** A raw mosaic is counted colour by colour at level 0 too: its stretch needs each one's own sky. */
function countRow(
  frame: FrameRows,
  level: number,
  counter: Counter,
  at: { channel: number; pixels: Float32Array; offset: number; step: number; row: number },
): void {
  const { channel, pixels, offset, step, row } = at;
  if (frame.mosaic === null || level > 0) {
    counter.add(channel, pixels, offset, frame.width - (offset % frame.width), step);
    return;
  }
  for (const dx of [0, 1]) {
    const colour = 'RGB'.indexOf(frame.mosaic[(row & 1) * 2 + dx]);
    counter.add(colour, pixels, offset + dx, frame.width - dx, 2);
  }
}

interface RowWalk {
  readonly left: number;
  readonly step: number;
  readonly cells: number;
  readonly width: number;
  readonly limit: number;
}

function addRow(
  pixels: Float32Array,
  offset: number,
  walk: RowWalk,
  sums: Float32Array,
  counts: Float32Array,
): void {
  const { step, cells, width, limit } = walk;
  let x = walk.left;
  for (let column = 0; column < width; column += 1) {
    for (let cell = 0; cell < cells; cell += 1, x += step) {
      if (x >= limit) return;
      const value = pixels[offset + x];
      if (Number.isNaN(value)) continue;
      sums[column] += value;
      counts[column] += 1;
    }
  }
}

/** Where in a 2 x 2 cell a colour lies; for all else the pixel itself. */
function placesOf(
  frame: FrameRows,
  channel: number,
  channels: number,
): readonly { dx: number; dy: number }[] {
  if (frame.mosaic === null || channels === 1) return [{ dx: 0, dy: 0 }];
  const letter = 'RGB'[channel];
  return [...frame.mosaic].flatMap((each, place) =>
    each === letter ? [{ dx: place % 2, dy: place >> 1 }] : [],
  );
}

/** NaN becomes 0: black. */
function sixteenBits(levels: Float32Array): Uint16Array {
  const samples = new Uint16Array(levels.length);
  for (let at = 0; at < levels.length; at += 1) {
    const value = Math.round(levels[at] * top);
    samples[at] = Math.min(top, Math.max(0, value)) || 0;
  }
  return samples;
}

interface Counter {
  add(channel: number, pixels: Float32Array, offset: number, length: number, step: number): void;
  statistics(): LevelStatistics[];
}

/** Counts the unbinned pixels of the rows that are read anyway. */
function startCounting(frame: FrameRows, channels: number): Counter {
  return frame.isInteger ? countIntegers(frame, channels) : gatherLevels(frame, channels);
}

function countIntegers({ unit }: FrameRows, channels: number): Counter {
  const counts = Array.from({ length: channels }, () => new Uint32Array(Math.max(256, unit + 1)));
  return {
    add(channel, pixels, offset, length, step) {
      const own = counts[channel];
      const last = own.length - 1;
      for (let at = 0; at < length; at += step) {
        const value = pixels[offset + at];
        if (Number.isNaN(value)) continue;
        own[value <= 0 ? 0 : value >= last ? last : Math.round(value)] += 1;
      }
    },
    statistics: () => counts.map(statisticsOfCounts),
  };
}

function gatherLevels({ unit, width, height }: FrameRows, channels: number): Counter {
  const room = 400_000;
  const every = Math.max(1, Math.floor((width * height) / room));
  const kept = Array.from({ length: channels }, () => new Float32Array(room * 2));
  const filled = new Uint32Array(channels);
  return {
    add(channel, pixels, offset, length, step) {
      // an odd stride, so that no column of a pattern is preferred
      for (let at = 0; at < length && filled[channel] < room * 2; at += step * (every | 1)) {
        kept[channel][filled[channel]++] = pixels[offset + at] / unit;
      }
    },
    statistics: () => kept.map((levels, channel) => statisticsOfLevels(levels.subarray(0, filled[channel]))),
  };
}

export interface SmallPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** At most `side` pixels along the longer edge, stretched as the viewer does, the top of the picture first. */
export function smallPicture(frame: FrameRows, side: number): SmallPicture {
  const longer = Math.max(frame.width, frame.height);
  const finest = frame.mosaic === null ? 0 : 1;
  const level = Math.max(finest, Math.min(8, Math.floor(Math.log2(longer / side))));
  const { facts, samples } = pixelsOf(frame, { level, x: 0, y: 0, ...levelSize(frame, level) });
  const stretch = facts.statistics.map((one) => autostretch(one));
  const isReduced = Math.max(facts.width, facts.height) > side;
  const scale = isReduced ? side / Math.max(facts.width, facts.height) : 1;
  const width = Math.max(1, Math.round(facts.width * scale));
  const height = Math.max(1, Math.round(facts.height * scale));
  const { channels } = facts;
  const tables = facts.type === 'u16' ? stretch.map(tableOf) : null;
  const divisor = facts.type === 'u16' ? top : 1;
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row += 1) {
    const seen = facts.topDown ? row : height - 1 - row;
    for (let column = 0; column < width; column += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        const level01 = boxMean(samples, facts, { column, row: seen, width, height, channel }) / divisor;
        data[(row * width + column) * channels + channel] =
          tables === null
            ? Math.round(255 * stretched(level01, stretch[channel]))
            : tables[channel][Math.round(level01 * top)];
      }
    }
  }
  return { width, height, channels, data };
}

/** Mean of the samples under one pixel of a smaller picture. */
function boxMean(
  samples: Uint16Array | Float32Array,
  facts: PixelPacket['facts'],
  to: { column: number; row: number; width: number; height: number; channel: number },
): number {
  const left = Math.floor((to.column * facts.width) / to.width);
  const right = Math.max(left + 1, Math.floor(((to.column + 1) * facts.width) / to.width));
  const first = Math.floor((to.row * facts.height) / to.height);
  const last = Math.max(first + 1, Math.floor(((to.row + 1) * facts.height) / to.height));
  let sum = 0;
  for (let y = first; y < last; y += 1) {
    for (let x = left; x < right; x += 1) sum += samples[(y * facts.width + x) * facts.channels + to.channel];
  }
  const mean = sum / ((right - left) * (last - first));
  return Number.isNaN(mean) ? 0 : mean;
}

function tableOf(stretch: ReturnType<typeof autostretch>): Uint8Array {
  return Uint8Array.from({ length: top + 1 }, (_, value) =>
    Math.round(255 * stretched(value / top, stretch)),
  );
}
