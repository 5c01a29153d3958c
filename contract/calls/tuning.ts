/** Searching for settings: studies and their trials. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';
import { Family } from '../words.ts';
import { Parameters, RunState, TrainOptions, TrainOutcome } from './training.ts';

/** Trials that one study may have. */
export const mostTrials = 1000;

const Value = z.union([z.string(), z.number(), z.boolean()]);

/** One setting that varies: over `values`, or from `from` to `to`. */
export const DimensionInput = z.object({
  name: z.string().min(1),
  values: z.array(Value).min(1).max(100).optional(),
  from: z.number().optional(),
  to: z.number().optional(),
  scale: z.enum(['linear', 'log']).optional(),
  /** Varies only where each of these earlier settings has one of the values. */
  when: z.record(z.string(), z.array(Value).min(1)).optional(),
});
export type DimensionInput = z.infer<typeof DimensionInput>;

export const StudyFigure = z.enum([
  'macroF1',
  'balancedAccuracy',
  'accuracy',
  'auc',
  'loss',
  'calibrationError',
]);
export type StudyFigure = z.infer<typeof StudyFigure>;

export function isBetterWhenSmall(figure: StudyFigure): boolean {
  return figure === 'loss' || figure === 'calibrationError';
}

export const StudyRow = z.object({
  id: z.string(),
  name: z.string(),
  family: Family,
  state: RunState,
  recipes: z.array(z.string()),
  sampler: z.string(),
  pruner: z.string(),
  figure: StudyFigure,
  folds: z.number(),
  seed: z.number(),
  dataSet: z.string().nullable(),
  /** Trials in all, and those that had the full resource. */
  trials: z.number(),
  finished: z.number(),
  /** Of the best trial that had the full resource. */
  best: z.number().nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  /** Can be gone on with. */
  resumable: z.boolean(),
  /** The training of the best, and the model it left. */
  run: z.string().nullable(),
  model: z.string().nullable(),
});
export type StudyRow = z.infer<typeof StudyRow>;

export const TrialRow = z.object({
  /** Counted from 1. */
  number: z.number(),
  state: z.enum(['waiting', 'running', 'finished', 'pruned', 'failed']),
  settings: Parameters,
  /** Share of the full resource of the last judging, and what it gave. */
  share: z.number().nullable(),
  figure: z.number().nullable(),
  /** Standard deviation over the folds. */
  deviation: z.number().nullable(),
  figures: z.record(z.string(), z.number()),
  /** Of all its judgings together. */
  seconds: z.number(),
  error: z.string().nullable(),
});
export type TrialRow = z.infer<typeof TrialRow>;

export const StudyDetail = z.object({
  schema: z.literal('nightsift.study/1'),
  study: StudyRow,
  /** What varies, in words: `trees 50 to 400, logarithmic`. */
  space: z.array(z.object({ name: z.string(), takes: z.string(), isLogarithmic: z.boolean() })),
  /** What does not. */
  fixed: Parameters,
  resource: z.string(),
  groupBy: z.string().nullable(),
  trials: z.array(TrialRow),
  /** Number of the best trial that had the full resource. */
  best: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type StudyDetail = z.infer<typeof StudyDetail>;

export const TuneOutcome = z.object({
  study: StudyDetail,
  /** Null where only the search was asked for. */
  training: TrainOutcome.nullable(),
  elapsedSeconds: z.number(),
});
export type TuneOutcome = z.infer<typeof TuneOutcome>;

export const tuningCalls = {
  'tune.start': work({
    in: TrainOptions.omit({ teacher: true }).extend({
      /** A data set version or a session, or absolute paths to bring in first; neither when resuming. */
      dataSet: z.string().min(1).optional(),
      paths: z.array(z.string().min(1)).min(1).optional(),
      family: Family.optional(),
      label: z.string().min(1).optional(),
      /** What varies, or the name of a space; the recipe's usual one when left out. `recipe` may be one of the settings. */
      space: z.union([z.string().min(1), z.array(DimensionInput).max(100)]).optional(),
      sampler: z.string().min(1).default('random'),
      pruner: z.string().min(1).default('halving'),
      /** What a share is of; `auto`: epochs of a network, trees of a forest, rows of others. */
      resource: z.enum(['auto', 'epochs', 'trees', 'rounds', 'rows']).default('auto'),
      /** 27 when left out, or all of a grid. */
      trials: z.number().int().positive().max(mostTrials).optional(),
      /** The recipe's own when left out, else 5. */
      folds: z.number().int().min(2).max(20).optional(),
      /** The fact whose equal values are kept in one fold; `none`: every item by itself. */
      groupBy: z.string().min(1).optional(),
      figure: StudyFigure.default('macroF1'),
      /** Train the best on everything and register it. */
      train: z.boolean().default(true),
      promote: z.boolean().default(false),
      modelOutput: z.string().min(1).optional(),
      resume: z.string().min(1).optional(),
    }),
    result: TuneOutcome,
  }),
  'studies.list': ask({ in: z.object({}), out: z.array(StudyRow) }),
  'studies.show': ask({ in: z.object({ study: z.string().min(1) }), out: StudyDetail }),
  /** Samplers, pruners and named spaces, for lists and help. */
  'studies.choices': ask({
    in: z.object({}),
    out: z.object({
      samplers: z.array(z.object({ name: z.string(), description: z.string() })),
      pruners: z.array(z.object({ name: z.string(), description: z.string() })),
      spaces: z.array(z.object({ name: z.string(), description: z.string(), recipes: z.array(z.string()) })),
    }),
  }),
};
