import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keepFromMemory } from '../../../main/workflows/sources/memory-source.ts';
import { temporaryFolder } from '../../library/temporary-folder.ts';

it('what lies in memory is a file of its content, the same for the same rows', () => {
  const library = { directory: temporaryFolder() };
  const rows = [{ voltage: 8.1 }, { voltage: 7.9 }];
  const path = keepFromMemory(library, 'log.jsonl', rows);
  expect(readFileSync(path, 'utf8')).toBe('{"voltage":8.1}\n{"voltage":7.9}\n');
  expect(keepFromMemory(library, 'log.jsonl', rows)).toBe(path);
  expect(keepFromMemory(library, 'log.jsonl', 'other\n')).not.toBe(path);
  const bytes = Uint8Array.from([1, 2, 255]);
  expect(new Uint8Array(readFileSync(keepFromMemory(library, 'a.npy', bytes)))).toEqual(bytes);
});

it.each(['', '..', 'a/b.csv', '../x.csv', 'a\\b'])('%j is no name of a file', (name) =>
  expect(() => keepFromMemory({ directory: '/nowhere' }, name, 'x')).toThrow(
    expect.objectContaining({ code: 'wrongUse' }),
  ),
);
