import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  choicePair,
  normaliseArguments,
  parameterPair,
  share,
  wholeNumber,
} from '../../../main/hosts/cli/arguments.ts';

describe('option names', () => {
  test('take underscores for hyphens', () => {
    expect(
      normaliseArguments(['train-from-fits', 'my_night', '--batch_size', '8', '--model_output=a_b.onnx']),
    ).toEqual(['train-from-fits', 'my_night', '--batch-size', '8', '--model-output=a_b.onnx']);
  });

  test('values and what follows a lone -- stay as they are', () => {
    expect(normaliseArguments(['label', '--from', 'a_b.csv', '--', '--odd_file'])).toEqual([
      'label',
      '--from',
      'a_b.csv',
      '--',
      '--odd_file',
    ]);
  });

  test('of pairs are repeated for each pair', () => {
    expect(
      normaliseArguments(['train', '--set', 'a=1', 'b_c=2', 'autumn', '--where', 'filter=Ha,OIII']),
    ).toEqual(['train', '--set', 'a=1', '--set', 'b_c=2', 'autumn', '--where', 'filter=Ha,OIII']);
  });

  test('a second time changes nothing', () => {
    const word = fc.oneof(
      fc.constantFrom('--set', '--batch_size', 'a=1', 'b=x', '--', 'night', '--json=a_b'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const once = normaliseArguments(words);
        expect(normaliseArguments(once)).toEqual(once);
      }),
    );
  });
});

describe('values', () => {
  test('whole numbers have limits', () => {
    expect(wholeNumber(1)('12')).toBe(12);
    for (const wrong of ['0', '-1', '1.5', '', 'x', '1e3'])
      expect(() => wholeNumber(1)(wrong)).toThrow(/at least 1/);
    expect(() => wholeNumber(1, 8)('9')).toThrow(/1 to 8/);
  });

  test('shares lie between 0 and 1', () => {
    expect([share('0'), share('0.7'), share('1')]).toEqual([0, 0.7, 1]);
    for (const wrong of ['', ' ', '1.01', '-0.1', 'half', 'NaN']) expect(() => share(wrong)).toThrow();
  });

  test('parameters are read as what they look like', () => {
    const pairs = ['epochs=30', 'flips=false', 'name=a=b', 'rate=1e-3', 'nothing=null', 'empty='];
    const gathered = pairs.reduce((before, pair) => parameterPair(pair, before), {});
    expect(gathered).toEqual({
      epochs: 30,
      flips: false,
      name: 'a=b',
      rate: 0.001,
      nothing: null,
      empty: '',
    });
    expect(() => parameterPair('epochs')).toThrow(/key=value/);
    expect(() => parameterPair('=3')).toThrow(/key=value/);
  });

  test('choices are gathered by key', () => {
    expect(choicePair('filter=L', choicePair('filter=Ha,OIII'))).toEqual({ filter: ['Ha', 'OIII', 'L'] });
  });
});
