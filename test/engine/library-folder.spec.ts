import { expect, test } from 'vitest';
import { libraryFolder } from '../../main/engine/library-folder.ts';

const linux = { platform: 'linux' as const, home: '/home/ada', environment: {} };

test('a named folder wins over everything', () => {
  const environment = { NIGHTSIFT_LIBRARY: '/b' };
  expect(libraryFolder('/a', { ...linux, environment })).toBe('/a');
});

test('then NIGHTSIFT_LIBRARY, unless it is empty', () => {
  expect(libraryFolder(undefined, { ...linux, environment: { NIGHTSIFT_LIBRARY: '/b' } })).toBe('/b');
  expect(libraryFolder(undefined, { ...linux, environment: { NIGHTSIFT_LIBRARY: '' } })).toBe(
    '/home/ada/.local/share/nightsift',
  );
});

test("then the platform's data folder", () => {
  expect(libraryFolder(undefined, linux)).toBe('/home/ada/.local/share/nightsift');
  expect(libraryFolder(undefined, { ...linux, environment: { XDG_DATA_HOME: '/data' } })).toBe(
    '/data/nightsift',
  );
  expect(libraryFolder(undefined, { ...linux, platform: 'darwin' })).toBe(
    '/home/ada/Library/Application Support/nightsift',
  );
  const windows = { platform: 'win32' as const, home: '/home/ada', environment: { LOCALAPPDATA: '/local' } };
  expect(libraryFolder(undefined, windows)).toBe('/local/nightsift');
});

test('a relative folder becomes absolute', () => {
  expect(libraryFolder('here', linux)).toBe(`${process.cwd()}/here`);
});
