import { describe, expect, it } from 'vitest';
import { readJsonTable } from '../../../main/formats/tables/json-table.ts';

const read = (text: string) => readJsonTable(text, 'log.json');
const lines = (text: string) => {
  const { rowNumbers, problems, rows } = read(text);
  return { rows, rowNumbers, named: problems.map(({ row, code }) => [row, code]) };
};

describe('JSON that Python wrote', () => {
  it.each([undefined, 2])('reads NaN as missing and Infinity as it is, indent %s', (indent) => {
    const records = Array.from({ length: 30 }, (_, t) => ({ t, note: 'a "NaN", -Infinity', volts: t }));
    const text = JSON.stringify(records, null, indent)
      .replace(/"volts": ?7\b/, '"volts": NaN')
      .replace(/"volts": ?8\b/, '"volts": -Infinity');
    const { header, rows, problems } = read(text);
    expect([header, rows.length, problems]).toEqual([['t', 'note', 'volts'], 30, []]);
    expect(rows.slice(6, 10).map((cells) => cells[2])).toEqual(['6', '', '-Infinity', '9']);
    expect(rows[7]![1]).toBe('a "NaN", -Infinity');
  });

  it.each([
    ['to_json()', '{"a":{"0":1,"1":2},"b":{"0":"x","1":"y"}}', ['a', 'b']],
    ['orient="split"', '{"columns":["a","b"],"index":[0,1],"data":[[1,"x"],[2,"y"]]}', ['a', 'b']],
    ['split without an index', '{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}', ['a', 'b']],
    ['orient="index"', '{"0":{"a":1,"b":"x"},"1":{"a":2,"b":"y"}}', ['a', 'b']],
    ['orient="records"', '[{"a":1,"b":"x"},{"a":2,"b":"y"}]', ['a', 'b']],
    ['orient="table"', '{"schema":{"fields":[]},"data":[{"a":1,"b":"x"},{"a":2,"b":"y"}]}', ['a', 'b']],
    ['orient="values"', '[[1,"x"],[2,"y"]]', ['0', '1']],
  ])('%s', (_, text, names) => {
    const { header, rows, rowNumbers, problems } = read(text);
    expect([header, rows, [...Array.from(rowNumbers)], problems]).toEqual([
      names,
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
      [1, 2],
      [],
    ]);
  });

  it('keeps names of rows that say more than their place, and names rows of another length', () => {
    expect(read('{"a":{"1609459200000":1,"1609459260000":2}}')).toMatchObject({
      header: ['index', 'a'],
      rows: [
        ['1609459200000', '1'],
        ['1609459260000', '2'],
      ],
    });
    const { rows, problems } = read('{"columns":["a","b"],"data":[[1],[2,3]]}');
    expect(rows).toEqual([
      ['1', ''],
      ['2', '3'],
    ]);
    expect(problems).toMatchObject([{ row: 1, code: 'raggedRow' }]);
  });

  it('takes an object of objects by other names for one record', () => {
    expect(read('{"a":{"x":1,"y":2},"b":{"x":3,"y":4}}')).toMatchObject({
      header: ['a.x', 'a.y', 'b.x', 'b.y'],
      rows: [['1', '2', '3', '4']],
    });
  });

  it('keeps every digit of whole numbers beyond 53 bits', () => {
    const text =
      '{"id":9223372036854775807,"v":[1,-9223372036854775806],"x":0.12345678901234567,"w":"9223372036854775807"}';
    expect(read(text)).toMatchObject({
      header: ['id', 'v.0', 'v.1', 'x', 'w'],
      rows: [
        ['9223372036854775807', '1', '-9223372036854775806', '0.12345678901234566', '9223372036854775807'],
      ],
    });
    const counts = Array.from({ length: 20 }, (_, place) => (place === 3 ? '9007199254740993' : '1'));
    expect(read(`[{"counts":[${counts.join(',')}]}]`).rows).toEqual([[counts.join(' ')]]);
  });
});

describe('JSON that is no table', () => {
  it('names lines and values that are no objects, and reads the others', () => {
    expect(lines('{"a":1}\n"text"\n5\nnull\n[1,2]\n{"a":2}\n{"a":')).toEqual({
      rows: [['1'], ['2']],
      rowNumbers: [1, 6],
      named: [
        [7, 'notJson'],
        [2, 'notJson'],
        [3, 'notJson'],
        [4, 'notJson'],
        [5, 'notJson'],
      ],
    });
    expect(lines('[{"a":1}, 7, null, {"a":2}]')).toEqual({
      rows: [['1'], ['2']],
      rowNumbers: [1, 4],
      named: [
        [2, 'notJson'],
        [3, 'notJson'],
      ],
    });
    expect(lines('{"a":1,\n{"a":2}\n{"a":3}')).toMatchObject({ rowNumbers: [2, 3], named: [[1, 'notJson']] });
  });

  it.each([
    ['[{"a":1},{"a":2},{"a"', /log\.json: its JSON is cut short: it ends in the middle of line 1/],
    ['[{"a":1},{"a":2}', /ends in the middle of line 1/],
    ['[\n{"a":1},\n{"a":2},\n{"a":"x', /ends in the middle of line 4/],
    ['{\n "rows": [\n  {"a": 1},\n  {"a": 2}\n', /ends in the middle of line 4/],
    ['[?]', /no JSON from line 1 on/],
    ['[\n{"a":1},\n{"a":?},\n{"a":3}\n]', /no JSON from line 3 on/],
  ])('refuses what is cut short or broken, with the place: %j', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'damagedData', message: expect.stringMatching(message) }),
    );
  });

  it('refuses what is nested too deep, or holds no object', () => {
    const deep = `[{"a":${'['.repeat(200)}1${']'.repeat(200)}}]`;
    expect(() => read(deep)).toThrow(expect.objectContaining({ code: 'unsupportedLayout' }));
    for (const text of ['[]', '{}', '[1, 2]', '[{}]'])
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'empty' }));
  });
});
