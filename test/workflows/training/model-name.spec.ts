import { describe, expect, test } from 'vitest';
import { modelName } from '../../../main/workflows/training/model-name.ts';

describe('a model', () => {
  test('is called what was asked, else as its data set', () => {
    for (const name of ['judge', 'M 31 (2024)', 'Kürbis', 'a@b', '..x'])
      expect(modelName(name, { name: 'night' })).toBe(name);
    expect(modelName(undefined, { name: 'night' })).toBe('night');
    // a study hands its data set's name on, whatever that is
    expect(modelName('owner/night', { name: 'owner/night' })).toBe('owner/night');
  });

  test.each(['', '  ', ' judge', 'a/../b', 'a\\b', '..', 'a\nb', 'judge.onnx', 'judge@3', 'x@production'])(
    'is not called %j',
    (name) => {
      expect(() => modelName(name, { name: 'night' })).toThrowError(
        expect.objectContaining({ code: 'wrongUse', message: expect.stringContaining('cannot be called') }),
      );
    },
  );

  test('has no name of endless length', () => {
    expect(() => modelName('x'.repeat(201), { name: 'night' })).toThrowError(/more than 200/);
  });
});
