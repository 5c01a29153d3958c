import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultThresholds, type FrameLabel, frameLabels, labelForScore } from '../../contract/words.ts';
import { decide, isHard, type Voice } from '../../main/workflows/decide.ts';

const voice = (label: FrameLabel): Voice => ({
  label,
  score: { clean: 0.9, review: 0.5, contaminated: 0.1 }[label],
});
const maybe = [undefined, ...frameLabels] as const;

/** The rule of the design, written as a table rather than as branches. */
function expected(
  person: FrameLabel | undefined,
  model: FrameLabel | undefined,
  prefilter: FrameLabel | undefined,
  hard: boolean,
): [FrameLabel, string] | null {
  if (person) return [person, 'person'];
  if (hard) return ['contaminated', 'prefilter'];
  const pair = `${model}/${prefilter}`;
  const opposite = pair === 'clean/contaminated' || pair === 'contaminated/clean';
  if (opposite) return ['review', 'model'];
  if (model) return [model, 'model'];
  return prefilter ? [prefilter, 'prefilter'] : null;
}

describe('decide', () => {
  const cases = maybe.flatMap((person) =>
    maybe.flatMap((model) =>
      maybe.flatMap((prefilter) => [true, false].map((hard) => ({ person, model, prefilter, hard }))),
    ),
  );

  it.each(cases)(
    'person $person, model $model, prefilter $prefilter, hard $hard',
    ({ person, model, prefilter, hard }) => {
      const decision = decide({
        person: person && { label: person, score: null },
        model: model && voice(model),
        prefilter: prefilter && voice(prefilter),
        hard,
      });
      const wanted = expected(person, model, prefilter, hard);
      expect(decision && [decision.label, decision.labelledBy]).toEqual(wanted);
    },
  );

  it('without a person, the label of readable frames always follows from the score given', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(score, score, fc.boolean(), (modelScore, prefilterScore, withModel) => {
        const said = (value: number): Voice => ({
          label: labelForScore(value, defaultThresholds),
          score: value,
        });
        const decision = decide({
          prefilter: said(prefilterScore),
          model: withModel ? said(modelScore) : undefined,
          hard: false,
        })!;
        expect(labelForScore(decision.score!, defaultThresholds)).toBe(decision.label);
      }),
    );
  });

  it('knows the findings that no model overrules', () => {
    expect(isHard([{ code: 'trail' }, { code: 'truncated' }])).toBe(true);
    expect(isHard([{ code: 'unreadable' }])).toBe(true);
    expect(isHard([{ code: 'blank' }])).toBe(true);
    expect(isHard([{ code: 'trail' }, { code: 'cloud' }])).toBe(false);
  });
});
