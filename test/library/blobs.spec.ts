import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBlobStore, sha256 } from '../../main/library/blobs.ts';
import { canonicalJson, floatBytes, floatsOf } from '../../main/library/columns.ts';
import { storageError } from '../../main/library/storage-errors.ts';
import { isTemporaryName, temporaryNameBeside, writeWholeFile } from '../../main/library/whole-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('blobs', () => {
  it('lie under their hash, once, and come back the same', () => {
    const folder = temporaryFolder();
    const blobs = openBlobStore(join(folder, 'blobs'));
    const bytes = new TextEncoder().encode('a model');
    const hash = blobs.put(bytes);
    expect(hash).toBe(sha256(bytes));
    expect(blobs.put(bytes)).toBe(hash);
    expect(blobs.pathOf(hash)).toBe(join(folder, 'blobs', hash.slice(0, 2), hash.slice(2)));
    expect(blobs.get(hash)).toEqual(bytes);
    expect(blobs.list()).toEqual([{ hash, byteLength: 7 }]);
    expect(blobs.has(sha256('other'))).toBe(false);
    expect(() => blobs.get(sha256('other'))).toThrow(expect.objectContaining({ code: 'notFound' }));
    expect(() => blobs.pathOf('../../etc/passwd')).toThrow(/not the name/);
  });

  it('notice that they were changed, and are written again when cut short', () => {
    const blobs = openBlobStore(join(temporaryFolder(), 'blobs'));
    const bytes = new TextEncoder().encode('a model');
    const hash = blobs.put(bytes);
    writeFileSync(blobs.pathOf(hash), 'a MODEL');
    expect(() => blobs.get(hash)).toThrow(expect.objectContaining({ code: 'libraryDamaged' }));
    writeFileSync(blobs.pathOf(hash), 'a m');
    blobs.put(bytes);
    expect(blobs.get(hash)).toEqual(bytes);
  });

  it('sweep what a killed process left, and nothing else', () => {
    const blobs = openBlobStore(join(temporaryFolder(), 'blobs'));
    const hash = blobs.put(new Uint8Array(10));
    const half = temporaryNameBeside(blobs.pathOf(hash));
    writeFileSync(half, 'half');
    expect(isTemporaryName(half)).toBe(true);
    expect(isTemporaryName(blobs.pathOf(hash))).toBe(false);
    expect(blobs.list()).toHaveLength(1);
    expect(blobs.sweep()).toBe(1);
    expect(blobs.list()).toHaveLength(1);
  });
});

describe('whole files', () => {
  it('replace as a whole and leave nothing beside', () => {
    const folder = temporaryFolder();
    writeWholeFile(join(folder, 'a'), Buffer.from('one'));
    writeWholeFile(join(folder, 'a'), Buffer.from('two'));
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('two');
    mkdirSync(join(folder, 'taken'));
    expect(() => writeWholeFile(join(folder, 'taken'), Buffer.from('x'))).toThrow();
    expect(readdirSync(folder).sort()).toEqual(['a', 'taken']);
  });
});

describe('columns', () => {
  it('floats come back the same, NaN and all', () => {
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        expect(floatsOf(floatBytes(values))).toEqual(values);
      }),
    );
    expect(floatBytes(Float32Array.of(1))).toEqual(Uint8Array.of(0, 0, 0x80, 0x3f));
  });

  it('canonical JSON depends on content alone', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson({ b: [1, null], a: 'x', c: undefined })).toBe('{"a":"x","b":[1,null]}');
  });
});

describe('storage errors', () => {
  it.each([
    ['ENOSPC', 'diskFull'],
    ['SQLITE_FULL', 'diskFull'],
    ['EDQUOT', 'diskFull'],
    ['EACCES', 'cannotOpen'],
    ['EROFS', 'cannotOpen'],
    ['SQLITE_CANTOPEN_ISDIR', 'cannotOpen'],
    ['SQLITE_READONLY_DBMOVED', 'cannotOpen'],
    ['SQLITE_NOTADB', 'libraryDamaged'],
    ['SQLITE_CORRUPT_INDEX', 'libraryDamaged'],
    ['SQLITE_BUSY_SNAPSHOT', 'libraryBusy'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'internal'],
  ])('%s is %s, and names the place', (system, code) => {
    const error = storageError(Object.assign(new Error('said'), { code: system }), '/the/place');
    expect(error.code).toBe(code);
    expect(error.message).toContain('/the/place');
    expect(storageError(error, 'elsewhere')).toBe(error);
  });
});
