/** Looking at the frames of a session: all rows in one compact answer, one frame in full, its pixels. */
import { z } from 'zod';
import { ask, bytes } from '../kinds.ts';
import { ScannedFrame } from '../scan-report.ts';
import { FindingCode, FrameLabel, FrameMeasurements, LabelAuthor, Thresholds } from '../words.ts';
import { SessionRef, SessionRow } from './sessions.ts';

/** `waiting`: found in the folder, not measured yet. */
export const rowStatuses = ['ok', 'failed', 'skipped', 'waiting'] as const;
export const RowStatus = z.enum(rowStatuses);
export type RowStatus = z.infer<typeof RowStatus>;

const figures = z.array(z.number().nullable());
/** A column of few different texts: `index[i]` is a place in `values`, -1 where there is none. */
const WordColumn = z.object({ values: z.array(z.string()), index: z.array(z.number().int()) });

/** One array for each column, all of the same length and order: 5,000 frames stay below a megabyte. */
export const FrameColumns = z.object({
  item: z.array(z.number().int()),
  file: z.array(z.string()),
  status: z.array(RowStatus),
  label: z.array(FrameLabel.nullable()),
  labelledBy: z.array(LabelAuthor.nullable()),
  score: figures,
  prefilterScore: figures,
  /** P(clean) of the promoted model, calibrated when it was trained. */
  modelScore: figures,
  /** Milliseconds since 1970, UTC, of the start of the exposure. */
  time: figures,
  exposureSeconds: figures,
  width: figures,
  height: figures,
  filter: WordColumn,
  object: WordColumn,
  /** Bits in the order of `findingCodes`. */
  findings: z.array(z.number().int()),
  /** Five significant digits: for lists and graphs. `frames.show` has the figures in full. */
  measurements: z.record(FrameMeasurements.keyof(), figures),
});
export type FrameColumns = z.infer<typeof FrameColumns>;

export const FrameRef = SessionRef.extend({ item: z.number().int().nonnegative() });
export type FrameRef = z.infer<typeof FrameRef>;

export const SessionSummary = z.object({
  session: SessionRow,
  thresholds: Thresholds,
  /** Name of the model whose word counts, `NAME@VERSION`. */
  model: z.string().nullable(),
  firstTime: z.string().nullable(),
  lastTime: z.string().nullable(),
  objects: z.array(z.string()),
  filters: z.array(
    z.object({
      filter: z.string().nullable(),
      frames: z.number(),
      clean: z.number(),
      contaminated: z.number(),
      review: z.number(),
      /** On the sky: files of equal content count once. */
      exposureSeconds: z.number(),
      /** Of the clean frames. */
      cleanSeconds: z.number(),
    }),
  ),
  findings: z.array(z.object({ code: FindingCode, frames: z.number() })),
  /** Why files were left out or refused, most frequent first. */
  leftOut: z.array(z.object({ reason: z.string(), status: RowStatus, files: z.number() })),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

const numbers = z.array(z.number());

/** What can be drawn over a frame, in pixels of the file (first pixel's centre 0, 0). */
export const FrameOverlay = z.object({
  /** The brightest stars, at most 3,000. */
  stars: z.object({ x: numbers, y: numbers, fwhm: figures, snr: figures }),
  starCount: z.number(),
  /** Sky level over the frame's median and its noise, cell by cell; null where there is no sky. */
  mesh: z.object({
    columns: z.number(),
    rows: z.number(),
    cellPixels: z.number(),
    level: figures,
    sigma: figures,
  }),
  trails: z.array(
    z.object({
      x1: z.number(),
      y1: z.number(),
      x2: z.number(),
      y2: z.number(),
      width: z.number(),
      snr: z.number(),
    }),
  ),
});
export type FrameOverlay = z.infer<typeof FrameOverlay>;

/** What a log of the same time tells, drawn beside a night's frames. Times: milliseconds since 1970, UTC. */
export const NightChannel = z.object({
  session: z.string(),
  source: z.string(),
  /** What it says something about: `guiding`, `wind`, `temperature`, … */
  kind: z.string(),
  /** Of its column. */
  name: z.string(),
  title: z.string(),
  unit: z.string(),
  digits: z.number().int(),
  lowIsGood: z.boolean(),
  /** Thinned to what a graph can show; lowest and highest values stay. */
  at: numbers,
  values: numbers,
  /** When it was out of the ordinary. */
  happenings: z.array(z.object({ from: z.number(), until: z.number(), sentence: z.string() })),
});
export type NightChannel = z.infer<typeof NightChannel>;

export const HeaderCard = z.object({ keyword: z.string(), value: z.string(), comment: z.string() });
export type HeaderCard = z.infer<typeof HeaderCard>;

export const LabelHistoryEntry = z.object({
  author: LabelAuthor,
  label: z.string().nullable(),
  score: z.number().nullable(),
  by: z.string().nullable(),
  at: z.string(),
  isUndo: z.boolean(),
});
export type LabelHistoryEntry = z.infer<typeof LabelHistoryEntry>;

export const frameCalls = {
  /** All frames of a session, in order of time, then name. */
  'frames.rows': ask({
    in: SessionRef.extend({
      after: z.number().int().nonnegative().default(0),
      limit: z.number().int().positive().max(20_000).default(20_000),
    }),
    out: z.object({
      session: SessionRow,
      thresholds: Thresholds,
      /** All there are; the columns hold those after `after`. */
      total: z.number(),
      columns: FrameColumns,
    }),
  }),
  'sessions.summary': ask({ in: SessionRef, out: SessionSummary }),
  /** Guiding, wind and the like by the clock, from logs of the same time; empty without any. */
  'frames.clock': ask({ in: SessionRef, out: z.array(NightChannel) }),
  'frames.show': ask({
    in: FrameRef,
    out: z.object({
      item: z.number(),
      frame: ScannedFrame,
      history: z.array(LabelHistoryEntry),
    }),
  }),
  /** Stars, trails and sky cells as they were measured. `notFound` for frames that were not. */
  'frames.overlay': ask({ in: FrameRef, out: FrameOverlay }),
  /** Every card of the file's header, as text. */
  'frames.header': ask({ in: FrameRef, out: z.array(HeaderCard) }),
  /** Values of an expression for every row, in the order of `frames.rows`; see docs/guide/score.md. */
  'frames.evaluate': ask({
    in: SessionRef.extend({
      text: z.string().min(1).max(1000),
      kind: z.enum(['approval', 'weight']).default('approval'),
    }),
    out: z.object({
      item: z.array(z.number().int()),
      values: figures,
      /** Rows that the approval holds for, or that have a weight. */
      count: z.number(),
      names: z.array(z.string()),
    }),
  }),
  /** A small JPEG with the usual stretch, made once and kept beside the library. */
  'frames.thumbnail': bytes({
    in: FrameRef.extend({ side: z.number().int().min(64).max(512).default(256) }),
  }),
  /**
   * Pixels for the viewer, in the layout of contract/pixel-packet.ts. Level n is binned 2^n times; the rectangle is
   * in pixels of that level and is cut at the frame's edge. Without one: the whole level.
   */
  'frames.pixels': bytes({
    in: FrameRef.extend({
      level: z.number().int().min(0).max(8).default(0),
      x: z.number().int().nonnegative().default(0),
      y: z.number().int().nonnegative().default(0),
      width: z.number().int().positive().max(8192).optional(),
      height: z.number().int().positive().max(8192).optional(),
    }),
  }),
};
