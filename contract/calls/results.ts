/** Leaving with results: tables for other programs, and what was done to files. */
import { z } from 'zod';
import { ask, bytes } from '../kinds.ts';
import { SessionRef } from './sessions.ts';

export const resultFormats = [
  'nightsift', // CSV: every figure, label, author and finding
  'subframeselector', // CSV with the columns of PixInsight's SubframeSelector
  'siril', // CSV: the figures Siril plots, with 1 or 0 for included
  'accepted', // plain list of accepted files, one a line
  'rejected', // plain list of rejected files
  'keywords', // file, keyword, value: SSWEIGHT and the verdict, for tools that write headers
] as const;
export const ResultFormat = z.enum(resultFormats);
export type ResultFormat = z.infer<typeof ResultFormat>;

export const OperationRow = z.object({
  id: z.string(),
  action: z.enum(['copy', 'symlink', 'move']),
  session: z.string().nullable(),
  into: z.string(),
  status: z.string(),
  plannedAt: z.string(),
  files: z.number(),
  done: z.number(),
});
export type OperationRow = z.infer<typeof OperationRow>;

export const resultCalls = {
  /** Text in UTF-8. */
  'results.file': bytes({ in: SessionRef.extend({ format: ResultFormat }) }),
  /** What sorting did so far, newest first. */
  'results.operations': ask({ in: z.object({}), out: z.array(OperationRow) }),
};
