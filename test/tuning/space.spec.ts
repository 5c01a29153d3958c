import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSpaceFile, readSpaceWords } from '../../main/hosts/cli/space-words.ts';
import { gridOf } from '../../main/tuning/samplers/grid.ts';
import { checkSpace, contains, type Dimension, valueAt, withFixed } from '../../main/tuning/space.ts';
import { readSpace, takes } from '../../main/tuning/space-input.ts';

describe('words of --set', () => {
  it('vary as ranges and lists, and are fixed as single values', () => {
    expect(
      readSpaceWords({
        trees: '50..400',
        learningRate: '1e-4..0.1:log',
        shift: '-0.5..0.5',
        columns: 'sqrt,log2',
        depth: '4,8',
        balanced: true,
        epochs: 12,
        criterion: 'gini',
        'read.range.voltage': '6..10',
      }),
    ).toEqual({
      dimensions: [
        { name: 'trees', from: 50, to: 400 },
        { name: 'learningRate', from: 1e-4, to: 0.1, scale: 'log' },
        { name: 'shift', from: -0.5, to: 0.5 },
        { name: 'columns', values: ['sqrt', 'log2'] },
        { name: 'depth', values: [4, 8] },
      ],
      fixed: { balanced: true, epochs: 12, criterion: 'gini', 'read.range.voltage': '6..10' },
    });
  });

  it.each(['1..x', '..5', 'a,,b'])('refuse %s', (word) => {
    expect(() => readSpaceWords({ x: word })).toThrow(/x=/);
  });
});

describe('a file', () => {
  const file = (text: string) => {
    const path = join(mkdtempSync(join(tmpdir(), 'nightsift-space-')), 'space.yaml');
    writeFileSync(path, text);
    return path;
  };
  it('holds ranges, lists, conditions and fixed values', async () => {
    const words = await readSpaceFile(
      file(
        'layers: { from: 1, to: 3 }\ndropout: { from: 0, to: 0.5, when: { layers: [2, 3] } }\nlearning_rate: { from: 0.001, to: 0.1, scale: log }\nwidth: [32, 64]\nepochs: 20\n',
      ),
    );
    expect(words).toEqual({
      dimensions: [
        { name: 'layers', from: 1, to: 3 },
        { name: 'dropout', from: 0, to: 0.5, when: { layers: [2, 3] } },
        { name: 'learningRate', from: 0.001, to: 0.1, scale: 'log' },
        { name: 'width', values: [32, 64] },
      ],
      fixed: { epochs: 20 },
    });
  });
  it.each([
    ['an unknown key', 'width: { from: 1, until: 3 }'],
    ['a word for a number', 'width: { from: one, to: 3 }'],
    ['a list at the top', '- width'],
    ['what is no YAML', 'width: ['],
  ])('is refused with %s', async (_name, text) => {
    await expect(readSpaceFile(file(text))).rejects.toMatchObject({ code: 'wrongUse' });
  });
});

describe('a space', () => {
  const integer: Dimension = { name: 'n', kind: 'integer', from: 1, to: 4, scale: 'linear' };
  it('gives each whole number the same stretch', () => {
    const counts = new Map<unknown, number>();
    for (let share = 0; share < 400; share += 1) {
      const value = valueAt(integer, (share + 0.5) / 400);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.entries()]).toEqual([1, 2, 3, 4].map((value) => [value, 100]));
  });
  it('halves a logarithmic range at its geometric mean', () => {
    expect(valueAt({ name: 'r', kind: 'float', from: 1e-4, to: 1, scale: 'log' }, 0.5)).toBeCloseTo(0.01, 12);
  });
  it('knows what is not in it', () => {
    expect(contains([integer], { n: 4 })).toBe(true);
    for (const settings of [{ n: 5 }, { n: 2.5 }, {}, { n: 1, m: 1 }])
      expect(contains([integer], settings)).toBe(false);
  });
  it('makes a grid of the ends, what lies between, and conditions', () => {
    const space: Dimension[] = [
      { name: 'kind', kind: 'choice', values: ['a', 'b'] },
      { name: 'r', kind: 'float', from: 0.001, to: 1, scale: 'log', when: { kind: ['b'] } },
    ];
    const points = gridOf(space);
    expect(points[0]).toEqual({ kind: 'a' });
    expect(points.slice(1).map(({ r }) => Number(Number(r).toPrecision(6)))).toEqual([0.001, 0.01, 0.1, 1]);
    expect(takes(space[1]!)).toBe('0.001 to 1, logarithmic (where kind b)');
  });
  it.each<[string, Dimension[], RegExp]>([
    ['an empty space', [], /no setting that varies/],
    ['a reversed range', [{ ...integer, from: 9 }], /range of n/],
    ['a logarithm of zero', [{ ...integer, from: 0, scale: 'log' }], /logarithmic range of n begins at 0/],
    ['half a whole number', [{ ...integer, to: 4.5 }], /whole number/],
    ['a condition on what comes later', [{ ...integer, when: { m: [1] } }], /does not come before/],
    ['a setting twice', [integer, integer], /stands there twice/],
    [
      'a setting that varies anyhow, and once more under a condition',
      [{ name: 'kind', kind: 'choice', values: ['a', 'b'] }, integer, { ...integer, when: { kind: ['a'] } }],
      /n stands there twice/,
    ],
  ])('refuses %s', (_name, space, message) => {
    expect(() => checkSpace(space)).toThrow(message);
  });
  it('keeps of what depends on a fixed setting only what that allows', () => {
    const dropout: Dimension = {
      name: 'dropout',
      kind: 'float',
      from: 0,
      to: 0.5,
      scale: 'linear',
      when: { n: [2, 3], kind: ['a'] },
    };
    const kind: Dimension = { name: 'kind', kind: 'choice', values: ['a', 'b'] };
    expect(withFixed([kind, integer, dropout], { n: 1 })).toEqual([kind]);
    expect(withFixed([kind, integer, dropout], { n: 2 })).toEqual([
      kind,
      { ...dropout, when: { kind: ['a'] } },
    ]);
    expect(withFixed([integer, dropout], { n: 2, kind: 'a' })).toEqual([{ ...dropout, when: undefined }]);
    expect(() => checkSpace([dropout], ['n', 'kind'])).not.toThrow();
  });
  it('refuses half a range', () => {
    expect(() => readSpace([{ name: 'n', from: 1 }], () => 'integer')).toThrow(/both ends/);
  });
});
