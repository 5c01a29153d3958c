/** The library's own health, and the demonstration. */
import { z } from 'zod';
import { ask, work } from '../kinds.ts';

export const DoctorFinding = z.object({
  check: z.string(),
  ok: z.boolean(),
  sentence: z.string(),
  hint: z.string().optional(),
});
export type DoctorFinding = z.infer<typeof DoctorFinding>;

export const DoctorOutcome = z.object({ healthy: z.boolean(), findings: z.array(DoctorFinding) });
export type DoctorOutcome = z.infer<typeof DoctorOutcome>;

/** How far labels agree with the simulated truth of one night. */
export const DemoNight = z.object({
  session: z.string(),
  folder: z.string(),
  frames: z.number(),
  cleanKept: z.number().nullable(),
  contaminatedCaught: z.number().nullable(),
  inReview: z.number(),
  failed: z.number(),
});
export type DemoNight = z.infer<typeof DemoNight>;

export const DemoOutcome = z.object({
  out: z.string(),
  library: z.string(),
  model: z.string(),
  run: z.string(),
  dataSet: z.string(),
  exportDifference: z.number(),
  firstNight: DemoNight,
  secondNight: DemoNight,
  /** The model alone against the truth of the second night, which it never saw. */
  modelBalancedAccuracy: z.number().nullable(),
  sortedInto: z.string(),
  sorted: z.record(z.string(), z.number()),
  elapsedSeconds: z.number(),
});
export type DemoOutcome = z.infer<typeof DemoOutcome>;

export const houseCalls = {
  'house.about': ask({
    in: z.object({}),
    out: z.object({ version: z.string(), library: z.string(), node: z.string() }),
  }),
  'doctor.start': work({ in: z.object({}), result: DoctorOutcome }),
  'demo.start': work({
    in: z.object({
      out: z.string().min(1),
      frames: z.number().int().min(16).max(2000).default(72),
      seed: z.number().int().nonnegative().default(1),
    }),
    result: DemoOutcome,
  }),
};
