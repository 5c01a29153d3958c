/** Teaching a model, judging it, using it, and the record of every run. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';
import { AlarmRate, PredictReport } from '../scan-report.ts';
import { EngineName, Family } from '../words.ts';

export const ClassFigures = z.object({
  name: z.string(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  support: z.number(),
});
export type ClassFigures = z.infer<typeof ClassFigures>;

/** Holds the true figure in 95 of 100 cases, as far as the items are like those to come. */
const Interval = z.object({ low: z.number(), high: z.number() });

/** Figures on one list of items. `confusion[i][j]`: items of class i that were called class j. */
export const Evaluation = z.object({
  items: z.number(),
  accuracy: z.number().nullable(),
  balancedAccuracy: z.number().nullable(),
  macroF1: z.number().nullable(),
  classes: z.array(ClassFigures),
  confusion: z.array(z.array(z.number())),
  /** Of 95 %; missing for marks and numbers, and in reports of older versions. */
  intervals: z.object({ accuracy: Interval, balancedAccuracy: Interval }).optional(),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** What a model said of one item of the list it was judged on. */
export const JudgedItem = z.object({
  session: z.string(),
  file: z.string(),
  /** The catalogue's item; null when it is gone. */
  item: z.number().nullable(),
  label: z.string(),
  labelledBy: z.string(),
  predicted: z.string(),
  /** Of the predicted class. */
  probability: z.number(),
});
export type JudgedItem = z.infer<typeof JudgedItem>;

export const SuspectLabel = z.object({
  file: z.string(),
  given: z.string(),
  likely: z.string(),
  /** Probability of the likely class less that of the given one. */
  margin: z.number(),
});
export type SuspectLabel = z.infer<typeof SuspectLabel>;

/** What is measured where, told apart by who set the labels. */
export const EvaluationReport = z.object({
  schema: z.literal('nightsift.evaluation/1'),
  model: z.string(),
  /** The data set version, or the scanned paths. */
  on: z.string(),
  /** True when train and test share one target-night. */
  withinNight: z.boolean(),
  /** True where all items were learned from, and the family drew others of the same kinds to judge by. */
  drawnAnew: z.boolean().optional(),
  all: Evaluation,
  /** How many of the items the model learned from: figures on those say little about others. Missing where none is known. */
  learnedFrom: z.number().optional(),
  /** Items left out because their label is no class of the model, by that label. */
  otherLabels: z.record(z.string(), z.number()).optional(),
  /** On items a person labelled: how right the model is. */
  person: Evaluation.nullable(),
  /** On items only the prefilter labelled: how far the two agree, which is not accuracy. */
  prefilterAgreement: Evaluation.nullable(),
  /** Item by item, so that a cell of the confusion table can be opened; missing in reports of older versions. */
  judged: z.array(JudgedItem).optional(),
  /** Labels that are probably wrong, the surest first: what models that had not seen the items say (confident learning). */
  suspects: z.array(SuspectLabel).optional(),
  /** Further figures: the calibration error, and what the family asks for. */
  figures: z.record(z.string(), z.number().nullable()).optional(),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;

export const RunState = z.enum(['running', 'finished', 'failed', 'cancelled', 'interrupted']);
export type RunState = z.infer<typeof RunState>;

const Parameter = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const Parameters = z.record(z.string(), Parameter);
export type Parameters = z.infer<typeof Parameters>;

export const TrainOptions = z.object({
  recipe: z.string().min(1).optional(),
  parameters: Parameters.default({}),
  /** 1 when left out. */
  seed: z.number().int().nonnegative().optional(),
  /** The registered model's name. */
  name: z.string().min(1).optional(),
  /** ONNX or safetensors file with a backbone to start from. */
  backbone: z.string().min(1).optional(),
  /** A model that the network imitates beside the labels: registered, or an ONNX file. */
  teacher: z.string().min(1).optional(),
  /** Keep only items for which key is one of the values. */
  where: z.record(z.string(), z.array(z.string())).default({}),
  /** What executes the steps of a network; onnxruntime when left out. */
  engine: EngineName.optional(),
});
export type TrainOptions = z.input<typeof TrainOptions>;

export const ModelVersionRow = z.object({
  id: z.string(),
  name: z.string(),
  version: z.number(),
  family: Family,
  task: z.string(),
  stage: z.enum(['none', 'staging', 'production', 'archived']),
  createdAt: z.string(),
  recipe: z.string(),
  run: z.string().nullable(),
  dataSet: z.string().nullable(),
  dataSetHash: z.string().nullable(),
  onnxHash: z.string(),
  onnxBytes: z.number(),
  classes: z.array(z.string()),
  metrics: z.record(z.string(), z.number().nullable()),
});
export type ModelVersionRow = z.infer<typeof ModelVersionRow>;

export const TrainOutcome = z.object({
  run: z.string(),
  model: ModelVersionRow,
  dataSet: z.string(),
  /** The checkpoint that the model was taken from. */
  checkpoint: z.string().nullable(),
  epochs: z.number(),
  stoppedEarly: z.boolean(),
  report: EvaluationReport.nullable(),
  /** Largest difference between the trainer's predictions and those of the exported file. */
  exportDifference: z.number(),
  modelOutput: z.string().nullable(),
  dataSetFolder: z.string().nullable(),
  elapsedSeconds: z.number(),
  /** Of detectors of the unusual: how often they call something an anomaly. */
  alarms: AlarmRate.optional(),
});
export type TrainOutcome = z.infer<typeof TrainOutcome>;

export const RunRow = z.object({
  id: z.string(),
  experiment: z.string(),
  kind: z.string(),
  state: RunState,
  recipe: z.string().nullable(),
  seed: z.number().nullable(),
  dataSet: z.string().nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  epochs: z.number(),
  /** Can be gone on with from a checkpoint. */
  resumable: z.boolean(),
  metrics: z.record(z.string(), z.number().nullable()),
});
export type RunRow = z.infer<typeof RunRow>;

export const RunDetail = z.object({
  run: RunRow,
  parameters: Parameters,
  environment: z.record(z.string(), z.string()),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  series: z.record(z.string(), z.array(z.object({ step: z.number(), value: z.number() }))),
  checkpoints: z.array(
    z.object({ epoch: z.number(), step: z.number(), best: z.boolean(), hash: z.string() }),
  ),
  models: z.array(z.string()),
  /** What its figures are on; missing where it was never judged, and for runs of older versions. */
  judgedOn: z.string().optional(),
});
export type RunDetail = z.infer<typeof RunDetail>;

/** One figure of one run over its steps, thinned out: each stretch keeps its lowest and highest point. */
export const RunCurve = z.object({
  run: z.string(),
  name: z.string(),
  /** Points there are in all. */
  total: z.number(),
  steps: z.array(z.number()),
  values: z.array(z.number()),
});
export type RunCurve = z.infer<typeof RunCurve>;

/** The same column for each run, in the order asked. */
export const RunComparison = z.object({
  runs: z.array(RunRow),
  parameters: z.array(
    z.object({ key: z.string(), values: z.array(Parameter.nullable()), differs: z.boolean() }),
  ),
  metrics: z.array(z.object({ key: z.string(), values: z.array(z.number().nullable()) })),
});
export type RunComparison = z.infer<typeof RunComparison>;

/** Frames that can be proposed for review at once. */
export const mostProposals = 1000;

/** What the reviews so far teach of a session, and which frames to look at next. */
export const ReviewLesson = z.object({
  session: z.string(),
  /** Frames of the same camera that a person labelled, in this session and others: what was learned from. */
  reviewed: z.number(),
  /** Frames of the session that nobody has reviewed, those that would teach most first. */
  queue: z.array(
    z.object({
      file: z.string(),
      /** P(clean) after the reviews so far. */
      score: z.number(),
      /** By how much reviewing it is expected to lower the summed squared error of the scores. */
      worth: z.number(),
    }),
  ),
  /** P(clean) of every judged frame of the session. */
  scores: z.array(z.object({ file: z.string(), score: z.number() })),
  /** Where the persons who reviewed see more or less than the judge, and how sure that is, 0..1. */
  learned: z.array(z.object({ sentence: z.string(), certainty: z.number() })),
  /** Share of the unreviewed frames expected to be judged wrong, and how much of it reviewing on could take away. */
  expectedError: z.number(),
  expectedGain: z.number(),
  /** Reviewing on would change hardly any decision. */
  enough: z.boolean(),
  /** The same for people. */
  advice: z.string(),
  elapsedSeconds: z.number(),
});
export type ReviewLesson = z.infer<typeof ReviewLesson>;

/** What became of an observer's taste for the cameras of a session. */
export const TasteOutcome = z.object({
  session: z.string(),
  /** As headers name them; empty for frames whose header names none. */
  cameras: z.array(z.string()),
  /** In force for them now; null after forgetting. */
  taste: z
    .object({
      number: z.number().int(),
      /** Frames that a person labelled, in this session and others, and who they were as far as they said. */
      reviewed: z.number(),
      persons: z.array(z.string()),
      learnedAt: z.string(),
      /** Where they see more or less than the judge, and how sure that is, 0..1. */
      learned: z.array(z.object({ sentence: z.string(), certainty: z.number() })),
    })
    .nullable(),
  /** Numbers of those in force before and not now. */
  retired: z.array(z.number().int()),
  /** Sessions of these cameras that were judged anew, with how many of their frames are called something else now. */
  sessions: z.array(z.object({ session: z.string(), changed: z.number() })),
});
export type TasteOutcome = z.infer<typeof TasteOutcome>;

const paths = z.array(z.string().min(1)).min(1);

export const trainingCalls = {
  'train.start': work({
    in: TrainOptions.extend({
      /** A data set version, or absolute paths to bring in first; neither when resuming. */
      dataSet: z.string().min(1).optional(),
      paths: paths.optional(),
      /** Of the paths. */
      family: Family.optional(),
      /** The column that holds labels, in families whose files have columns. */
      label: z.string().min(1).optional(),
      /** A run to go on with, which keeps all that it was begun with; only `epochs` may be given beside it. */
      resume: z.string().min(1).optional(),
      modelOutput: z.string().min(1).optional(),
      promote: z.boolean().default(false),
    }),
    result: TrainOutcome,
  }),
  'train-from-fits.start': work({
    in: TrainOptions.extend({
      folder: z.string().min(1),
      /** Left out: the calibrated thresholds, else 0.7 and 0.3. */
      cleanThreshold: z.number().min(0).max(1).optional(),
      contaminatedThreshold: z.number().min(0).max(1).optional(),
      modelOutput: z.string().min(1).optional(),
      dataSetFolder: z.string().min(1).optional(),
      promote: z.boolean().default(false),
      workers: z.number().int().positive().max(256).optional(),
    }),
    result: TrainOutcome,
  }),
  /** `on`: a data set version, or absolute paths of frames whose labels are known. */
  'evaluate.start': work({
    in: z.object({
      model: z.string().min(1),
      dataSet: z.string().min(1).optional(),
      paths: paths.optional(),
      /** The column that holds the labels to judge by; the one it was trained on when left out. */
      label: z.string().min(1).optional(),
    }),
    result: EvaluationReport,
  }),
  'predict.start': work({
    in: z.object({
      model: z.string().min(1),
      paths,
      workers: z.number().int().positive().max(256).optional(),
      /** The most probable classes of each item. */
      top: z.number().int().positive().max(1000).optional(),
      /** Say what each answer rests on, in families that can. */
      explain: z.boolean().default(false),
    }),
    result: PredictReport,
  }),
  /** Learns from all reviews of the session's camera, in seconds; to be called after each batch of reviews. */
  'review.learn.start': work({
    in: z.object({
      session: z.string().min(1),
      /** Frames to propose. */
      count: z.number().int().positive().max(mostProposals).default(50),
      /** Learn from reviews of other cameras too, their figures brought to this one's. */
      otherCameras: z.boolean().default(false),
    }),
    result: ReviewLesson,
  }),
  /**
   * `apply`: keeps what the reviews teach and judges every session of the session's cameras with it, now and later. `forget`: they are
   * judged as without. Each undoes the other.
   */
  'review.taste.start': work({
    in: z.object({
      session: z.string().min(1),
      action: z.enum(['apply', 'forget']),
      /** Of what is applied: learn from reviews of other cameras too. */
      otherCameras: z.boolean().default(false),
    }),
    result: TasteOutcome,
  }),
  'runs.list': ask({
    in: z.object({ limit: z.number().int().positive().optional() }),
    out: z.array(RunRow),
  }),
  /** `points`: at most so many of each series. */
  'runs.show': ask({
    in: z.object({ run: z.string().min(1), points: z.number().int().min(2).max(100_000).optional() }),
    out: RunDetail,
  }),
  /** Series of several runs for a chart; all figures when none is named. */
  'runs.curves': ask({
    in: z.object({
      runs: z.array(z.string().min(1)).min(1).max(20),
      names: z.array(z.string()).max(100).optional(),
      points: z.number().int().min(2).max(2000).default(1000),
    }),
    out: z.array(RunCurve),
  }),
  'runs.compare': ask({ in: z.object({ runs: z.array(z.string().min(1)).min(2) }), out: RunComparison }),
  /** Everything known of a run, for a file. */
  'runs.export': ask({
    in: z.object({ run: z.string().min(1) }),
    out: z.object({
      schema: z.literal('nightsift.run/1'),
      detail: RunDetail,
      dataSetHash: z.string().nullable(),
    }),
  }),
  /** The report that a finished run left. */
  'runs.report': ask({
    in: z.object({ run: z.string().min(1), format: z.enum(['html', 'markdown']).default('html') }),
    out: z.object({ run: z.string(), text: z.string() }),
  }),
  'recipes.list': ask({
    in: z.object({}),
    out: z.array(
      z.object({
        name: z.string(),
        summary: z.string(),
        parameters: Parameters,
        /** The same with what each is for and what it takes, as text. */
        settings: z.array(z.object({ name: z.string(), description: z.string(), takes: z.string() })),
      }),
    ),
  }),
};
