import { describe, expect, it } from 'vitest';
import type { FrameMeasurements } from '../../../contract/words.ts';
import { frameFeatureNames } from '../../../main/families/frames/features.ts';
import {
  describeReviewRule,
  reviewFigureNames,
  reviewFigures,
  reviewQuestions,
  reviewReason,
} from '../../../main/families/frames/review-questions.ts';

const features = Float32Array.from(frameFeatureNames, (_, column) => column / 100);
const measured = { fwhm: 3, ellipticity: 0.06, weight: 1 } as FrameMeasurements;
const column = (name: string): number => reviewFigureNames.indexOf(name);

describe('what reviews of frames may teach', () => {
  it('asks about figures that exist, each question once', () => {
    const used = reviewQuestions.flatMap((question) =>
      question.kind === 'finding' ? [...question.confidences, ...question.figures] : [question.figure],
    );
    expect(used.filter((name) => !reviewFigureNames.includes(name))).toEqual([]);
    const names = reviewQuestions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    // every confidence belongs to one question
    const confidences = used.filter((name) => name.startsWith('confidence.'));
    expect(confidences.sort()).toEqual(
      frameFeatureNames.filter((name) => name.startsWith('confidence.')).sort(),
    );
  });

  it('has the own figures of a usual frame at zero, and more where the frame is worse', () => {
    const own = (values: Partial<FrameMeasurements>): number[] =>
      Array.from(reviewFigures(features, { ...measured, ...values }, 'strict', {}).subarray(features.length));
    expect(own({}).map((value) => Math.abs(value))).toEqual([0, 0, 0]);
    expect(own({ fwhm: 4, ellipticity: 0.2, weight: 0.5 }).every((value) => value > 0.2)).toBe(true);
    expect(own({ weight: 0 })[2]).toBeCloseTo(Math.log(50), 4);
    expect(own({ fwhm: null, ellipticity: null, weight: null })).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it('raises no question about what the policy lets pass', () => {
    const strict = reviewFigures(features, measured, 'strict', {});
    const stacking = reviewFigures(features, measured, 'stacking', { cloud: 'ignored' });
    for (const name of reviewFigureNames) {
      const isPassed = ['trail', 'cosmicRays', 'hotPixels', 'cloud'].some(
        (code) => name === `confidence.${code}`,
      );
      expect(stacking[column(name)]).toBe(isPassed ? 0 : strict[column(name)]);
    }
  });

  it('leaves out suspicions that a likely finding explains, as persons are not told of them', () => {
    const asked = (confidences: Readonly<Record<string, number>>, changes = {}) => {
      const given = frameFeatureNames.map((name) => confidences[name.replace('confidence.', '')] ?? 0);
      const figures = reviewFigures(Float32Array.from(given), measured, 'strict', changes);
      return (code: string): number => Number(figures[column(`confidence.${code}`)]!.toFixed(3));
    };
    const blurred = asked({ elongation: 0.95, defocus: 0.97, veil: 0.4, trail: 0.6 });
    expect(['elongation', 'defocus', 'veil', 'trail'].map(blurred)).toEqual([0.95, 0, 0, 0.6]);
    // not sure enough, or less sure than what it would explain
    expect(asked({ elongation: 0.45, defocus: 0.3 })('defocus')).toBe(0.3);
    expect(asked({ elongation: 0.6, defocus: 0.8 })('defocus')).toBe(0.8);
    // what the policy lets pass explains nothing
    expect(asked({ elongation: 0.95, defocus: 0.97 }, { elongation: 'advisory' })('defocus')).toBe(0.97);
    // a lamp or the moon: confidences alone do not tell
    const lit = asked({ brightSky: 0.95, strayLight: 0.9, fewStars: 0.5 });
    expect(['brightSky', 'strayLight', 'fewStars'].map(lit)).toEqual([0.95, 0.9, 0]);
  });

  it('tells every threshold in the words of the sky', () => {
    expect(describeReviewRule('trail', { figure: 'trail.snr', value: Math.log1p(0.9) })).toBe(
      'You keep frames with trails, up to a peak of 0.90 sigma.',
    );
    expect(describeReviewRule('own.fwhm', { figure: 'own.fwhm', value: Math.log(4 / 3) })).toBe(
      'You reject frames from a FWHM of 4.00 px on.',
    );
    expect(describeReviewRule('brightSky', null)).toBe('You keep frames with a bright sky.');
    expect(describeReviewRule('elongation', 'open')).toBe(
      'You keep some frames with elongated stars; up to what size is still open.',
    );
    expect(describeReviewRule('figures', 'open')).toMatch(/^You reject some frames .* still open\.$/);
    for (const { name, kind, ...question } of reviewQuestions) {
      if (kind !== 'finding' || ('settled' in question && question.settled)) continue;
      expect(describeReviewRule(name, null)).toMatch(/^You keep frames with [a-z ]+\.$/);
    }
    expect(reviewReason('brightSky', null)).toBe('this observer keeps frames with a bright sky');
    expect(reviewReason('cloud', 'open')).toBe(
      'this observer keeps some frames with clouds; up to what size is still open',
    );
    expect(reviewReason('trail', { figure: 'trail.snr', value: Math.log1p(0.9) })).toBe(
      'this observer keeps frames with trails, up to a peak of 0.90 sigma',
    );
    expect(reviewReason('own.fwhm', { figure: 'own.fwhm', value: Math.log(4 / 3) })).toBe(
      'this observer rejects frames from a FWHM of 4.00 px on',
    );
    for (const question of reviewQuestions) {
      const figures = question.kind === 'finding' ? question.figures : [question.figure];
      for (const figure of figures) {
        const sentence = describeReviewRule(question.name, { figure, value: 0.5 });
        expect(sentence).not.toContain(`${figure} `);
        expect(sentence).not.toContain('NaN');
      }
    }
  });
});
