/** Linear warm-up, then half a cosine down to zero. */
export interface WarmCosine {
  readonly peak: number;
  readonly totalSteps: number;
  /** Share of all steps spent rising. */
  readonly warmup: number;
}

/** @param step from 0 */
export function learningRateAt({ peak, totalSteps, warmup }: WarmCosine, step: number): number {
  const warmSteps = Math.round(warmup * totalSteps);
  if (step < warmSteps) return (peak * (step + 1)) / warmSteps;
  const share = (step - warmSteps) / Math.max(1, totalSteps - warmSteps);
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2;
}
