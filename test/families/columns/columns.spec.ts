import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsFamily } from '../../../main/families/columns/columns.ts';
import { describeColumn } from '../../../main/families/columns/description.ts';
import {
  columnFeatureCount,
  columnFeatureNames,
  writeFeatures,
} from '../../../main/families/columns/features/extract.ts';
import { kindOfClass, kinds, sortingHatClasses } from '../../../main/families/columns/kinds.ts';
import { synthesiseColumn } from '../../../main/families/columns/synthesise.ts';
import { columnTrainingSet } from '../../../main/families/columns/training-set.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, file = 'table.csv') => columnsFamily.read({ file, bytes: bytes(text) }, {});

const header =
  'Record_id,Attribute_name,y_act,total_vals,num_nans,%_nans,num_of_dist_val,%_dist_val,mean,std_dev,min_val,max_val,sample_1,sample_2,sample_3,sample_4,sample_5';

describe('the features of a column', () => {
  it('are 376: 8 statistics, 26 characters, 256 n-grams, 6 of diversity, 80 patterns', () => {
    expect(columnFeatureCount).toBe(8 + 26 + 256 + 6 + 80);
    expect(new Set(columnFeatureNames).size).toBe(376);
  });

  it('are the same from raw cells and from the description of these cells', () => {
    const cells = ['3', '5', '', '4', '3', '8', '9'];
    const raw = read(`size\n${cells.map((cell) => `${cell},`).join('\n')}`.replaceAll(',', ''), 'a.csv');
    const column = describeColumn(
      'size',
      cells.filter((cell) => cell !== ''),
    );
    const samples = column.samples.join(',');
    const { mean, deviation } = column;
    const shared = read(`${header}\n1,size,numeric,6,0,0,5,83.33,${mean},${deviation},3,9,${samples}\n`);
    expect(Array.from(shared.tensors[0]!.data)).toEqual(Array.from(raw.tensors[0]!.data));
  });

  it('do not count a word for a missing value beside the only one as a second value', () => {
    const described = (samples: string, distinct: number) =>
      Array.from(
        read(`${header}\n1,q,categorical,90,0,0,${distinct},2,0,0,0,0,${samples}\n`).tensors[0]!.data,
      );
    const constant = columnFeatureNames.indexOf('isConstant');
    const distinct = columnFeatureNames.indexOf('distinct');
    const one = described('#NULL!,,Haskell,,Haskell', 2);
    expect([one[constant], one[distinct]]).toEqual([1, Math.fround(Math.log10(2))]);
    // two values and the word stay three, as the file counts them
    const two = described('#NULL!,1,0,1,0', 3);
    expect([two[constant], two[distinct]]).toEqual([0, Math.fround(Math.log10(4))]);
    expect(described('x,,,x,x', 1)[constant]).toBe(1);
  });

  it.each([
    ['[[-65.5, -55.2]]', 'arrayOfPlain', 1],
    ["['Grill', 'Pizza']", 'arrayOfPlain', 1],
    ["[{'id': 3}]", 'arrayOfPlain', 0],
    ['(17.6, 121.6)', 'arrayOfPlain', 0],
    ['[1, 2, 3]', 'numberList', 0],
    ['7.4;0.7;0', 'numberList', 1],
  ])('tell arrays from numbers with signs between them: %s, %s', (cell, name, value) => {
    const target = new Float32Array(columnFeatureCount);
    writeFeatures(describeColumn('a', [cell]), target, 0);
    expect(target[columnFeatureNames.indexOf(name)]).toBe(value);
  });

  it('are finite and bounded in number whatever the cells hold', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.oneof(fc.string({ maxLength: 40 }), fc.double().map(String)), { maxLength: 12 }),
        (name, cells) => {
          const target = new Float32Array(columnFeatureCount);
          writeFeatures(describeColumn(name, cells), target, 0);
          expect(target.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('stay quick on cells that are made to slow patterns down', () => {
    const cells = [
      'a'.repeat(20_000),
      ' '.repeat(20_000),
      '1,'.repeat(10_000),
      '(('.repeat(9000),
      `${'x-'.repeat(9000)}!`,
    ];
    const target = new Float32Array(columnFeatureCount);
    const begun = performance.now();
    writeFeatures(describeColumn('n'.repeat(50_000), cells), target, 0);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('labels', () => {
  it('are not to be found in a column that is not there', () => {
    const rows = `${header}\n1,age,numeric,3,0,0,3,100,2,1,1,3,1,2,3,,\n`;
    const told = (label: string) =>
      columnsFamily
        .read({ file: 'table.csv', bytes: bytes(rows) }, { label })
        .problems.map(({ code, column }) => [code, column]);
    expect(told('nosuch')).toContainEqual(['noLabelColumn', 'nosuch']);
    for (const label of ['y_act', 'kind']) expect(told(label).flat()).not.toContain('noLabelColumn');
  });
});

describe('describing raw cells', () => {
  it('counts missing and distinct values and takes the first distinct ones as samples', () => {
    expect(describeColumn('a', ['2', '?', '2', '4', 'NA', '', '6'])).toEqual({
      name: 'a',
      samples: ['2', '4', '6', '', '2'],
      cells: 7,
      missing: 3,
      distinct: 3,
      mean: 3.5,
      deviation: Math.sqrt(11 / 3),
      minimum: 2,
      maximum: 6,
    });
  });

  it('gives no statistics of numbers where one cell is none', () => {
    expect(describeColumn('a', ['1', '2', 'three'])).toMatchObject({
      mean: 0,
      minimum: 0,
      maximum: 0,
      distinct: 3,
    });
  });
});

describe('reading a table', () => {
  it('gives the nine classes and the kind that follows from each', () => {
    const { items } = read(
      `${header}\n1,isOpen,categorical,50,0,0,2,4,0,0,0,0,yes,no,yes,,no\n1,id,not-generalizable,50,0,0,50,100,24,1,0,49,0,1,2,3,4\n`,
    );
    expect(items.map(({ labels }) => labels)).toEqual([
      { y_act: 'categorical', kind: 'boolean' },
      { y_act: 'not-generalizable', kind: 'identifier' },
    ]);
  });

  it('takes the folder for the kind in a tree of labelled columns', () => {
    const { items } = read('a,b\nx,y\n', 'labeled_columns/text_short/a.csv');
    expect(items.map(({ id, labels }) => [id, labels.kind])).toEqual([
      ['a', 'text_short'],
      ['b', 'text_short'],
    ]);
  });

  it('keeps columns of one table in one group, and repeats together by name and samples', () => {
    const row = '7,area,numeric,10,0,0,9,90,5,2,1,9,1,2,3,4,5';
    const { items } = read(
      `${header}\n${row}\n${row.replace('7,area', '8,area')}\n${row.replace(',10,', ',11,')}\n`,
    );
    expect(items.map(({ group }) => group)).toEqual(['7', '8', '7']);
    expect(new Set(items.map(({ twin }) => twin)).size).toBe(1);
    expect(items[0]!.identity).toBe(items[1]!.identity);
    expect(items[0]!.identity).not.toBe(items[2]!.identity);
  });

  it('names more missing or distinct values than there are cells', () => {
    const rows = [
      '1,a,Numeric,10,20,200,90,900,0,0,0,0,1,2,3,4,5',
      '1,b,Numeric,10,10,100,10,100,0,0,0,0,1,2,3,4,5',
    ];
    const { items, problems } = read([header, ...rows].join('\n'));
    expect(items).toHaveLength(2);
    expect(problems.map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, 'num_nans', 'impossible'],
      [2, 'num_of_dist_val', 'impossible'],
    ]);
  });

  it('names a figure that is no number by row and column', () => {
    const { problems } = read(`${header}\n1,a,numeric,many,0,0,9,90,5,2,1,9,1,2,3,4,5\n`);
    expect(problems).toMatchObject([{ row: 2, column: 'total_vals', code: 'notANumber' }]);
  });
});

describe('what is wrong with a raw table', () => {
  it.each([
    ['rows said twice', 'a,b\n1,2\n3,4\n1,2\n1,2\n', { row: 4, column: null, code: 'repeatedRow' }],
    ['a column that copies another', 'a,b,c\n1,1,x\n2,2,y\n', { row: 1, column: 'b', code: 'copiedColumn' }],
    [
      'a number too long for a double',
      'id,b\n7,x\n9223372036854775807,y\n',
      { row: 3, column: 'id', code: 'longNumber' },
    ],
  ])('is named by row and column: %s', (_what, text, place) => {
    const { problems } = read(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject(place);
  });

  it('is nothing where columns are constant, and where a table has one column', () => {
    expect(read('a,b,c\n1,1,x\n1,1,y\n').problems).toEqual([]);
    expect(read('a\n1\n1\n').problems).toEqual([]);
  });
});

describe('the way from nine classes to eight kinds', () => {
  it('has a kind for every class', () => {
    for (const name of sortingHatClasses) {
      expect(kinds).toContain(kindOfClass(name, { samples: ['a'], distinct: 3, distinctPercent: 30 }));
    }
    expect(kindOfClass('colour', { samples: [], distinct: 0, distinctPercent: 0 })).toBeNull();
  });

  it.each([
    ['categorical', ['0', '1', ''], 2, 1, 'boolean'],
    ['categorical', ['1.0', '0.0'], 2, 1, 'boolean'],
    ['categorical', ['0', '1'], 3, 1, 'categorical'],
    ['categorical', ['a', 'b'], 2, 1, 'categorical'],
    ['not-generalizable', ['x'], 90, 90, 'identifier'],
    ['not-generalizable', ['x'], 1, 100, 'unknown'],
    ['context-specific', ['x'], 90, 100, 'unknown'],
  ])('%s of %j, %d distinct, %d %%: %s', (name, samples, distinct, distinctPercent, kind) => {
    expect(kindOfClass(name, { samples, distinct, distinctPercent })).toBe(kind);
  });
});

describe('the training set', () => {
  const classes = ['numeric', 'categorical', 'boolean'];
  const data = {
    tensors: [
      { name: 'features', shape: [columnFeatureCount], data: new Float32Array(60 * columnFeatureCount) },
    ],
    classes,
    labels: Int32Array.from({ length: 60 }, (_, row) => (row < 40 ? 0 : row < 55 ? 1 : 2)),
  };
  const usual = { minimumPerClass: 5, balance: 'none', ratio: 2, syntheticShare: 0 };
  const count = (labels: Int32Array) =>
    classes.map((_, index) => labels.filter((label) => label === index).length);

  it('is left alone unless something was asked for', () => {
    expect(columnTrainingSet(data, usual, 1)).toEqual(data);
  });

  it('refuses a class of too few columns by name', () => {
    expect(() => columnTrainingSet(data, { ...usual, minimumPerClass: 6 }, 1)).toThrow(/boolean \(5\)/);
  });

  it('keeps no class above twice the smallest by leaving columns out or by weights', () => {
    expect(count(columnTrainingSet(data, { ...usual, balance: 'drop' }, 1).labels)).toEqual([10, 10, 5]);
    const { weights, labels } = columnTrainingSet(data, { ...usual, balance: 'weights' }, 1);
    const total = classes.map((_, index) =>
      labels.reduce((sum, label, row) => sum + (label === index ? weights![row]! : 0), 0),
    );
    expect(total.map((value) => Math.round(value * 1000) / 1000)).toEqual([10, 10, 5]);
  });

  it('holds the share of made-up columns that was asked for, the same for the same seed', () => {
    const made = columnTrainingSet(data, { ...usual, syntheticShare: 0.25 }, 3);
    expect(made.labels.length).toBe(80);
    expect(count(made.labels)).toEqual([47, 22, 11]);
    expect(made.tensors[0]!.data).toEqual(
      columnTrainingSet(data, { ...usual, syntheticShare: 0.25 }, 3).tensors[0]!.data,
    );
  });

  it('can make up a column of every class', () => {
    for (const name of [...kinds, ...sortingHatClasses]) {
      const column = synthesiseColumn(name, 4);
      expect(column?.cells, name).toBeGreaterThan(0);
      expect(synthesiseColumn(name, 4)).toEqual(column);
    }
    expect(synthesiseColumn('colour', 0)).toBeNull();
  });
});
