import { describe, expect, test } from 'vitest';
import { drawsFrom } from '../../../main/families/draws.ts';
import { fineBins } from '../../../main/families/spectra/energy-grid.ts';
import { poisson } from '../../../main/families/spectra/poisson.ts';
import { spectraFamily } from '../../../main/families/spectra/spectra.ts';
import { csv, shape, text, total } from './small-tables.ts';

describe('tables of spectra', () => {
  test('take missing terms of the calibration as 0 and name rows that make no sense', () => {
    const bytes = text([
      'id,label,cal0,cal1,cal2,channels,counts',
      'a,Cs137,0,3,,4,1 2 3 4',
      'b,Cs137,0,3,,4,1 2 -3 4',
      'c,Co60,0,3,,5,1 2 3 4',
      'd,Co60,0,-3,,4,1 2 3 4',
      'e,,0,3,,4,',
    ]);
    const { items, problems } = spectraFamily.read({ file: 't.csv', bytes }, {});
    expect(items.map(({ id, labels }) => [id, labels.label])).toEqual([
      ['a', 'Cs137'],
      ['c', 'Co60'],
      ['d', 'Co60'],
    ]);
    expect(problems.map(({ row, code }) => [row, code])).toEqual([
      [3, 'negativeCount'],
      [4, 'otherLength'],
      [6, 'noCount'],
      [5, 'noCalibration'],
    ]);
  });

  test('name the column of a channel that holds no count, as the file calls it', () => {
    const names = Array.from({ length: 40 }, (_, channel) => `ch${channel}`);
    const row = (channel: number, word: string) => names.map((_, at) => (at === channel ? word : '5')).join();
    const bytes = text([`id,${names.join()}`, `a,${row(0, '-3')}`, `b,${row(17, '')}`, `c,${row(40, '')}`]);
    const { items, problems } = spectraFamily.read({ file: 't.csv', bytes }, {});
    expect(items.map(({ id }) => id)).toEqual(['c']);
    expect(problems.slice(0, 2).map(({ column, code }) => [column, code])).toEqual([
      ['ch0', 'negativeCount'],
      ['ch17', 'noCount'],
    ]);
  });

  test('say what is announced where that is no number of channels', () => {
    const bytes = text(['id,cal1,channels,counts', 'a,3,abc,1 2 3 4', 'b,3,5,1 2 3 4', 'c,3,4,1 2 3 4']);
    const { items, problems } = spectraFamily.read({ file: 't.csv', bytes }, {});
    expect(items).toHaveLength(3);
    expect(problems.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('announces "abc", which is no number of channels'),
      expect.stringContaining('announces 5 channels'),
    ]);
  });

  test('take empty labels and NaN for none, and words for labels', () => {
    const words = ['', 'NaN', ' nan ', 'Na', 'none', 'Nancy'];
    const rows = words.map((word, row) => `${row},${word},0,3,,4,1 2 3 ${row}`);
    const bytes = text(['id,label,cal0,cal1,cal2,channels,counts', ...rows]);
    const { items } = spectraFamily.read({ file: 't.csv', bytes }, {});
    expect(items.map(({ labels }) => labels.label)).toEqual([
      undefined,
      undefined,
      undefined,
      'Na',
      'none',
      'Nancy',
    ]);
  });

  test('say of which spectra the energies are assumed, and of no other', () => {
    const bytes = text(['id,cal0,cal1,counts', 'a,0,3,1 2 3 4', 'b,0,-3,1 2 3 4', 'c,,,1 2 3 4']);
    const assumed = (settings = {}) =>
      spectraFamily.read({ file: 't.csv', bytes }, { settings }).items.map((item) => item.assumed);
    const sentence = expect.stringMatching(/energies are assumed.*0 to 3072 keV/);
    expect(assumed()).toEqual([undefined, sentence, sentence]);
    expect(assumed({ 'read.calibration': '0 2.93' })).toEqual([undefined, undefined, undefined]);
  });

  test('do not let a background of the file pass for a nuclide', () => {
    const against = (background: boolean, label: string) =>
      spectraFamily.contradiction!({ background }, label);
    expect(against(true, 'Th232')).toMatch(/background/);
    expect(against(true, 'bgnd')).toBeNull();
    expect(against(false, 'Th232')).toBeNull();
  });

  test('name live times that are none, channels beyond counting and spectra without a count', () => {
    const bytes = text([
      'id,label,live_s,cal0,cal1,counts',
      'a,Cs137,0,0,3,1 2 3 4',
      'b,Cs137,soon,0,3,1 2 3 4',
      'c,Cs137,60,0,3,1e308 1e308 3 4',
      'd,Cs137,60,0,3,0 0 0 0',
      'e,Cs137,60,0,-3,1 2 3 4',
      'f,Cs137,60,-40,3,1 2 3 4',
    ]);
    const { items, problems } = spectraFamily.read({ file: 't.csv', bytes }, {});
    expect(items.map(({ id, facts }) => [id, facts.liveSeconds])).toEqual([
      ['a', null],
      ['b', null],
      ['d', 60],
      ['e', 60],
      ['f', 60],
    ]);
    expect(problems.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'live_s', 'noLiveTime'],
      [3, 'live_s', 'noLiveTime'],
      [4, 'counts', 'noCount'],
      [5, null, 'empty'],
      [6, 'cal1', 'noCalibration'],
    ]);
  });

  test('take calibration terms by their names, in any order and with gaps', () => {
    const counts = Array.from({ length: 200 }, (_, channel) => channel % 7).join(' ');
    const inOrder = text(['id,cal0,cal1,cal2,cal3,counts', `a,-5,3,0,0.00001,${counts}`]);
    const otherwise = text(['id,cal3,cal1,cal0,counts', `a,0.00001,3,-5,${counts}`]);
    const [one, other] = [inOrder, otherwise].map((bytes) =>
      spectraFamily.read({ file: 't.csv', bytes }, {}),
    );
    expect(other!.tensors).toEqual(one!.tensors);
  });

  test('may have a column for each channel', () => {
    const header = ['id', 'label', ...Array.from({ length: 64 }, (_, channel) => `ch${channel}`)].join(',');
    const bytes = text([header, `a,Cs137,${Array.from({ length: 64 }, (_, channel) => channel).join(',')}`]);
    const { items } = spectraFamily.read({ file: 't.csv', bytes }, {});
    expect(items[0]!.facts).toMatchObject({ channels: 64, counts: 2016 });
  });
});

describe('reading as a person asked', () => {
  const sky = shape(1461).map((value) => Math.round(40 * value));
  const gross = shape(662).map((value, bin) => Math.round(60 * value) + 2 * sky[bin]!);
  const bytes = text([
    'id,label,detector,live_s,cal0,cal1,counts',
    `sky,background,A,100,0,3,${Array.from(sky).join(' ')}`,
    `source,Cs137,A,200,0,3,${Array.from(gross).join(' ')}`,
    `other,Cs137,B,200,0,3,${Array.from(gross).join(' ')}`,
  ]);
  const countsOf = (setting: Record<string, string | number>) => {
    const { tensors, problems } = spectraFamily.read({ file: 't.csv', bytes }, { settings: setting });
    const { data, shape: size } = tensors.find(({ name }) => name === 'counts')!;
    const rows = [0, 1, 2].map((row) =>
      total(Array.from(data.subarray(row * size[0]!, (row + 1) * size[0]!))),
    );
    return { rows, problems };
  };

  test('takes the background of the same detector off, scaled by live time, and says where there is none', () => {
    const as = countsOf({});
    const { rows, problems } = countsOf({ 'read.background': 'subtract' });
    expect(rows[0]).toBe(as.rows[0]);
    expect((as.rows[1]! - rows[1]!) / (2 * as.rows[0]!)).toBeCloseTo(1, 1);
    expect(rows[2]).toBe(as.rows[2]);
    expect(problems.map(({ row, code }) => [row, code])).toEqual([[4, 'noBackground']]);
  });

  test('smooths without losing counts, and leaves peaks where the continuum is taken off', () => {
    const as = countsOf({}).rows;
    expect(countsOf({ 'read.smooth': 0.5 }).rows[1]! / as[1]!).toBeCloseTo(1, 2);
    const continuum = total(shape(-1e6).subarray(16)) * (60 + 2 * 40);
    expect(countsOf({ 'read.baseline': 'snip' }).rows[1]! / (as[1]! - continuum)).toBeCloseTo(1, 1);
  });

  test('calibrates what brings no calibration', () => {
    const plain = text(['id,counts', `a,${Array.from(gross).join(' ')}`]);
    const found = spectraFamily.read(
      { file: 't.csv', bytes: plain },
      { settings: { 'read.calibration': '0 3' } },
    );
    expect(found.problems).toEqual([]);
    expect(found.tensors[0]!.data).toEqual(
      spectraFamily.read({ file: 't.csv', bytes }, {}).tensors[0]!.data.slice(fineBins, 2 * fineBins),
    );
  });
});

describe('the quality report', () => {
  test('names repeats, contradictions and what stands apart', () => {
    const random = drawsFrom(5, 'quality');
    const drawn = (energy: number, times: number) =>
      shape(energy).map((value) => poisson(random, times * value));
    const alike = Array.from({ length: 12 }, () => ({ label: 'A', counts: drawn(662, 60) }));
    const odd = [
      { label: 'A', counts: drawn(1300, 60) },
      { label: 'A', counts: drawn(662, 60_000) },
    ];
    const rows = [...alike, ...odd, alike[0]!, { label: 'B', counts: alike[1]!.counts }];
    const figures = new Map(
      spectraFamily
        .quality(spectraFamily.read({ file: 't.csv', bytes: csv(rows) }, {}))
        .map(({ name, value }) => [name, value]),
    );
    expect(figures.get('standing apart')).toBe('2 (s12, s13)');
    expect(figures.get('repeated spectra')).toBe('2 (s14, s15)');
    expect(figures.get('repeated with another label')).toBe('1 (s15)');
    expect(figures.get('channels')).toBe('1024');
    expect(figures.get('with live time')).toBe(0);
  });
});
