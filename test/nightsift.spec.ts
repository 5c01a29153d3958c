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
  await expect(nightsift.TrainedModel.open(library, 'nobody')).rejects.toMatchObject({ code: 'notFound' });
  expect(() => nightsift.promote(library, 'nobody')).toThrow(expect.objectContaining({ code: 'notFound' }));
  await library.close();
  const again = nightsift.openLibrary(place.folder);
  await again.close();
  place.remove();
});

test('a stranger is not taken for a library', () => {
  const stranger = { directory: '/x', close: async () => undefined };
  expect(() => nightsift.scan(stranger, ['/x'])).toThrow(/openLibrary/);
});
