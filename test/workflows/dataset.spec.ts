import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetVersion } from '../../main/library/datasets.ts';
import { createDataset, diffDatasets, listDatasets, showDataset } from '../../main/workflows/dataset.ts';
import { exportDataset } from '../../main/workflows/dataset-export.ts';
import { verifyDataset } from '../../main/workflows/dataset-verify.ts';
import {
  decodeTensors,
  encodeTensors,
  preparedTensors,
} from '../../main/workflows/datasets/prepared-tensors.ts';
import { labelFrames } from '../../main/workflows/label.ts';
import { scan } from '../../main/workflows/scan.ts';
import { sortSession } from '../../main/workflows/sort.ts';
import { hashesBelow, newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

/** Frames one minute apart from `start`; every third contaminated, every tenth in review. */
async function scannedNight(name: string, start: string, frames = 20, object = 'M 31'): Promise<void> {
  const folder = join(place.folder, name);
  const begin = Date.parse(start);
  const serial = Number.parseInt(start.replaceAll(/\D/g, '').slice(2, 10), 10);
  writeFrames(
    folder,
    Object.fromEntries(
      Array.from({ length: frames }, (_, index) => [
        `light_${String(index).padStart(3, '0')}.fits`,
        {
          object,
          serial: serial * 1000 + index,
          score: index % 10 === 9 ? 0.5 : index % 3 === 0 ? 0.1 : 0.9,
          dateObs: new Date(begin + index * 60_000).toISOString(),
        },
      ]),
    ),
  );
  await scan(place.ports, { paths: [folder], workers: 1 });
}

async function fiveNights(): Promise<DatasetVersion> {
  for (let day = 1; day <= 5; day += 1) await scannedNight(`night${day}`, `2026-01-0${day}T22:00:00Z`);
  return createDataset(place.ports, {
    sessions: ['night1', 'night2', 'night3', 'night4', 'night5'],
    name: 'all',
  });
}

describe('data sets', () => {
  it('keep target-nights together, never use a model, and hold what is in review apart', async () => {
    const version = await fiveNights();
    const items = place.ports.library.datasets.items(version.id);
    expect(items).toHaveLength(100);
    const byNight = new Map<string, Set<string>>();
    for (const { session, split } of items) {
      if (split !== 'review') byNight.set(session, (byNight.get(session) ?? new Set()).add(split));
    }
    for (const splits of byNight.values()) expect(splits.size).toBe(1);
    expect(new Set([...byNight.values()].flatMap((splits) => [...splits]))).toEqual(
      new Set(['train', 'validation', 'test']),
    );
    expect(items.filter((item) => item.split === 'review').every((item) => item.label === 'review')).toBe(
      true,
    );
    expect(version.metadata).toMatchObject({
      withinNight: false,
      groups: 5,
      classes: ['clean', 'contaminated'],
    });
    expect(listDatasets(place.ports.library)).toMatchObject([
      { name: 'all', version: 1, items: 100, withinNight: false },
    ]);
  });

  it('are named by their content: same labels same hash, one label more another', async () => {
    await scannedNight('night', '2026-01-01T22:00:00Z', 30);
    const { library } = place.ports;
    const first = await createDataset(place.ports, { sessions: ['night'] });
    const again = await createDataset(place.ports, { sessions: ['night'] });
    expect(again).toEqual(first);
    expect(first.metadata.withinNight).toBe(true);
    labelFrames(
      library,
      'night',
      [
        { file: 'light_009.fits', label: 'clean' },
        { file: 'light_001.fits', label: 'contaminated' },
      ],
      'Ada',
    );
    const second = await createDataset(place.ports, { sessions: ['night'] });
    expect(second.version).toBe(2);
    expect(second.hash).not.toBe(first.hash);
    expect(second.metadata.personLabelled).toBe(2);
    const { items } = showDataset(library, 'night@2');
    expect(items.find((item) => item.file === 'light_001.fits')).toMatchObject({
      label: 'contaminated',
      labelledBy: 'person',
    });
    const difference = diffDatasets(library, 'night@1', 'night');
    expect(difference.relabelled).toContainEqual({
      file: 'light_001.fits',
      before: 'clean',
      after: 'contaminated',
    });
    expect(difference.relabelled).toHaveLength(2);
    expect(library.datasets.need(second.hash.slice(0, 12)).version).toBe(2);
    expect(() => library.datasets.need('other')).toThrow(/no data set "other"/);
  });

  it('count copies once, the one a person labelled, and refuse to be made without both classes', async () => {
    await scannedNight('night', '2026-01-01T22:00:00Z', 20);
    const copy = join(place.folder, 'copy');
    mkdirSync(copy);
    for (const name of ['light_001.fits', 'light_002.fits']) {
      writeFileSync(join(copy, name), readFileSync(join(place.folder, 'night', name)));
    }
    await scan(place.ports, { paths: [copy] });
    labelFrames(place.ports.library, 'copy', [{ file: 'light_001.fits', label: 'contaminated' }], 'Ada');
    const version = await createDataset(place.ports, { sessions: ['night', 'copy'] });
    const items = place.ports.library.datasets.items(version.id);
    expect(items).toHaveLength(20);
    expect(items.filter((item) => item.labelledBy === 'person')).toMatchObject([
      { session: 'copy', label: 'contaminated' },
    ]);
    const clean = join(place.folder, 'clean');
    writeFrames(clean, { 'a.fits': { serial: 1 } });
    await scan(place.ports, { paths: [clean] });
    await expect(createDataset(place.ports, { sessions: ['clean'] })).rejects.toMatchObject({
      code: 'notEnoughData',
    });
    await expect(createDataset(place.ports, { sessions: ['night'], testShare: 0.9 })).rejects.toMatchObject({
      code: 'wrongUse',
    });
  });

  it('verify tells files that changed or went from those that are as they were', async () => {
    await scannedNight('night', '2026-01-01T22:00:00Z', 20);
    const version = await createDataset(place.ports, { sessions: ['night'] });
    const { library } = place.ports;
    expect(await verifyDataset(library, 'night')).toEqual({ dataSet: 'night@1', checked: 20, problems: [] });
    writeFileSync(join(place.folder, 'night', 'light_003.fits'), 'other');
    rmSync(join(place.folder, 'night', 'light_004.fits'));
    const record = library.datasets.items(version.id)[7].recordBlob;
    library.blobs.remove(record);
    const { problems } = await verifyDataset(library, 'night');
    expect(problems.map(({ file, problem }) => [file, problem.split(':')[0]])).toEqual([
      ['light_003.fits', 'changed since it was labelled'],
      ['light_004.fits', 'missing'],
      ['light_007.fits', 'its measurements are missing from the library'],
    ]);
  });
});

describe('export', () => {
  const into = () => join(place.folder, 'out');
  beforeEach(async () => {
    await scannedNight('night', '2026-01-01T22:00:00Z', 20);
    await createDataset(place.ports, { sessions: ['night'] });
  });

  it.each(['copy', 'symlink', 'hardlink'] as const)(
    'by %s makes folders of splits and classes',
    async (action) => {
      const before = hashesBelow(join(place.folder, 'night'));
      const { files, warnings } = await exportDataset(place.ports.library, {
        dataSet: 'night',
        into: into(),
        action,
      });
      expect(readdirSync(into()).sort()).toEqual(['metadata.json', 'review', 'test', 'train', 'validation']);
      const metadata = JSON.parse(readFileSync(join(into(), 'metadata.json'), 'utf8'));
      expect(metadata.items).toHaveLength(files);
      for (const { path, contentHash } of metadata.items) {
        const exported = join(into(), path);
        expect(before[metadata.items.find((item: { path: string }) => item.path === path).file]).toBe(
          contentHash,
        );
        if (action === 'symlink') expect(existsSync(readlinkSync(exported))).toBe(true);
        if (action === 'hardlink') expect(statSync(exported).nlink).toBe(2);
        if (action === 'copy') expect(statSync(exported).nlink).toBe(1);
      }
      expect(warnings.length).toBe(action === 'hardlink' ? 1 : 0);
      expect(hashesBelow(join(place.folder, 'night'))).toEqual(before);
    },
  );

  it('warns where the next scan would take the copies for further frames', async () => {
    const inside = join(place.folder, 'night', 'laid-out');
    const { warnings } = await exportDataset(place.ports.library, { dataSet: 'night', into: inside });
    expect(warnings).toEqual([expect.stringMatching(/next scan/)]);
  });

  it('refuses a file for a folder before anything is written', async () => {
    writeFileSync(into(), 'mine');
    const exporting = exportDataset(place.ports.library, { dataSet: 'night', into: into() });
    await expect(exporting).rejects.toMatchObject({
      code: 'wrongUse',
      message: expect.stringContaining('is a file'),
    });
    expect(readFileSync(into(), 'utf8')).toBe('mine');
  });

  it('goes on where it was stopped and never overwrites', async () => {
    const { library } = place.ports;
    const stop = new AbortController();
    const stopped = exportDataset(
      library,
      { dataSet: 'night', into: into() },
      {
        signal: stop.signal,
        onProgress: ({ done }) => done === 5 && stop.abort(),
      },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(join(into(), 'metadata.json'))).toBe(false);
    const { files } = await exportDataset(library, { dataSet: 'night', into: into() });
    expect(Object.keys(hashesBelow(into()))).toHaveLength(files + 1);
    const victim = Object.keys(hashesBelow(into())).find((name) => name.startsWith('train'))!;
    writeFileSync(join(into(), victim), 'mine');
    await expect(exportDataset(library, { dataSet: 'night', into: into() })).rejects.toMatchObject({
      code: 'wouldOverwrite',
    });
    expect(readFileSync(join(into(), victim), 'utf8')).toBe('mine');
  });

  it('and verify find frames where a sort has moved them', async () => {
    const { library } = place.ports;
    await sortSession(place.ports, { session: 'night', into: join(place.folder, 'sorted'), action: 'move' });
    expect((await verifyDataset(library, 'night')).problems).toEqual([]);
    const { files } = await exportDataset(library, { dataSet: 'night', into: into() });
    expect(Object.keys(hashesBelow(into()))).toHaveLength(files + 1);
  });

  it('refuses a file that is no longer the one that was labelled', async () => {
    writeFileSync(join(place.folder, 'night', 'light_001.fits'), 'other');
    const exporting = exportDataset(place.ports.library, { dataSet: 'night', into: into() });
    await expect(exporting).rejects.toMatchObject({ code: 'verifyFailed' });
    expect(Object.keys(hashesBelow(into())).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

describe('prepared tensors', () => {
  const tensors = {
    ids: ['a', 'b', 'c'],
    inputs: [
      { name: 'image', shape: [1, 3, 1], data: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
      { name: 'features', shape: [2], data: Float32Array.from([0.5, Number.NaN, 1, 2, 3, 4]) },
    ],
    classes: ['clean', 'contaminated'],
    labels: Int32Array.from([0, 1, -1]),
    split: Uint8Array.from([0, 1, 3]),
    personLabelled: Uint8Array.from([1, 0, 0]),
  };

  it('come back the same from their bytes, wherever these lie', () => {
    const bytes = encodeTensors(tensors);
    expect(decodeTensors(bytes)).toEqual(tensors);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeTensors(shifted.subarray(3))).toEqual(tensors);
    expect(() => decodeTensors(bytes.subarray(0, bytes.length - 1))).toThrow(/cut short/);
  });

  it('are built once, and again when the file was damaged', async () => {
    const { library } = place.ports;
    let built = 0;
    const build = async () => {
      built += 1;
      return tensors;
    };
    const ask = (recipe: string) => preparedTensors(library, 'hash', recipe, build);
    expect(await ask('112')).toEqual(tensors);
    expect(await ask('112')).toEqual(tensors);
    expect(built).toBe(1);
    await ask('224');
    expect(built).toBe(2);
    writeFileSync(library.blobs.pathOf(library.datasets.preparedTensors('hash', '112')!), 'broken');
    expect(await ask('112')).toEqual(tensors);
    expect(built).toBe(3);
  });
});
