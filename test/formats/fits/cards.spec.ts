import { describe, expect, it } from 'vitest';
import { parseCard, parseFitsNumber } from '../../../main/formats/fits/cards.ts';
import { HeaderBuilder } from '../../../main/formats/fits/header.ts';

function headerOf(...lines: readonly string[]) {
  const builder = new HeaderBuilder({ name: 'test' });
  expect(builder.add([...lines, 'END'].map((line) => line.padEnd(80)).join(''))).toBe(true);
  return builder.header();
}

describe('cards', () => {
  it('keeps doubled quotes and slashes inside strings', () => {
    const card = parseCard("OBJECT  = 'M 31 / it''s core'  / target");
    expect(card).toMatchObject({ keyword: 'OBJECT', value: "M 31 / it's core", comment: 'target' });
  });

  it('keeps a string of digits a string and reads D exponents', () => {
    expect(parseCard("CAMID   = '89113e6 '").value).toBe('89113e6');
    expect(parseCard('EXPTIME =              1.2D+02 / s').value).toBe(120);
    expect(parseFitsNumber('1.E5')).toBe(1e5);
    expect(parseFitsNumber('-.5')).toBe(-0.5);
    for (const text of ['', 'NaN', '0x10', '1e999', '--1', '1 2', 'Infinity'])
      expect(parseFitsNumber(text)).toBeNull();
  });

  it('tells logicals, blank values and unquoted words apart', () => {
    expect(parseCard('SIMPLE  =                    T').value).toBe(true);
    expect(parseCard('EXTEND  =                    F / no').value).toBe(false);
    expect(parseCard('FILTER  =                      / none').value).toBeNull();
    expect(parseCard('FILTER  = Lum').value).toBe('Lum');
  });

  it('reads lower case, NUL filling and an equals sign without blanks', () => {
    expect(parseCard('exptime =                 30.0').keyword).toBe('EXPTIME');
    expect(parseCard(`GAIN    = 100${'\0'.repeat(60)}`).value).toBe(100);
    expect(parseCard('GAIN=100')).toMatchObject({ keyword: 'GAIN', value: 100 });
    expect(parseCard("COMMENT = 'no value'")).toMatchObject({ keyword: 'COMMENT', value: null });
  });

  it('reads HIERARCH keywords', () => {
    const card = parseCard("HIERARCH ESO  DET CHIP1 NAME = 'CCD-50' / chip");
    expect(card).toMatchObject({ keyword: 'ESO DET CHIP1 NAME', value: 'CCD-50' });
  });
});

describe('headers', () => {
  it('joins CONTINUE cards', () => {
    const header = headerOf(
      "OBJECT  = 'a very &'",
      "CONTINUE  'long &'",
      "CONTINUE  'name' / said",
      'GAIN    = 1',
    );
    expect(header.text('OBJECT')).toBe('a very long name');
    expect(header.number('GAIN')).toBe(1);
  });

  it('takes the first of equal keywords that has a value', () => {
    const header = headerOf('GAIN    =', 'GAIN    = 5', 'GAIN    = 6');
    expect(header.number('GAIN')).toBe(5);
  });

  it('gives numbers in quotes as numbers where numbers are asked for', () => {
    const header = headerOf("EXPTIME = '60.0    '");
    expect(header.number('EXPTIME')).toBe(60);
    expect(header.value('EXPTIME')).toBe('60.0');
  });

  it('keeps 64-bit integers', () => {
    expect(headerOf('BLANK   = -9223372036854775808').bigInteger('BLANK')).toBe(-(2n ** 63n));
    expect(headerOf('BLANK   = 1.5').bigInteger('BLANK')).toBeNull();
  });

  it('ends at an END that is filled with NULs', () => {
    const builder = new HeaderBuilder({ name: 'test' });
    expect(builder.add(`END${'\0'.repeat(77)}`)).toBe(true);
    expect(builder.add('ENDING'.padEnd(80))).toBe(false);
  });
});
