import { expect, test } from 'vitest';
import { ownWordFor } from '../../../main/learning/anomaly/anomaly-classes.ts';

test('usual and strange are known by other words than the model learned them by', () => {
  const classes = ['nominal', 'anomaly'];
  expect(['0', 'false', 'nominal', '1', 'TRUE', 'anomaly'].map((word) => ownWordFor(word, classes))).toEqual([
    'nominal',
    'nominal',
    'nominal',
    'anomaly',
    'anomaly',
    'anomaly',
  ]);
  expect(ownWordFor('anomaly', ['0', '1'])).toBe('1');
  expect(ownWordFor('cloud', classes)).toBeNull();
  expect(ownWordFor('1', ['Cs137', 'Co60'])).toBeNull();
});
