/** How the learning rate goes over a run. Every schedule may begin with a warm-up: a linear one, but for `oneCycle`. */

export const scheduleNames = [
  'cosine',
  'constant',
  'step',
  'exponential',
  'restarts',
  'oneCycle',
  'plateau',
] as const;
export type ScheduleName = (typeof scheduleNames)[number];

export interface Schedule {
  readonly name: ScheduleName;
  readonly peak: number;
  readonly totalSteps: number;
  /** Share of all steps spent rising. */
  readonly warmup: number;
}

/** `step` cuts to a tenth after half and after three quarters of the run. */
const cuts = [0.5, 0.75];
const cutFactor = 0.1;
/** `exponential` ends at this share of the peak. */
const exponentialEnd = 0.01;
/** `restarts` has this many cosines, each twice as long as the one before. */
const restartCount = 3;
/**
 * `oneCycle` starts at 1/25 of the peak, rises for its warm-up, 30 % of the run unless told otherwise, and ends at
 * 1/10,000 of its start (Smith and Topin 2018).
 */
const cycleStart = 1 / 25;
export const cycleRise = 0.3;
const cycleEnd = 1e-4;

function halfCosine(share: number): number {
  return (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, share)))) / 2;
}

/** Share of the peak after warm-up, `share` from 0 to 1. */
const shapes: Readonly<Record<ScheduleName, (share: number) => number>> = {
  cosine: halfCosine,
  constant: () => 1,
  step: (share) => cutFactor ** cuts.filter((cut) => share >= cut).length,
  exponential: (share) => exponentialEnd ** share,
  restarts(share) {
    const unit = 1 / (2 ** restartCount - 1);
    let start = 0;
    let length = unit;
    while (share >= start + length && start + length < 1 - 1e-9) {
      start += length;
      length *= 2;
    }
    return halfCosine((share - start) / length);
  },
  oneCycle(share) {
    const end = cycleStart * cycleEnd;
    return end + (1 - end) * halfCosine(share);
  },
  // what lowers it is the validation loss: see plateauFactor
  plateau: () => 1,
};

/** Share of the peak within the rise of `oneCycle`. */
function risen(share: number): number {
  return cycleStart + (1 - cycleStart) * (1 - halfCosine(share));
}

/**
 * @param step from 0
 * @param reductions how often the plateau rule has struck so far
 */
export function learningRateAt(
  { name, peak, totalSteps, warmup }: Schedule,
  step: number,
  reductions = 0,
): number {
  const warmSteps = Math.round(warmup * totalSteps);
  if (step < warmSteps && name === 'oneCycle') return peak * risen(step / warmSteps);
  if (step < warmSteps) return (peak * (step + 1)) / warmSteps;
  const share = (step - warmSteps) / Math.max(1, totalSteps - warmSteps);
  return peak * shapes[name](share) * plateauFactor ** reductions;
}

/** `plateau` multiplies the rate by this after `plateauEpochs` epochs without a better validation loss. */
export const plateauFactor = 0.3;
export const plateauEpochs = 3;
