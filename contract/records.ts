/**
 * Families whose files hold many items (spectra, telemetry windows, table columns): what was read, what was wrong with
 * it, and what each item is. `nightsift.records/1` is a public contract: fields are added, their meaning never changes.
 */
import { z } from 'zod';
import { Family, LabelAuthor } from './words.ts';

export const Fact = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type Fact = z.infer<typeof Fact>;

/** One thing wrong with a source. `row` counts records from 1, the header included; null when it is about no single row. */
export const RecordProblem = z.object({
  row: z.number().nullable(),
  column: z.string().nullable(),
  code: z.string(),
  sentence: z.string(),
  /** Rows that it stands for, where that is not one: the rows after the first of a kind are told together. */
  count: z.number().optional(),
  /** Which, the first 10,000 of them. */
  rows: z.array(z.number()).readonly().optional(),
});
export type RecordProblem = z.infer<typeof RecordProblem>;

export const QualityFigure = z.object({ name: z.string(), value: Fact, note: z.string().optional() });
export type QualityFigure = z.infer<typeof QualityFigure>;

export const RecordSource = z.object({
  file: z.string(),
  status: z.enum(['ok', 'failed']),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  items: z.number(),
  problems: z.array(RecordProblem),
  quality: z.array(QualityFigure),
});
export type RecordSource = z.infer<typeof RecordSource>;

export const RecordItem = z.object({
  /** The catalogue's number of it, for decisions. */
  item: z.number(),
  /** `FILE#ID`: what labels and lists name. */
  file: z.string(),
  id: z.string(),
  source: z.string(),
  /** Items of a group never lie in different splits. */
  group: z.string(),
  label: z.string().nullable(),
  labelledBy: LabelAuthor.nullable(),
  /** Who said so: a person's name, `file:NAME (COLUMN)` for a label the source brought, or the model version. */
  by: z.string().nullable(),
  /** What the promoted model says, and how sure it is (0..1). */
  predicted: z.string().nullable(),
  confidence: z.number().nullable(),
  facts: z.record(z.string(), Fact),
});
export type RecordItem = z.infer<typeof RecordItem>;

export const RecordsReport = z.object({
  schema: z.literal('nightsift.records/1'),
  session: z.string(),
  family: Family,
  sources: z.array(RecordSource),
  items: z.array(RecordItem),
});
export type RecordsReport = z.infer<typeof RecordsReport>;

/** What a list of items says twice. A near repeat agrees in what the family calls its key: name and samples of a column. */
export const LeakReport = z.object({
  items: z.number(),
  within: z.object({ exactly: z.number(), nearly: z.number() }),
  /** Between files, or between splits of a data set. */
  across: z.object({ exactly: z.number(), nearly: z.number() }),
  repeats: z.array(
    z.object({
      file: z.string(),
      part: z.string(),
      /** The first item that says the same. */
      of: z.string(),
      ofPart: z.string(),
      kind: z.enum(['exactly', 'nearly']),
      across: z.boolean(),
    }),
  ),
  /** Of every two parts that say the same, in both directions: the items of one that stand in the other too. */
  between: z.array(
    z.object({
      part: z.string(),
      items: z.number(),
      other: z.string(),
      exactly: z.array(z.string()),
      nearly: z.array(z.string()),
    }),
  ),
  /** Groups (source tables, logs) with items in several parts. */
  sharedGroups: z.array(z.object({ group: z.string(), parts: z.array(z.string()) })),
});
export type LeakReport = z.infer<typeof LeakReport>;
