import { expect, test } from 'vitest';
import * as nightsift from '../main/nightsift.ts';
import { temporaryFolder } from './hosts/cli/small-night.ts';

test('the public surface is this', () => {
  expect(Object.keys(nightsift).sort()).toMatchInlineSnapshot(`
    [
      "NightsiftError",
      "PredictReport",
      "ScanReport",
      "TrainedModel",
      "api",
      "createDataset",
      "evaluate",
      "fitTable",
      "fromMemory",
      "isNightsiftError",
      "label",
      "openEngine",
      "openLibrary",
      "promote",
      "scan",
      "sort",
      "train",
      "trainFromFits",
      "undo",
    ]
  `);
});

test('a library is opened, used and given back', async () => {
  const place = temporaryFolder();
  const library = nightsift.openLibrary(place.folder);
  expect(library.directory).toBe(place.folder);
  expect(() => nightsift.openLibrary(place.folder)).toThrow(expect.objectContaining({ code: 'libraryBusy' }));
  await expect(nightsift.scan(library, ['/nowhere'])).rejects.toMatchObject({ code: 'notFound' });
  for (const paths of [[], [''], undefined, 5] as never[]) {
    await expect(nightsift.scan(library, paths)).rejects.toMatchObject({ code: 'wrongUse' });
  }
  await expect(nightsift.TrainedModel.open(library, 'nobody')).rejects.toMatchObject({ code: 'notFound' });
  expect(() => nightsift.promote(library, 'nobody')).toThrow(expect.objectContaining({ code: 'notFound' }));
  await library.close();
  const again = nightsift.openLibrary(place.folder);
  await again.close();
  place.remove();
});

test('a stranger is not taken for a library', async () => {
  const stranger = { directory: '/x', close: async () => undefined };
  await expect(nightsift.scan(stranger, ['/x'])).rejects.toThrow(/openLibrary/);
});
