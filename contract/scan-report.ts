/** `scan --json`: a public contract. Fields are added, their meaning never changes. */
import { z } from 'zod';
import {
  Finding,
  FrameHeader,
  FrameLabel,
  FrameMeasurements,
  LabelAuthor,
  PolicyChanges,
  PolicyName,
} from './words.ts';

/** What one judge thought of a frame; all opinions are kept, `label` is the one that holds. */
export const Opinion = z.object({
  author: LabelAuthor,
  label: FrameLabel,
  score: z.number().nullable(),
  /** The model version for `model`, the person's name for `person`, `prefilter+taste-3` where a taste is in force. */
  by: z.string().nullable(),
  /** Why an observer's taste has the prefilter say otherwise than what it measured. */
  reason: z.string().optional(),
});
export type Opinion = z.infer<typeof Opinion>;

export const ScannedFrame = z.object({
  file: z.string(),
  status: z.enum(['ok', 'failed', 'skipped']),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  /** Why it was skipped. */
  reason: z.string().optional(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  header: FrameHeader.nullable(),
  measurements: FrameMeasurements.nullable(),
  score: z.number().nullable(),
  label: FrameLabel.nullable(),
  labelledBy: LabelAuthor.nullable(),
  findings: z.array(Finding),
  opinions: z.array(Opinion),
});
export type ScannedFrame = z.infer<typeof ScannedFrame>;

export const ScanReport = z.object({
  schema: z.literal('nightsift.scan/1'),
  session: z.string(),
  policy: PolicyName,
  /** Where the person changed the policy. */
  policyChanges: PolicyChanges.optional(),
  frames: z.array(ScannedFrame),
});
export type ScanReport = z.infer<typeof ScanReport>;

/** What the answer rests on: by how much the log-odds of `label` would fall if a part of the item told nothing. */
export const Saliency = z.object({
  /** Of `from` and `to`: keV for spectra. */
  unit: z.string(),
  /** Share of the item's counts it was judged on: fewer where all of them leave no doubt to be measured. */
  strength: z.number(),
  /** Parts that speak against the label have a negative weight. */
  parts: z.array(z.object({ from: z.number(), to: z.number(), weight: z.number() })),
});
export type Saliency = z.infer<typeof Saliency>;

/** How often a detector calls something an anomaly that is as usual. */
export const AlarmRate = z.object({
  /** What set the threshold: `tail` of the scores, `contamination`, the `method` or `labels`. */
  chosenBy: z.string(),
  /** Of the rows learned from; of usual ones where the tail decides. */
  share: z.number(),
  sentence: z.string(),
});

export const PredictReport = z.object({
  schema: z.literal('nightsift.predict/1'),
  model: z.string(),
  /** Missing for models whose threshold no detector set, and for frames, whose labels go by the thresholds of the house. */
  alarms: AlarmRate.optional(),
  items: z.array(
    z.object({
      file: z.string().optional(),
      id: z.string().optional(),
      status: z.enum(['ok', 'failed', 'skipped']),
      error: z.object({ code: z.string(), message: z.string() }).optional(),
      label: z.string().nullable(),
      probabilities: z.record(z.string(), z.number()).nullable(),
      score: z.number().nullable(),
      /** Of a model of numbers: its answer, in the unit of what it was taught. */
      value: z.number().optional(),
      /** The most probable classes in order, as many as were asked for. */
      top: z.array(z.object({ label: z.string(), probability: z.number() })).optional(),
      /**
       * True where the model's own limits say that this is none of its classes, or nothing it can tell, and where reading
       * had to assume what the answer rests on or the file contradicts it; `label` is then its best guess. Missing where the model sets no limits.
       */
      unknown: z.boolean().optional(),
      /** How badly the item fits what was learned, in standard deviations of what chance explains. */
      misfit: z.number().optional(),
      /** What had to be assumed in reading the item, what its file says against the answer, that it is two classes at once, or which limit makes it unknown. */
      note: z.string().optional(),
      saliency: Saliency.optional(),
    }),
  ),
});
export type PredictReport = z.infer<typeof PredictReport>;
