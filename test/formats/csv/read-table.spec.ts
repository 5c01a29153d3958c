import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../../main/formats/csv/read-table.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readTable(bytes(text), 'a.csv');

describe('reading delimited text', () => {
  it('takes quoted line breaks, doubled quotes and any mixture of line ends', () => {
    const { header, rows, rowNumbers, problems } = read('\uFEFFa,b\r\n"one\ntwo","say ""hi"""\n3,4\r5,6');
    expect(header).toEqual(['a', 'b']);
    expect(rows).toEqual([
      ['one\ntwo', 'say "hi"'],
      ['3', '4'],
      ['5', '6'],
    ]);
    expect([...rowNumbers]).toEqual([2, 3, 4]);
    expect(problems).toEqual([]);
  });

  it.each([
    ['tabs', 'a\tb\none,two\t2', [['one,two', '2']]],
    [
      'semicolons',
      'a;b\n1,x;2\n3,y;4',
      [
        ['1,x', '2'],
        ['3,y', '4'],
      ],
    ],
    ['bars', 'a|b\n1|2', [['1', '2']]],
    [
      'blanks, however many',
      'a  b c\n 1 2   3 \n4 5 6',
      [
        ['1', '2', '3'],
        ['4', '5', '6'],
      ],
    ],
    [
      'commas though cells hold blanks',
      'counts,id\n1 2 3 4,5\n6 7 8 9,10',
      [
        ['1 2 3 4', '5'],
        ['6 7 8 9', '10'],
      ],
    ],
  ])('finds out about %s', (_name, text, rows) => {
    expect(read(text).rows).toEqual(rows);
  });

  it('reads decimal commas as points, and says in which columns', () => {
    const { rows, problems } = read('name;a;b;n\nx, y;1,5;-1.234,5;7\nz;;0,125;NaN\nz;3;1,5e-3;2');
    expect(rows).toEqual([
      ['x, y', '1.5', '-1234.5', '7'],
      ['z', '', '0.125', 'NaN'],
      ['z', '3', '1.5e-3', '2'],
    ]);
    expect(problems).toMatchObject([{ code: 'decimalComma', sentence: expect.stringContaining('in a, b;') }]);
  });

  it.each([
    'a;b\n1,5;x\n0.123;y',
    'a;b\n1,5;0.123\n2,5;0.456',
    'a;b\n1,5;.125',
    'a;b\n1,5;1234.567',
    'a;b\n1,5;1.234e-5',
  ])('leaves commas where a number has a decimal point, of three digits too: %j', (text) => {
    const { rows, problems } = read(text);
    expect(rows).toEqual(
      text
        .split('\n')
        .slice(1)
        .map((line) => line.split(';')),
    );
    expect(problems).toEqual([]);
  });

  it.each([
    ['which may be thousands', 'a;b\n1,234;5\n2,345;6'],
    ['in a file that has decimal points', 'a;b\n1,25;0.5\n2,25;1.75'],
    ['among words', 'a;b\n1,25;x\nmany;y'],
    ['in lists', 'a;b\n1,2,3;x\n4,5,6;y'],
  ])('leaves commas %s as they are', (_name, text) => {
    const lines = text.split('\n').slice(1);
    const { rows, problems } = read(text);
    expect(rows).toEqual(lines.map((line) => line.split(';')));
    expect(problems).toEqual([]);
  });

  it('reads gzipped text as it reads the text', () => {
    expect(readTable(gzipSync(bytes('a,b\n1,2\n')), 'a.csv.gz').rows).toEqual([['1', '2']]);
  });

  it('names rows of another width and reads them all the same', () => {
    const { rows, problems } = read('a,b,c\n1,2\n\n1,2,3,4\n5,6,7\n');
    expect(rows).toEqual([
      ['1', '2', ''],
      ['1', '2', '3'],
      ['5', '6', '7'],
    ]);
    expect(problems.map(({ row, code }) => [row, code])).toEqual([
      [2, 'raggedRow'],
      [4, 'raggedRow'],
    ]);
    expect(problems[0]?.sentence).toContain('2 cells, the header has 3');
  });

  it('does not let one open quote swallow the rest', () => {
    const { rows, problems } = read('a,b\n"x,1\ny,2\n');
    expect(rows).toEqual([
      ['"x', '1'],
      ['y', '2'],
    ]);
    expect(problems).toMatchObject([{ row: 2, code: 'unclosedQuote' }]);
  });

  it('gives every column a name of its own', () => {
    const { header, problems } = read('a,,a\n1,2,3\n');
    expect(header).toEqual(['a', 'column 2', 'a (2)']);
    expect(problems.map(({ code }) => code)).toEqual(['emptyName', 'repeatedName']);
  });

  it('reads what is not UTF-8 and says so', () => {
    const { rows, problems } = readTable(Uint8Array.of(...bytes('a,b\n'), 0xe9, ...bytes(',2\n')), 'a.csv');
    expect(rows).toEqual([['é', '2']]);
    expect(problems).toMatchObject([{ code: 'notUtf8' }]);
  });

  it('counts what it does not name', () => {
    const { problems } = read(`a,b\n${'1\n'.repeat(50)}`);
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.sentence).toBe('30 more of the kind raggedRow.');
  });

  it.each([
    ['nothing', new Uint8Array(), 'empty'],
    ['blank lines', bytes('\n\r\n  \n'), 'empty'],
    ['an image', Uint8Array.from({ length: 400 }, (_, index) => index % 31), 'badHeader'],
    ['a broken gzip stream', gzipSync(bytes('a,b\n1,2\n'.repeat(50))).slice(0, 30), 'damagedData'],
  ])('refuses %s', (_name, content, code) => {
    expect(() => readTable(content, 'a.csv')).toThrow(expect.objectContaining({ code }));
  });
});
