/** Immutable, content-hashed lists of items, labels and splits. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';
import { Family } from '../words.ts';

/** `gap` items separate blocks of time within one night and are used for nothing. */
export const splitNames = ['train', 'validation', 'test', 'review', 'gap'] as const;
export const SplitName = z.enum(splitNames);
export type SplitName = z.infer<typeof SplitName>;

/** NAME, NAME@VERSION or the start of a version's hash. */
export const DataSetRef = z.object({ dataSet: z.string().min(1) });

export const DataSetRow = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number(),
  family: Family,
  /** SHA-256 over items, labels and splits. */
  hash: z.string(),
  createdAt: z.string(),
  classes: z.array(z.string()),
  items: z.number(),
  labelledByPerson: z.number(),
  /** split -> class -> count */
  counts: z.record(z.string(), z.record(z.string(), z.number())),
  /** True when one target-night had to be split by time: figures then say less about other nights. */
  withinNight: z.boolean(),
  /** What a reader of the figures should know: an empty split, a split of one class. */
  warnings: z.array(z.string()),
});
export type DataSetRow = z.infer<typeof DataSetRow>;

export const DataSetItem = z.object({
  file: z.string(),
  session: z.string(),
  contentHash: z.string(),
  label: z.string(),
  labelledBy: z.string(),
  split: SplitName,
});
export type DataSetItem = z.infer<typeof DataSetItem>;

export const DataSetDifference = z.object({
  added: z.array(DataSetItem),
  removed: z.array(DataSetItem),
  relabelled: z.array(z.object({ file: z.string(), before: z.string(), after: z.string() })),
  moved: z.array(z.object({ file: z.string(), before: z.string(), after: z.string() })),
});
export type DataSetDifference = z.infer<typeof DataSetDifference>;

export const VerifyOutcome = z.object({
  dataSet: z.string(),
  checked: z.number(),
  /** Files that are gone or no longer hold what was labelled. */
  problems: z.array(z.object({ file: z.string(), problem: z.string() })),
});
export type VerifyOutcome = z.infer<typeof VerifyOutcome>;

export const ExportAction = z.enum(['copy', 'reflink', 'symlink', 'hardlink']);
export type ExportAction = z.infer<typeof ExportAction>;

export const mapMethods = ['t-sne', 'principal-components'] as const;

export const MapQuestion = z.object({
  dataSet: z.string().min(1),
  method: z.enum(mapMethods).default('t-sne'),
  /** `embeddings`: what the body that comes with Nightsift makes of a frame's picture. */
  by: z.enum(['features', 'embeddings']).default('features'),
  scaling: z.enum(['standard', 'robust', 'minmax', 'none']).default('standard'),
  /** About how many neighbours of an item count. */
  perplexity: z.number().min(2).max(500).default(30),
  iterations: z.number().int().min(50).max(10_000).default(750),
  /** Groups around centres (k-means); 0 for none. */
  groups: z.number().int().min(0).max(100).default(0),
  /** Of more as many are drawn. */
  mostItems: z.number().int().min(4).max(50_000).default(4000),
  seed: z.number().int().nonnegative().default(1),
});
export type MapQuestion = z.infer<typeof MapQuestion>;

/** Items as points of a plane; near each other where they are alike. */
export const ItemMap = z.object({
  dataSet: z.string(),
  family: Family,
  method: z.enum(mapMethods),
  by: z.enum(['features', 'embeddings']),
  items: z.array(
    z.object({
      session: z.string(),
      file: z.string(),
      label: z.string(),
      split: SplitName,
      x: z.number(),
      y: z.number(),
      /** From 1; null where no groups were asked for. */
      group: z.number().nullable(),
    }),
  ),
  /** Items not drawn. */
  leftOut: z.number(),
  /** `trustworthiness` (1: neighbours on the map are neighbours indeed), `explained` share of the variance, … */
  figures: z.record(z.string(), z.number()),
});
export type ItemMap = z.infer<typeof ItemMap>;

export const dataSetCalls = {
  'datasets.create': work({
    in: z.object({
      sessions: z.array(z.string().min(1)).min(1),
      name: z.string().min(1).optional(),
      seed: z.number().int().nonnegative().default(1),
      validationShare: z.number().min(0).max(0.5).optional(),
      testShare: z.number().min(0).max(0.5).optional(),
    }),
    result: DataSetRow,
  }),
  'datasets.list': ask({ in: z.object({}), out: z.array(DataSetRow) }),
  'datasets.show': ask({
    in: DataSetRef,
    out: z.object({ dataSet: DataSetRow, items: z.array(DataSetItem) }),
  }),
  'datasets.diff': ask({
    in: z.object({ before: z.string().min(1), after: z.string().min(1) }),
    out: DataSetDifference,
  }),
  'datasets.map': work({ in: MapQuestion, result: ItemMap }),
  'datasets.verify': work({ in: DataSetRef, result: VerifyOutcome }),
  'datasets.export': work({
    in: z.object({
      dataSet: z.string().min(1),
      into: z.string().min(1),
      action: ExportAction.default('copy'),
    }),
    result: z.object({ into: z.string(), files: z.number(), warnings: z.array(z.string()) }),
  }),
};
