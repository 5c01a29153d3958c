/** Bringing a night in, looking at it, correcting labels, calibrating thresholds, sorting files. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';
import { RecordsReport } from '../records.ts';
import { ScanReport } from '../scan-report.ts';
import { Consequence, Family, FindingCode, PolicyChanges, PolicyName, Thresholds } from '../words.ts';

/** Name or id of a session. */
export const SessionRef = z.object({ session: z.string().min(1) });

export const SessionRow = z.object({
  id: z.string(),
  name: z.string(),
  family: Family,
  policy: PolicyName,
  /** Where the person changed the policy. */
  policyChanges: PolicyChanges.optional(),
  root: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  items: z.number(),
  clean: z.number(),
  contaminated: z.number(),
  review: z.number(),
  failed: z.number(),
  skipped: z.number(),
  /** Found in the folder, not measured yet. */
  waiting: z.number().optional(),
  /** Items whose label a person set. */
  labelledByPerson: z.number(),
  /** How many items have each label; of frames the three above. */
  labels: z.record(z.string(), z.number()).default({}),
});
export type SessionRow = z.infer<typeof SessionRow>;

const Settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const ScanRequest = z.object({
  /** Absolute files and folders. */
  paths: z.array(z.string().min(1)).min(1),
  family: Family.default('frames'),
  /** The column that holds labels, in families whose files have columns. */
  label: z.string().min(1).optional(),
  /** How the family reads: its own settings. */
  settings: Settings.optional(),
  /** A new session is named after the folder unless this says otherwise. */
  session: z.string().min(1).optional(),
  /** Default: the policy that the session was scanned with before, else strict. */
  policy: PolicyName.optional(),
  /** Single consequences of the policy changed. A policy without them is the preset as it is. */
  policyChanges: PolicyChanges.optional(),
  workers: z.number().int().positive().max(256).optional(),
  /** Go on judging what arrives until the job is cancelled, which is its regular end. */
  watch: z.boolean().default(false),
});
export type ScanRequest = z.input<typeof ScanRequest>;

export const ScanOutcome = z.object({
  session: SessionRow,
  /** Of frames; without any in the other families. */
  report: ScanReport,
  /** Of the other families. */
  records: RecordsReport.optional(),
  measured: z.number(),
  /** Frames whose stored measurement still held: unchanged content, same measuring code. */
  reused: z.number(),
  elapsedSeconds: z.number(),
});
export type ScanOutcome = z.infer<typeof ScanOutcome>;

export const LabelReceipt = z.object({
  session: z.string(),
  changed: z.number(),
  unchanged: z.number(),
  /** Files of the request that the session does not hold. */
  unknown: z.array(z.string()),
  /** Rows that were not applied, unknown files among them, with the reason. Rows count from 1, a header line included. */
  refused: z.array(z.object({ row: z.number(), file: z.string(), problem: z.string() })).default([]),
});
export type LabelReceipt = z.infer<typeof LabelReceipt>;

export const CalibrationOutcome = z.object({
  thresholds: Thresholds,
  before: Thresholds,
  reviewedFrames: z.number(),
  /** Rates on the reviewed frames, before and after. */
  rates: z.array(
    z.object({
      thresholds: Thresholds,
      cleanKept: z.number().nullable(),
      contaminatedCaught: z.number().nullable(),
      inReview: z.number(),
    }),
  ),
  applied: z.boolean(),
});
export type CalibrationOutcome = z.infer<typeof CalibrationOutcome>;

export const SortAction = z.enum(['copy', 'symlink', 'move']);
export type SortAction = z.infer<typeof SortAction>;

export const SortOutcome = z.object({
  /** The journal's id, null for a dry run. */
  operation: z.string().nullable(),
  action: SortAction,
  dryRun: z.boolean(),
  into: z.string(),
  files: z.array(z.object({ from: z.string(), to: z.string(), label: z.string(), sidecar: z.boolean() })),
  counts: z.record(z.string(), z.number()),
  /** Files left where they are, with the reason. */
  refused: z.array(z.object({ file: z.string(), reason: z.string() })).optional(),
});
export type SortOutcome = z.infer<typeof SortOutcome>;

export const UndoOutcome = z.object({
  operation: z.string(),
  restored: z.number(),
  /** Files that could not be put back, with the reason. */
  left: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type UndoOutcome = z.infer<typeof UndoOutcome>;

export const AnnotateRequest = z.object({
  session: z.string().min(1),
  /** Folder for the pictures, outside the folder of the frames. */
  into: z.string().min(1),
  /** Files as the report names them; all when left out. */
  files: z.array(z.string().min(1)).optional(),
  workers: z.number().int().positive().max(256).optional(),
});
export type AnnotateRequest = z.infer<typeof AnnotateRequest>;

export const AnnotateOutcome = z.object({
  into: z.string(),
  written: z.number(),
  /** Frames without a picture, with the reason. */
  left: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type AnnotateOutcome = z.infer<typeof AnnotateOutcome>;

export const sessionCalls = {
  'scan.start': work({ in: ScanRequest, result: ScanOutcome }),
  /** A picture of each frame with what the judge saw drawn over it. */
  'annotate.start': work({ in: AnnotateRequest, result: AnnotateOutcome }),
  /** What each finding does under a policy. */
  'policy.show': ask({
    in: z.object({ policy: PolicyName.default('strict'), policyChanges: PolicyChanges.optional() }),
    out: z.object({ policy: PolicyName, consequences: z.record(FindingCode, Consequence) }),
  }),
  'sessions.list': ask({
    in: z.object({ limit: z.number().int().positive().optional() }),
    out: z.array(SessionRow),
  }),
  'sessions.show': ask({
    in: SessionRef,
    out: z.object({ session: SessionRow, report: ScanReport, records: RecordsReport.optional() }),
  }),
  'labels.set': ask({
    in: z.object({
      session: z.string().min(1),
      /** One of the family's labels: clean, contaminated or review for frames. */
      labels: z.array(z.object({ file: z.string().min(1), label: z.string().min(1) })).min(1),
      /** Who says so; the account's name on a command line. */
      by: z.string().optional(),
    }),
    out: LabelReceipt,
  }),
  /** A CSV file with the columns file and label. */
  'labels.import': ask({
    in: z.object({ session: z.string().min(1), path: z.string().min(1), by: z.string().optional() }),
    out: LabelReceipt,
  }),
  'calibrate.start': work({
    in: z.object({ sessions: z.array(z.string().min(1)).min(1), apply: z.boolean().default(true) }),
    result: CalibrationOutcome,
  }),
  'sort.start': work({
    in: z.object({
      session: z.string().min(1),
      into: z.string().min(1),
      action: SortAction,
      dryRun: z.boolean().default(false),
    }),
    result: SortOutcome,
  }),
  /** Without an operation: the last one. */
  'undo.start': work({ in: z.object({ operation: z.string().optional() }), result: UndoOutcome }),
};
