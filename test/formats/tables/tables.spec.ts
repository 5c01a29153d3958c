import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../contract/errors.ts';
import { families } from '../../../main/families/index.ts';
import { arrayFormats, readArrayTable, readTextTable } from '../../../main/formats/tables/read-any-table.ts';
import { isRecordName } from '../../../main/workflows/records/scan-records.ts';

const folder = join(import.meta.dirname, '../../fixtures/tables');
const bytesOf = (name: string) => Uint8Array.from(readFileSync(join(folder, name)));
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  readonly id: string[];
  readonly counts: number[][];
  readonly spectra: number[][];
};

async function columnsOf(name: string): Promise<Record<string, string[]>> {
  const table = (await readArrayTable(bytesOf(name), name)) ?? readTextTable(bytesOf(name), name);
  return Object.fromEntries(
    table.header.map((title, place) => [title, table.rows.map((row) => row[place]!)]),
  );
}

const values = ['0.1', '-2.5', '', '1e+300'];
const words = ['a', 'größe', '', '星'];
const counts = expected.counts.map((row) => row.join(' '));

describe('arrays that NumPy and h5py wrote', () => {
  it('a matrix of any order gives a column for each of its columns', async () => {
    expect(await columnsOf('matrix.npy')).toEqual({
      ch0: ['0', '4', '8'],
      ch1: ['1', '5', '9'],
      ch2: ['2', '6', '10'],
      ch3: ['3', '7', '11'],
    });
    expect(await columnsOf('fortran.npy')).toEqual(await columnsOf('matrix.npy'));
  });

  it('half floats keep their value', async () =>
    expect((await columnsOf('half.npy')).values!.map(Number)).toEqual([
      0.5,
      -2,
      Number.POSITIVE_INFINITY,
      0,
      2 ** -24,
    ]));

  it('records give a column for each field', async () =>
    expect(await columnsOf('records.npy')).toEqual({
      time: ['2026-03-14T20:00:00.000Z', '2026-03-14T20:00:01.000Z', '', '2026-03-14T20:00:03.000Z'],
      value: values,
      flag: ['true', 'false', 'true', 'false'],
      name: words,
      byte: ['x', 'yz', '', 'abcd'],
    }));

  it('named arrays stand side by side, digits of large numbers kept; a constant beside them does not count', async () => {
    const named = { id: expected.id, value: values, label: words, counts };
    expect(await columnsOf('columns.npz')).toEqual(named);
    expect(await columnsOf('columns.h5')).toEqual(named);
  });

  it('compound data sets and frames of pandas are tables', async () => {
    expect(await columnsOf('compound.h5')).toEqual({
      x: ['0.5', '1.5', '-1'],
      n: ['1', '2', '1099511627776'],
      kind: ['a', 'b', 'c'],
    });
    expect(await columnsOf('pandas.h5')).toEqual({ volts: ['7.5', '8', '8.5'], count: ['1', '2', '3'] });
  });
});

describe('text that pandas wrote', () => {
  it.each(['columns.csv', 'columns.tsv', 'records.json', 'lines.jsonl.gz'])('%s', async (name) => {
    const { value, label } = await columnsOf(name);
    expect(value!.map((cell) => (cell === '' ? null : Number(cell)))).toEqual([0.1, -2.5, null, 1e300]);
    expect(label).toEqual(words);
  });
});

describe('Parquet', () => {
  it('gives numbers, words, times, truth values and lists', async () => {
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'id', data: [1n, 2n ** 62n, 3n], type: 'INT64' },
          { name: 'value', data: [0.1, null, -2], type: 'DOUBLE' },
          { name: 'label', data: ['a', 'größe', ''], type: 'STRING' },
          { name: 'at', data: [new Date(0), new Date(1000), new Date(2000)], type: 'TIMESTAMP' },
          { name: 'ok', data: [true, false, true], type: 'BOOLEAN' },
        ],
      }),
    );
    const table = (await readArrayTable(bytes, 'x.parquet'))!;
    expect(table.header).toEqual(['id', 'value', 'label', 'at', 'ok']);
    expect(table.rows).toEqual([
      ['1', '0.1', 'a', '1970-01-01T00:00:00.000Z', 'true'],
      ['4611686018427387904', '', 'größe', '1970-01-01T00:00:01.000Z', 'false'],
      ['3', '-2', '', '1970-01-01T00:00:02.000Z', 'true'],
    ]);
  });
});

/** A zip whose directory claims two gigabytes of a few packed bytes. */
function claimingZip(): Uint8Array {
  const bytes = Uint8Array.from(zipSync({ 'a.npy': new Uint8Array(1000) }));
  const directory = Buffer.from(bytes).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  new DataView(bytes.buffer).setUint32(directory + 24, 0x7fffffff, true);
  return bytes;
}

describe('what is wrong is refused by name', () => {
  const npy = (header: string, body = 64) => {
    const text = new TextEncoder().encode(`\u0093NUMPY`.replace('\u0093', ''));
    const bytes = new Uint8Array(10 + header.length + body);
    bytes.set([0x93, ...text, 1, 0, header.length & 255, header.length >> 8]);
    bytes.set(new TextEncoder().encode(header), 10);
    return bytes;
  };
  const plain = (descr: string, shape: string) =>
    npy(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`);
  const refusalOf = async (bytes: Uint8Array) =>
    readArrayTable(bytes, 'x').then(
      () => 'read',
      (thrown: { code: string }) => thrown.code,
    );
  it.each([
    ['objects', 'unsupportedLayout', bytesOf('objects.npy')],
    ['complex numbers', 'unsupportedLayout', bytesOf('complex.npy')],
    ['a shape beyond its bytes', 'damagedData', plain("'<f8'", '(9,)')],
    ['a shape beyond all numbers', 'damagedData', plain("'<f8'", '(999999999999999, 999999999999999)')],
    ['three dimensions', 'badHeader', plain("'<u1'", '(2, 2, 2)')],
    ['no dimension', 'badHeader', plain("'<u1'", '()')],
    ['an unknown type', 'badHeader', plain("'<q9'", '(1,)')],
    ['records within records', 'unsupportedLayout', plain("[('a', [('b', '<f8')])]", '(1,)')],
    ['no shape', 'badHeader', npy("{'descr': '<f8'}")],
    ['a long header', 'badHeader', npy('x'.repeat(9), 0).subarray(0, 12)],
    ['a zip without arrays', 'badHeader', zipSync({ 'a.txt': new Uint8Array(3) })],
    ['a bomb', 'tooLarge', claimingZip()],
    ['a cut zip', 'damagedData', bytesOf('columns.npz').subarray(0, 500)],
    ['a cut HDF5', 'damagedData', bytesOf('columns.h5').subarray(0, 3000)],
    ['a broken Parquet', 'damagedData', new TextEncoder().encode('PAR1________PAR1')],
  ] as const)('%s: %s', async (_what, code, bytes) => {
    expect(await refusalOf(bytes)).toBe(code);
  });

  it('a cut HDF5 in one line of words, without places in the source of its library', async () => {
    const message = await readArrayTable(bytesOf('columns.h5').subarray(0, 3000), 'x.h5').then(
      () => 'read',
      (thrown: Error) => thrown.message,
    );
    expect(message).toMatch(/HDF5 cannot read it \('.*[a-z].*'\)/);
    expect(message).not.toMatch(/\\x0a|\/|\.c\b/);
  });

  it.each([
    '<!DOCTYPE html>\n<html><body>Sign in, please</body></html>\n',
    '\n  <html lang="en">,<head>\n</head></html>',
    '\uFEFF<HEAD>\n<title>a,b</title>\n1,2\n',
  ])('a web page in place of a table: %s', (text) => {
    expect(() => readTextTable(new TextEncoder().encode(text), 'night.csv')).toThrow(
      expect.objectContaining({ code: 'badHeader', message: expect.stringContaining('web page') }),
    );
  });

  it('a gzip that does not end', () => {
    const cut = gzipSync(new TextEncoder().encode('a,b\n1,2\n')).subarray(0, 12);
    expect(() => readTextTable(Uint8Array.from(cut), 'x.csv.gz')).toThrow(
      expect.objectContaining({ code: 'damagedData' }),
    );
  });

  it('whatever the bytes, a refusal or a table', async () => {
    const seeds = ['columns.npz', 'records.npy', 'matrix.npy', 'pandas.h5'].map(bytesOf);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (seed, changes) => {
          const bytes = Uint8Array.from(seed);
          for (const [place, byte] of changes) bytes[place % Math.min(bytes.length, 600)] = byte;
          const outcome = await readArrayTable(bytes, 'x').catch((thrown: unknown) => thrown);
          expect(outcome === null || isRefusal(outcome) || 'header' in (outcome as object)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('every family', () => {
  it('words that JSON lacks are values that are missing, but only where a value stands', () => {
    const lines = '{"note": "x, NaN y", "volts": 1}\n{"note": "b, NaN", "volts": NaN}\n';
    const { header, rows, problems } = readTextTable(new TextEncoder().encode(lines), 'log.jsonl');
    expect([header, rows, problems]).toEqual([
      ['note', 'volts'],
      [
        ['x, NaN y', '1'],
        ['b, NaN', ''],
      ],
      [],
    ]);
  });

  it('takes every format by its name', () => {
    for (const ending of ['csv', 'TSV', 'json', 'jsonl.gz', 'npy', 'npz', 'h5', 'hdf5', 'parquet'])
      for (const family of families)
        expect([family.name, ending, isRecordName(family)(`x.${ending}`)]).toEqual([
          family.name,
          ending,
          true,
        ]);
    for (const family of families) expect(isRecordName(family)('x.png')).toBe(false);
    expect(arrayFormats.map(({ name }) => name)).toEqual(['NPY', 'NPZ', 'HDF5', 'Parquet']);
  });

  const read = async (family: string, name: string) => {
    const bytes = bytesOf(name);
    const table = (await readArrayTable(bytes, name)) ?? undefined;
    return families.find((each) => each.name === family)!.read({ file: name, bytes, table }, {});
  };

  it('reads columns, telemetry and spectra out of arrays', async () => {
    const columns = await read('columns', 'columns.npz');
    expect(columns.items.map(({ id, facts }) => [id, facts.name])).toHaveLength(4);
    const telemetry = await read('telemetry', 'records.npy');
    expect(telemetry.items).toHaveLength(4);
    expect(telemetry.tensors.map(({ name }) => name)).toContain('novelty');
    expect(telemetry.problems.filter(({ code }) => code === 'badTime').map(({ row }) => row)).toEqual([3]);
    const spectra = await read('spectra', 'columns.h5');
    expect(spectra.items.map(({ facts }) => facts.counts)).toEqual(
      expected.counts.map((row) => row.reduce((sum, n) => sum + n, 0)),
    );
  });

  it('reads spectra of JSON with their energies and the names of what is in them', async () => {
    const { items } = await read('spectra', 'spectra.json');
    expect(items.map(({ labels }) => labels.isotope_tags)).toEqual(['Cs137', 'Co60', 'Cs137+Co60']);
    expect(items.map(({ view }) => view?.calibration)).toEqual(Array(3).fill([0, 3]));
    expect(items.map(({ facts }) => facts.counts)).toEqual(
      expected.spectra.map((row) => row.reduce((sum, n) => sum + n, 0)),
    );
  });
});
