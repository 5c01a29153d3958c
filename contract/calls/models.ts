/** The registry: one name, numbered versions, one of them in production for each family and task. */
import { z } from 'zod';
import { ask, bytes, work } from '../kinds.ts';
import { EngineName } from '../words.ts';
import { EvaluationReport, ModelVersionRow } from './training.ts';

/** NAME (its newest version), NAME@VERSION or NAME@production. */
export const ModelRef = z.object({ model: z.string().min(1) });

export const StageChange = z.object({
  model: z.string(),
  version: z.number(),
  from: z.string(),
  to: z.string(),
  at: z.string(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
});
export type StageChange = z.infer<typeof StageChange>;

/** The figures of an item that a model goes by. */
export const ModelFeatures = z.object({
  /** How many it is given. */
  of: z.number(),
  /** Those it learned from; null for all. */
  used: z.array(z.string()).nullable(),
  /** How much each contributed, falling, the largest only; all of them add up to 1. Empty where the method does not tell. */
  importances: z.array(z.object({ name: z.string(), share: z.number() })),
});
export type ModelFeatures = z.infer<typeof ModelFeatures>;

/** From the files and decisions to the model. */
export const Lineage = z.object({
  model: z.string(),
  run: z.string().nullable(),
  dataSet: z.string().nullable(),
  dataSetHash: z.string().nullable(),
  codeVersion: z.string().nullable(),
  /** What executed the steps of a network; missing for models that have none. */
  engine: EngineName.optional(),
  /** Null for networks, which do not tell. */
  features: ModelFeatures.nullable(),
  items: z.array(
    z.object({
      file: z.string(),
      contentHash: z.string(),
      label: z.string(),
      labelledBy: z.string(),
      split: z.string(),
    }),
  ),
});
export type Lineage = z.infer<typeof Lineage>;

const ModelChange = ModelRef.extend({ reason: z.string().optional(), by: z.string().optional() });

export const modelCalls = {
  'models.list': ask({ in: z.object({}), out: z.array(ModelVersionRow) }),
  'models.show': ask({
    in: ModelRef,
    out: z.object({
      model: ModelVersionRow,
      report: EvaluationReport.nullable(),
      history: z.array(StageChange),
      /** What a person should know before this version judges their nights. */
      warnings: z.array(z.string()),
      lineage: Lineage,
    }),
  }),
  /**
   * To `production` makes it what scan, predict and sort use, and archives the version there before. `staging` marks it as
   * the next one: it judges nothing yet, and is named by NAME@staging.
   */
  'models.promote': ask({
    in: ModelChange.extend({ to: z.enum(['staging', 'production']).default('production') }),
    out: z.object({ model: ModelVersionRow, archived: ModelVersionRow.nullable() }),
  }),
  'models.archive': ask({ in: ModelChange, out: ModelVersionRow }),
  /** Puts the version that was in production before back into production. */
  'models.rollback': ask({
    in: z.object({
      model: z.string().min(1).optional(),
      reason: z.string().optional(),
      by: z.string().optional(),
    }),
    out: z.object({ model: ModelVersionRow, archived: ModelVersionRow.nullable() }),
  }),
  'models.compare': ask({
    in: z.object({ first: z.string().min(1), second: z.string().min(1) }),
    out: z.object({
      first: ModelVersionRow,
      second: ModelVersionRow,
      metrics: z.array(
        z.object({
          key: z.string(),
          first: z.number().nullable(),
          second: z.number().nullable(),
          difference: z.number().nullable(),
        }),
      ),
      sameDataSet: z.boolean(),
    }),
  }),
  /** The ONNX file, or the weights as SafeTensors. */
  'models.file': bytes({ in: ModelRef.extend({ format: z.enum(['onnx', 'safetensors']).default('onnx') }) }),
  /** `body`: the SafeTensors without head and features branch. */
  'models.export': work({
    in: ModelRef.extend({
      into: z.string().min(1),
      format: z.enum(['onnx', 'safetensors', 'body']).default('onnx'),
    }),
    result: z.object({ path: z.string(), bytes: z.number(), hash: z.string() }),
  }),
};
