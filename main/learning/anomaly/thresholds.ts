/** From scores that only rank to answers: where strangeness begins, and how sure an answer is. */

import { quantile } from '../estimators/preparation.ts';
import type { ParameterDefinition } from '../recipes/recipe.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { tailThreshold } from './extreme-value.ts';

export interface Threshold {
  /** Scores above it are anomalies. */
  readonly at: number;
  /** Distance over which an answer goes from even to 73 %. */
  readonly width: number;
  readonly chosenBy: 'labels' | 'contamination' | 'method' | 'tail';
}

export const thresholdParameters: readonly ParameterDefinition[] = [
  {
    name: 'contamination',
    description: 'share of anomalies among what is learned from; 0: judged by the tail of the scores',
    kind: 'number',
    default: 0,
    minimum: 0,
    maximum: 0.5,
  },
  {
    name: 'risk',
    description: 'chance that a usual row exceeds the threshold, where the tail decides',
    kind: 'number',
    default: 1e-3,
    minimum: 1e-9,
    maximum: 0.049,
  },
  {
    name: 'threshold',
    description: 'what sets the threshold: labels where there are enough, else contamination, else the tail',
    kind: 'choice',
    default: 'auto',
    choices: ['auto', 'labels', 'contamination', 'tail'],
  },
];

export interface LabelledScores {
  readonly scores: Float64Array;
  /** 1 for an anomaly. */
  readonly strange: Uint8Array;
}

/** Fewer anomalies than this do not choose a threshold. */
const fewestAnomalies = 5;

/**
 * @param training scores of the rows learned from
 * @param labelled rows with labels, of both kinds; absent where there are none
 * @param border what the method itself says, where it has a measure of its own
 */
export function chooseThreshold(
  training: Float64Array,
  labelled: LabelledScores | undefined,
  parameters: Parameters,
  border?: Pick<Threshold, 'at' | 'width'>,
): Threshold {
  const sorted = Float64Array.from(training).sort();
  const spread = sorted.length > 0 ? quantile(sorted, 0.75) - quantile(sorted, 0.25) : 0;
  const width = border?.width ?? (spread > 0 ? spread : 1);
  const asked = String(parameters.threshold ?? 'auto');
  const contamination = numberOf(parameters, 'contamination');
  const anomalies = labelled?.strange.reduce((sum, value) => sum + value, 0) ?? 0;
  const enough = labelled && anomalies >= fewestAnomalies && anomalies < labelled.strange.length;
  if (labelled && enough && (asked === 'auto' || asked === 'labels')) {
    return { at: bestBorder(labelled), width, chosenBy: 'labels' };
  }
  if (sorted.length > 0 && contamination > 0 && asked !== 'tail') {
    return { at: quantile(sorted, 1 - contamination), width, chosenBy: 'contamination' };
  }
  if (border && asked !== 'tail') return { ...border, chosenBy: 'method' };
  return { at: tailThreshold(training, numberOf(parameters, 'risk')), width, chosenBy: 'tail' };
}

/** Says so where `contamination` was asked for and something else set the threshold. */
export function ignoredContamination(
  parameters: Parameters,
  { chosenBy }: Pick<Threshold, 'chosenBy'>,
): string | null {
  const contamination = numberOf(parameters, 'contamination');
  if (contamination === 0 || chosenBy === 'contamination') return null;
  const by = chosenBy === 'labels' ? 'labels' : 'the tail of the scores';
  return `contamination=${contamination} was not used: ${by} set the threshold. It counts with --set threshold=contamination.`;
}

/** The border with the best F1 of anomalies, midway between two scores. */
export function bestBorder({ scores, strange }: LabelledScores): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const all = strange.reduce((sum, value) => sum + value, 0);
  let hits = 0;
  let best = -1;
  let at = scores[order[0]!]! + 1;
  for (let place = 0; place < order.length; place++) {
    hits += strange[order[place]!]!;
    const next = place + 1 < order.length ? scores[order[place + 1]!]! : Number.NEGATIVE_INFINITY;
    if (next === scores[order[place]!]) continue;
    const f1 = (2 * hits) / (place + 1 + all);
    if (f1 <= best) continue;
    best = f1;
    at = Number.isFinite(next) ? (scores[order[place]!]! + next) / 2 : scores[order[place]!]! - 1;
  }
  return at;
}

export function anomalyProbability(score: number, { at, width }: Threshold): number {
  return 1 / (1 + Math.exp(-(score - at) / width));
}
