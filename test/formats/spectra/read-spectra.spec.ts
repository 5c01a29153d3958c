import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isNightsiftError } from '../../../contract/errors.ts';
import { readSpectra } from '../../../main/formats/spectra/read-spectra.ts';
import { mutate, seededRandom } from '../../fuzz/mutate.ts';
import {
  cnf,
  counts,
  iec,
  n42,
  n42of2012,
  pcf,
  raddata,
  radiacode,
  spc,
  spe,
  sum,
  twoColumns,
} from './build.ts';

const read = (bytes: Uint8Array, name = 'trial') => readSpectra({ name, bytes });
const total = (values: Float64Array) => values.reduce((all, value) => all + value, 0);

describe('a spectrum', () => {
  test.each([
    ['SPE', spe, [0.5, 3, 0.001], 300, 310, '2018-07-11T01:02:03'],
    ['N42 of 2006', n42, [0.5, 3, 0.001], 65, 70.5, '2010-04-17T17:33:19Z'],
    ['N42 of 2012', n42of2012, [0.5, 3, 0.001], 65, 70.5, '2015-01-02T03:04:05Z'],
    ['RadiaCode', radiacode, [0.5, 3], 65, 65, '2024-01-21T21:07:16'],
    ['SPC', spc, [0.5, 3, 0.001], 65, 70.5, '2012-09-17T13:41:07'],
    ['CNF', cnf, [0.5, 3, 0.001, 0], 65, 70.5, '2014-01-12T15:12:28.000'],
    ['RADDATA', raddata, [0.5, 3, 0.001], 65, 70.5, '2013-12-26T21:15:00'],
  ])('of %s comes with its counts, calibration and times', (_name, build, calibration, live, real, start) => {
    const [found] = read(build());
    expect(Array.from(found!.counts)).toEqual(counts);
    found!.calibration!.forEach((term, power) => {
      expect(term).toBeCloseTo(calibration[power]!, 6);
    });
    expect([found!.liveSeconds, found!.realSeconds, found!.start]).toEqual([live, real, start]);
  });

  test('of IEC 1455 has as many channels as its head says', () => {
    const [found] = read(iec());
    expect([found!.counts.length, total(found!.counts)]).toEqual([20, sum]);
    expect(found!.calibration).toEqual([-0.0155, 0.8, 1e-6, 0]);
    expect(found!.start).toBe('2021-09-12T10:54:31');
  });

  test('of PCF keeps fractions, and the energies of a range become those of channels', () => {
    const found = read(pcf());
    expect(found.map(({ title, isBackground }) => [title, isBackground])).toEqual([
      ['source', false],
      ['Background', true],
    ]);
    expect(total(found[0]!.counts)).toBe(sum / 2);
    expect(found[0]!.calibration).toEqual([0.5, 3, 0, 0]);
  });

  test('of two columns has no calibration', () => {
    const [found] = read(twoColumns());
    expect([Array.from(found!.counts), found!.calibration]).toEqual([counts, null]);
  });

  test('of RadiaCode brings its background along', () => {
    expect(read(radiacode()).map(({ isBackground }) => isBackground)).toEqual([false, true]);
  });

  test('with a calibration of zeros has none', () => {
    const zeros = new TextDecoder().decode(spe('0.0 0.0 0.0')).replace('0.5 3.0\r\n$MCA', '0.0 0.0\r\n$MCA');
    expect(read(new TextEncoder().encode(zeros))[0]!.calibration).toBeNull();
  });
});

describe('bad files are refused by name', () => {
  const xml = (inner: string) => new TextEncoder().encode(inner);
  test.each([
    ['nothing', new Uint8Array(), 'empty'],
    ['prose', new TextEncoder().encode('no spectrum at all'), 'notAnImage'],
    ['entities', xml('<!DOCTYPE a [<!ENTITY b "c">]><N42InstrumentData></N42InstrumentData>'), 'badHeader'],
    ['no spectrum', xml('<N42InstrumentData></N42InstrumentData>'), 'damagedData'],
    [
      'negative counts',
      new TextEncoder().encode(new TextDecoder().decode(spe()).replace('  40', '  -4')),
      'damagedData',
    ],
    ['missing channels', spe().slice(0, 140), 'damagedData'],
    [
      'a bomb of zeros',
      xml(
        '<N42InstrumentData><Spectrum><ChannelData Compression="CountedZeroes">0 99999999</ChannelData></Spectrum></N42InstrumentData>',
      ),
      'damagedData',
    ],
  ])('%s', (_name, bytes, code) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['2006', n42()],
    ['2012', n42of2012()],
  ])('an N42 of %s that is cut short says so, wherever it was cut', (_year, whole) => {
    for (const share of [0.4, 0.6, 0.8, 0.95]) {
      const cut = () => read(whole.slice(0, Math.floor(share * whole.length)));
      expect(cut).toThrow(
        expect.objectContaining({ code: 'damagedData', message: expect.stringMatching(/cut short/) }),
      );
    }
  });

  test('2,000 damaged copies are read or refused', () => {
    const seeds = [
      spe(),
      iec(),
      n42(),
      n42of2012(),
      radiacode(),
      pcf(),
      spc(),
      cnf(),
      raddata(),
      twoColumns(),
    ];
    let [kept, refused] = [0, 0];
    for (let input = 0; input < 2000; input += 1) {
      const random = seededRandom(input);
      const bytes = mutate(seeds[input % seeds.length]!, seeds[(input * 7 + 1) % seeds.length]!, random);
      try {
        for (const { counts: found } of read(bytes)) expect(found.every((value) => value >= 0)).toBe(true);
        kept += 1;
      } catch (error) {
        if (!isNightsiftError(error)) throw error;
        refused += 1;
      }
    }
    expect(kept).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});

const folder = join(
  process.env.NIGHTSIFT_SHARED_DATA ?? join(import.meta.dirname, '../../../../shared/data'),
  'spectra/formats',
);
const absent = existsSync(folder) ? '' : ` (skipped: no samples in ${folder})`;

interface Truth {
  readonly channels: number;
  readonly sum: number;
  readonly calibration?: readonly number[] | null;
}

describe.skipIf(absent !== '')(`files of instruments${absent}`, () => {
  const truth =
    absent === ''
      ? (JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Record<string, Truth | Truth[]>)
      : {};
  test.each(Object.keys(truth))('%s', (name) => {
    const wanted = [truth[name]!].flat();
    const found = read(new Uint8Array(readFileSync(join(folder, name))), name);
    expect(found.map(({ counts: values }) => values.length)).toEqual(wanted.map(({ channels }) => channels));
    found.forEach(({ counts: values, calibration }, place) => {
      expect(total(values)).toBeCloseTo(wanted[place]!.sum, 0);
      if (wanted[place]!.calibration == null) return;
      wanted[place]!.calibration!.forEach((term, power) => {
        expect(calibration![power]).toBeCloseTo(term, 6);
      });
    });
  });
});
