import { expect, test } from 'vitest';
import { pairAnswer, pairSentence } from '../../main/workflows/pair-answer.ts';

const classes = ['Cf252', 'Co60', 'Sr90'];

test('two classes at once are named, the stronger first; near ties with one are not certain', () => {
  const two = pairAnswer(classes, [0.4, 0.01, 0.59], 0.98);
  expect(two).toMatchObject({ classes: ['Sr90', 'Cf252'], probability: 0.98, kind: 'two', isEven: false });
  expect(two.confidence).toBeCloseTo(0.99, 9);
  expect(pairAnswer(classes, [0.1, 0, 0.9], 0.1).confidence).toBe(0.9);
  expect(pairSentence(two)).toBe('two together: Sr90 + Cf252 (98 %), Sr90 the stronger');
  expect(pairSentence(pairAnswer(classes, [0.498, 0, 0.498], 0.99))).toMatch(/about equal$/);
  const undecided = pairAnswer(classes, [0.3, 0, 0.7], 0.5);
  expect(undecided.kind).toBe('undecided');
  expect(pairSentence(undecided)).toMatch(/not certain/);
  expect(pairSentence(pairAnswer(classes, [0, 0, 1], 0.1))).toBeNull();
});
