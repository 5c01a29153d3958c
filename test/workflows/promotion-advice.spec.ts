import { describe, expect, test } from 'vitest';
import type { Evaluation, EvaluationReport } from '../../contract/calls/training.ts';
import { promotionWarnings } from '../../main/workflows/promotion-advice.ts';

function evaluation(share: number, items = 100, recall: number | null = share): Evaluation {
  const each = { precision: share, recall, f1: share, support: items / 2 };
  const classes = ['clean', 'contaminated'].map((name) => ({ name, ...each }));
  return { items, accuracy: share, balancedAccuracy: share, macroF1: share, classes, confusion: [] };
}
function oneSided(supports: readonly number[]): Evaluation {
  const items = supports.reduce((sum, support) => sum + support, 0);
  const { classes, ...all } = evaluation(1, items);
  return { ...all, classes: classes.map((each, place) => ({ ...each, support: supports[place] ?? 0 })) };
}
function report(changes: Partial<EvaluationReport>): EvaluationReport {
  return {
    schema: 'nightsift.evaluation/1',
    model: 'm@1',
    on: 'd@1 (test)',
    withinNight: false,
    all: evaluation(0.95),
    person: evaluation(0.95),
    prefilterAgreement: evaluation(0.9),
    ...changes,
  };
}

describe('before promoting', () => {
  test('nothing speaks against a good model', () => expect(promotionWarnings(report({}))).toEqual([]));
  test.each([
    ['never judged', null, /never judged/],
    ['no person', report({ person: null }), /labelled by a person/],
    [
      'drawn anew',
      report({ person: null, on: 'spectra drawn anew', drawnAnew: true }),
      /on spectra drawn anew/,
    ],
    ['persons disagree', report({ person: evaluation(0.6) }), /badly with persons: 60 %/],
    ['the prefilter disagrees', report({ prefilterAgreement: evaluation(0.5) }), /50 % of the frames/],
    ['one class unseen', report({ all: evaluation(0.9, 100, 0) }), /none of the 50 clean/],
    [
      'a class not among the items',
      report({ all: oneSided([40, 0]) }),
      /is of class "contaminated": .* that class/,
    ],
    [
      'a class with few items',
      report({ all: oneSided([40, 3]) }),
      /fewer than 20 items: "contaminated" \(3\)/,
    ],
    ['few items', report({ all: evaluation(0.95, 8) }), /8 items only/],
    ['one night', report({ withinNight: true }), /other nights/],
  ])('%s', (_what, given, sentence) => {
    expect(promotionWarnings(given)[0]).toMatch(sentence);
  });
  test('a prefilter that spoke on few frames is not heeded', () =>
    expect(promotionWarnings(report({ prefilterAgreement: evaluation(0.2, 6) }))).toEqual([]));
});
