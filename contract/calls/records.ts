/** The families there are, and the items of sessions whose files hold many. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';
import { LeakReport, RecordItem, RecordSource } from '../records.ts';
import { Family } from '../words.ts';
import { DecisionId } from './review.ts';

export const FamilyRow = z.object({
  name: Family,
  title: z.string(),
  /** Its items, in the singular and the plural. */
  one: z.string(),
  many: z.string(),
  /** What its models answer. */
  task: z.string(),
  /** Where labels are looked for, in this order. */
  labelColumns: z.array(z.string()),
  /** The first is the default. */
  recipes: z.array(z.string()),
  /** Which fact tells how strange an item is, and above which value it is an event; null where none does. */
  strangeness: z.object({ fact: z.string(), threshold: z.number() }).nullable(),
});
export type FamilyRow = z.infer<typeof FamilyRow>;

/** `uncertain`: what a person should look at first; unlabelled items of low confidence before others. */
export const ItemOrder = z.enum(['source', 'uncertain']);
export type ItemOrder = z.infer<typeof ItemOrder>;

export const ItemDetail = z.object({
  item: RecordItem,
  /** What the family shows of it: sample cells, lanes, a header. */
  view: z.record(z.string(), z.unknown()),
  /** What models see, by input. */
  tensors: z.array(
    z.object({ name: z.string(), shape: z.array(z.number()), values: z.array(z.number().nullable()) }),
  ),
  featureNames: z.array(z.string()),
});
export type ItemDetail = z.infer<typeof ItemDetail>;

/** `nightsift.events/1`: a public contract, as `events.json` holds it. */
export const DetectReport = z.object({
  schema: z.literal('nightsift.events/1'),
  model: z.string(),
  run: z.string(),
  session: z.string(),
  into: z.string(),
  rows: z.number(),
  stages: z.array(z.object({ name: z.string(), seconds: z.number(), sentence: z.string() })),
  events: z.array(
    z.object({
      source: z.string(),
      first: z.string(),
      last: z.string(),
      rows: z.number(),
      start: z.string().nullable(),
      end: z.string().nullable(),
      peakScore: z.number(),
      channels: z.array(
        z.object({ name: z.string(), share: z.number(), direction: z.enum(['high', 'low']) }),
      ),
    }),
  ),
  /** On the rows that were learned from, by rows, events and ranges; empty without labels. */
  figures: z.record(z.string(), z.number().nullable()),
  /** Of models that had not seen the rows, where there were labels to hold out. */
  heldOut: z.record(z.string(), z.number().nullable()),
});
export type DetectReport = z.infer<typeof DetectReport>;

const classWord = z.string().min(1).max(200);

export const recordCalls = {
  'families.list': ask({ in: z.object({}), out: z.array(FamilyRow) }),
  'items.list': ask({
    in: z.object({
      session: z.string().min(1),
      order: ItemOrder.default('source'),
      /** Only items with this label, given or predicted. */
      label: z.string().optional(),
      offset: z.number().int().nonnegative().default(0),
      limit: z.number().int().positive().max(10_000).default(1000),
    }),
    out: z.object({
      total: z.number(),
      /** Every label that may be set. */
      classes: z.array(z.string()),
      /** Whether a person may make up others. */
      isOpen: z.boolean(),
      /** Of two classes the one that stands for an anomaly; null where they are no such pair. */
      strange: z.string().nullable(),
      sources: z.array(RecordSource),
      items: z.array(RecordItem),
    }),
  }),
  /** Durable when it answers; `review.undo` takes it back, `review.history` lists it. The same id is never applied twice. */
  'items.decide': ask({
    in: z.object({
      session: z.string().min(1),
      id: DecisionId,
      items: z.array(z.number().int()).min(1).max(20_000),
      /** Null withdraws the person's word, that of the file included. */
      label: classWord.nullable(),
      by: z.string().max(200).optional(),
    }),
    out: z.object({ id: z.string(), repeated: z.boolean(), changed: z.number(), items: z.array(RecordItem) }),
  }),
  /** Of the splits of a data set, or of files, each taken for a split. */
  'leaks.start': work({
    in: z.object({
      dataSet: z.string().min(1).optional(),
      paths: z.array(z.string().min(1)).min(1).optional(),
      /** Of the files. */
      family: Family.optional(),
    }),
    result: LeakReport,
  }),
  /** A table of items made up from labelled templates, written to `out`. */
  'synthesise.start': work({
    in: z.object({
      family: Family,
      paths: z.array(z.string().min(1)).min(1),
      out: z.string().min(1),
      label: z.string().min(1).optional(),
      seed: z.number().int().nonnegative().default(1),
      /** `read.…` and `data.…`, as for training. */
      settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
    }),
    result: z.object({
      path: z.string(),
      rows: z.number(),
      classes: z.array(z.string()),
      bytes: z.number(),
    }),
  }),
  /**
   * The seven stages from a log to a report: read, validate, prepare, features, learn, detect, judge. Writes report.md,
   * report.html, events.json and detector.onnx to a folder. Errors: those of scan and train, wrongUse for a family without events.
   */
  'detect.start': work({
    in: z.object({
      family: Family,
      paths: z.array(z.string().min(1)).min(1),
      into: z.string().min(1),
      label: z.string().min(1).optional(),
      /** Of reading. */
      settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      recipe: z.string().min(1).optional(),
      parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
      where: z.record(z.string(), z.array(z.string())).default({}),
      seed: z.number().int().nonnegative().default(1),
      name: z.string().min(1).optional(),
    }),
    result: DetectReport,
  }),
  /** Writes a source that the family makes up, labels included. Errors: wrongUse, wouldOverwrite. */
  'simulate.start': work({
    in: z.object({
      family: Family,
      out: z.string().min(1),
      rows: z.number().int().min(100).max(10_000_000).default(20_000),
      seed: z.number().int().nonnegative().default(1),
      /** Of the rows, that faults cover. */
      faultShare: z.number().min(0).max(0.5).default(0.02),
    }),
    result: z.object({ file: z.string(), byteLength: z.number() }),
  }),
  'items.show': ask({
    in: z.object({ session: z.string().min(1), file: z.string().min(1) }),
    out: ItemDetail,
  }),
};

/** Channels that hold less of an event than this are not named, but for the first. */
const leastNamedShare = 0.03;

/** The channels of an event that its sentence names, the largest first as given; at most `most`. */
export function namedChannels<C extends { readonly share: number }>(
  channels: readonly C[],
  most: number,
): C[] {
  return channels.filter(({ share }, place) => place === 0 || share >= leastNamedShare).slice(0, most);
}
