import type * as fileSystem from 'node:fs';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../main/library/blobs.ts';
import { moveFile } from '../../main/workflows/files/move-file.ts';
import { placeFile } from '../../main/workflows/files/place-file.ts';
import { temporaryFolder } from '../library/temporary-folder.ts';

/** What the file system answers to a hard link; null: as it does. */
const refusal = vi.hoisted(() => ({ code: null as string | null, times: Number.POSITIVE_INFINITY }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fileSystem>();
  const linkSync: typeof real.linkSync = (from, to) => {
    if (refusal.code !== null && refusal.times-- > 0)
      throw Object.assign(new Error(refusal.code), { code: refusal.code });
    real.linkSync(from, to);
  };
  return { ...real, linkSync };
});

let folder: string;
let from: string;
let to: string;
let contentHash: string;
beforeEach(() => {
  refusal.code = null;
  refusal.times = Number.POSITIVE_INFINITY;
  folder = temporaryFolder();
  from = join(folder, 'a.fits');
  to = join(folder, 'sorted', 'a.fits');
  writeFileSync(from, 'a frame');
  contentHash = sha256('a frame');
});
const options = () => ({ contentHash, resuming: false });

describe.each([
  ['with hard links', null],
  ['without hard links', 'EPERM'],
  ['across devices', 'EXDEV'],
])('moving %s', (_name, code) => {
  beforeEach(() => {
    // a device that takes no links takes none from a copy's temporary name either
    refusal.code = code === 'EXDEV' ? null : code;
  });
  const move = (alwaysCopy = code === 'EXDEV') => moveFile(from, to, { ...options(), alwaysCopy });

  it('leaves one whole file under the new name', () => {
    move();
    expect(existsSync(from)).toBe(false);
    expect(readFileSync(to, 'utf8')).toBe('a frame');
    expect(readdirSync(join(folder, 'sorted'))).toEqual(['a.fits']);
  });

  it('never takes a name that is taken', () => {
    mkdirSync(join(folder, 'sorted'));
    writeFileSync(to, 'mine');
    expect(() => move()).toThrow(expect.objectContaining({ code: 'wouldOverwrite' }));
    expect(readFileSync(to, 'utf8')).toBe('mine');
    expect(readFileSync(from, 'utf8')).toBe('a frame');
  });

  it('says what is missing', () => {
    expect(() => moveFile(join(folder, 'none'), to, options())).toThrow(
      expect.objectContaining({ code: 'notFound' }),
    );
  });
});

describe('moving', () => {
  it('falls back to a copy when a link says that the devices differ', () => {
    refusal.code = 'EXDEV';
    refusal.times = 1; // the copy's own link, on the target's device, works
    moveFile(from, to, options());
    expect(readFileSync(to, 'utf8')).toBe('a frame');
    expect(existsSync(from)).toBe(false);
  });

  it('passes on what it does not know how to get round', () => {
    refusal.code = 'EIO';
    expect(() => moveFile(from, to, options())).toThrow(/EIO/);
    expect(existsSync(from)).toBe(true);
  });
});

describe('placing', () => {
  it.each(['copy', 'symlink', 'hardlink'] as const)('by %s never overwrites', (placing) => {
    placeFile(from, to, placing);
    expect(readFileSync(to, 'utf8')).toBe('a frame');
    writeFileSync(join(folder, 'b.fits'), 'another');
    expect(() => placeFile(join(folder, 'b.fits'), to, placing)).toThrow(
      expect.objectContaining({ code: 'wouldOverwrite' }),
    );
    expect(readFileSync(to, 'utf8')).toBe('a frame');
  });

  it('copies on file systems without hard links, and never over a file there', () => {
    refusal.code = 'ENOTSUP';
    placeFile(from, to, 'copy', contentHash);
    expect(readFileSync(to, 'utf8')).toBe('a frame');
    expect(() => placeFile(from, to, 'copy')).toThrow(expect.objectContaining({ code: 'wouldOverwrite' }));
  });

  it('by reflink shares blocks or says that it cannot', () => {
    try {
      placeFile(from, to, 'reflink');
      expect(readFileSync(to, 'utf8')).toBe('a frame');
    } catch (error) {
      expect(error).toMatchObject({ code: 'unsupported', hint: expect.stringContaining('copy') });
      expect(readdirSync(join(folder, 'sorted'))).toEqual([]);
    }
  });

  it('compares with what was expected before the file gets its name', () => {
    expect(() => placeFile(from, to, 'copy', sha256('other'))).toThrow(
      expect.objectContaining({ code: 'verifyFailed' }),
    );
    expect(readdirSync(join(folder, 'sorted'))).toEqual([]);
    expect(() => placeFile(join(folder, 'none'), to, 'copy')).toThrow(/none/);
  });
});
