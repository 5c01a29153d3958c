import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { refusalCodes } from '../../contract/errors.ts';
import { identifyFile, identifyLength } from '../../main/formats/identify.ts';
import { quoted, refusal } from '../../main/formats/refusal.ts';
import { rampImage } from './fits/build.ts';

const fits = rampImage(40, 40);
const text = new Uint8Array(Buffer.from('exposure,filter\n60,L\n'.repeat(200)));

function head(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, identifyLength);
}

describe('kinds of files', () => {
  it('goes by the bytes, whatever the name says', () => {
    expect(identifyFile('frame.dat', head(fits))).toBe('fits');
    expect(identifyFile('frame', head(new Uint8Array(gzipSync(fits))))).toBe('fits');
    expect(identifyFile('frame.fits', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toBe(
      'raster',
    );
    expect(identifyFile('a.png', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe('raster');
    expect(identifyFile('frame.tmp', new Uint8Array(Buffer.from('XISF0100....')))).toBe('xisf');
  });

  it('sees the beginning of a long gzip', () => {
    const noise = Uint8Array.from({ length: 400_000 }, (_, index) => (index * 2654435761) >>> 24);
    const zipped = new Uint8Array(gzipSync(Buffer.concat([fits.subarray(0, 2880), noise])));
    expect(identifyFile('frame.bin', head(zipped))).toBe('fits');
  });

  it('keeps the kind of its name for bytes that say nothing, so that it is refused with a reason', () => {
    const names = {
      'a.FIT': 'fits',
      'a.fts': 'fits',
      'a.fits.fz': 'fits',
      'a.fits.gz': 'fits',
      'a.xisf': 'xisf',
    };
    for (const [name, kind] of Object.entries(names)) {
      expect(identifyFile(name, head(text))).toBe(kind);
      expect(identifyFile(name, new Uint8Array(0))).toBe(kind);
    }
    for (const name of ['a.jpg', 'a.JPEG', 'a.tif', 'a.png'])
      expect(identifyFile(name, head(text))).toBe('raster');
  });

  it('leaves raw photographs alone, whose preview is no frame', () => {
    expect(identifyFile('IMG_0001.CR2', Uint8Array.of(0x49, 0x49, 0x2a, 0, 16, 0))).toBe('other');
    expect(identifyFile('IMG_0001.tif', Uint8Array.of(0x49, 0x49, 0x2a, 0, 16, 0))).toBe('raster');
  });

  it('leaves other files alone', () => {
    for (const name of ['log.txt', 'night.csv', 'fits', 'profile.json', 'a.fits.txt', 'x.gz']) {
      expect(identifyFile(name, head(text))).toBe('other');
    }
    expect(identifyFile('log.csv.gz', head(new Uint8Array(gzipSync(text))))).toBe('other');
  });
});

describe('refusals', () => {
  it('escape and shorten text from files', () => {
    expect(quoted('a\u0000b\u001b[31m')).toBe("'a\\x00b\\x1b[31m'");
    expect(quoted('x'.repeat(100))).toHaveLength(63);
  });

  it('carry file, code, hint and details', () => {
    const error = refusal('badHeader', { name: 'a.fits' }, 'NAXIS is -1', 'Take another copy.', {
      keyword: 'NAXIS',
    });
    expect(error).toMatchObject({
      code: 'badHeader',
      message: 'a.fits: NAXIS is -1',
      hint: 'Take another copy.',
      details: { file: 'a.fits', keyword: 'NAXIS' },
    });
  });

  it('are all documented', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/guide/errors.md'), 'utf8');
    for (const code of refusalCodes) expect(page).toContain(`| \`${code}\` |`);
  });
});
