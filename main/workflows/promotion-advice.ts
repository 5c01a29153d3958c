/** What a person should know before a model judges their nights: where its figures say little, or say no. */
import type { Evaluation, EvaluationReport } from '../../contract/calls/training.ts';
import { fewItems, gapsOf } from './judged-on.ts';

// Below this, of every five frames one or more is called wrongly.
const poorAgreement = 0.8;
// The prefilter is no truth, but who contradicts it on every fourth frame should be looked at.
const oddAgreement = 0.75;

/** Sentences, the gravest first; none when nothing speaks against it. */
export function promotionWarnings(report: EvaluationReport | null): string[] {
  if (report === null) {
    return ['It was never judged on frames kept apart from its training, so nobody knows how good it is.'];
  }
  const { all, person, prefilterAgreement, withinNight, drawnAnew } = report;
  const warnings: string[] = [];
  const share = figureOf(person);
  if (drawnAnew === true) {
    warnings.push(
      `It was judged on ${report.on}: nobody knows how good it is on new measurements, which will be harder.`,
    );
  } else if (person === null) {
    warnings.push(
      'None of the frames it was judged on was labelled by a person: its figures say how far it agrees with the prefilter, not how right it is.',
    );
  } else if (share !== null && share < poorAgreement) {
    warnings.push(
      `It agrees badly with persons: ${percent(share)} balanced accuracy on ${person.items} frames that a person labelled.`,
    );
  }
  const agreement = prefilterAgreement?.accuracy ?? null;
  if (agreement !== null && agreement < oddAgreement && (prefilterAgreement?.items ?? 0) >= fewItems) {
    warnings.push(
      `It contradicts the prefilter on ${percent(1 - agreement)} of the frames that nobody labelled; each of them will go to review.`,
    );
  }
  for (const { name, recall, support } of all.classes) {
    if (support > 0 && recall === 0)
      warnings.push(`It recognised none of the ${support} ${name} frames it was judged on.`);
  }
  warnings.push(...gapsOf(all));
  if (withinNight) {
    warnings.push('It was judged on the night it was taught with, so it may do worse on other nights.');
  }
  return warnings;
}

function figureOf(evaluation: Evaluation | null): number | null {
  return evaluation?.balancedAccuracy ?? evaluation?.accuracy ?? null;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
