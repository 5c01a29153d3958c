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
