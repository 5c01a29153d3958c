import { describe, expect, it } from 'vitest';
import { judgedTrainingItems } from '../../../main/learning/training/delivered-answers.ts';

const everyTenth = Array.from({ length: 1000 }, (_, item) => (item % 10 === 0 ? 1 : 0));
const items = Int32Array.from(everyTenth.keys());

describe('the training items that a network is judged on', () => {
  it('are as many as the others, each class with its share, all along the split', () => {
    const judged = judgedTrainingItems(items, everyTenth, 300);
    expect(judged).toHaveLength(300);
    expect(new Set(judged).size).toBe(300);
    expect(judged).toEqual(judged.toSorted());
    expect(Array.from(judged).filter((item) => everyTenth[item] === 1)).toHaveLength(30);
    expect(Array.from(judged).filter((item) => item < 500)).toHaveLength(150);
    expect(judgedTrainingItems(items, everyTenth, 300)).toEqual(judged);
  });

  it('are items of the training split', () => {
    const odd = items.filter((item) => item % 2 === 1);
    expect(judgedTrainingItems(odd, everyTenth, 60).every((item) => item % 2 === 1)).toBe(true);
  });

  it('are never so few that they say nothing', () => {
    expect(judgedTrainingItems(items, everyTenth, 3)).toHaveLength(50);
  });

  it.each([0, 1000, 5000])('are all beside %i others', (others) => {
    expect(judgedTrainingItems(items, everyTenth, others)).toBe(items);
  });
});
