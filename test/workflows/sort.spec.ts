import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../main/library/blobs.ts';
import type { FileAction } from '../../main/library/operations.ts';
import { doctor } from '../../main/workflows/doctor.ts';
import { moveFile } from '../../main/workflows/files/move-file.ts';
import { labelFrames } from '../../main/workflows/label.ts';
import { scan } from '../../main/workflows/scan.ts';
import { recoverOperations, sortSession, undoOperation } from '../../main/workflows/sort.ts';
import { hashesBelow, newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
let before: Record<string, string>;
const into = () => join(place.folder, 'sorted');
const sort = (action: FileAction, extra: object = {}) =>
  sortSession(place.ports, { session: 'night', into: into(), action, ...extra });
const tree = (folder: string) => Object.keys(hashesBelow(folder));

beforeEach(async () => {
  place = newPlace();
  writeFrames(place.night, {
    'a.fits': { serial: 1, score: 0.9 },
    'a.xmp': 'stars of a',
    'a.fits.txt': 'remarks on a',
    'ab.txt': 'of another',
    'b.fits': { serial: 2, score: 0.1 },
    'c.fits': { serial: 3, score: 0.5 },
    'sub/a.fits': { serial: 4, score: 0.9 },
    'sub/a.json': '{}',
    'broken.fits': 'no image',
    'dark.fits': { type: 'dark' },
  });
  await scan(place.ports, { paths: [place.night], workers: 1 });
  before = hashesBelow(place.night);
});
afterEach(() => place.close());

it('warns where the next scan would take copies for further frames', async () => {
  const said = async (to: string, action: FileAction) => {
    const told: string[] = [];
    const input = { session: 'night', into: to, action, dryRun: true };
    await sortSession(place.ports, input, { onMessage: (sentence) => void told.push(sentence) });
    return told;
  };
  expect(await said(join(place.night, 'sorted'), 'copy')).toEqual([expect.stringMatching(/next scan/)]);
  expect(await said(join(place.night, 'sorted'), 'move')).toEqual([]);
  expect(await said(`${place.night}-sorted`, 'copy')).toEqual([]);
});

// two clean frames are called a.fits, so both take their path as their name
const sorted = [
  'clean/a.fits',
  'clean/a.fits.txt',
  'clean/a.xmp',
  'clean/sub_a.fits',
  'clean/sub_a.json',
  'contaminated/b.fits',
  'contaminated/broken.fits',
  'review/c.fits',
];

describe('sort', () => {
  it('by dry run touches nothing and says all', async () => {
    const outcome = await sort('move', { dryRun: true });
    expect(outcome).toMatchObject({
      operation: null,
      dryRun: true,
      counts: { clean: 2, contaminated: 2, review: 1 },
    });
    expect(
      outcome.files
        .filter((file) => file.sidecar)
        .map((file) => file.from.slice(place.night.length + 1))
        .sort(),
    ).toEqual(['a.fits.txt', 'a.xmp', 'sub/a.json']);
    expect(hashesBelow(place.night)).toEqual(before);
    expect(existsSync(into())).toBe(false);
  });

  it.each(['copy', 'symlink', 'move'] as const)(
    'by %s puts frames and sidecars in place, and undo takes them back',
    async (action) => {
      const { operation, refused } = await sort(action);
      expect(refused).toEqual([]);
      const names = readdirSync(into(), { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(into().length + 1))
        .sort();
      expect(names).toEqual(sorted);
      if (action === 'symlink')
        expect(readlinkSync(join(into(), 'review/c.fits'))).toBe(join(place.night, 'c.fits'));
      if (action === 'move') expect(tree(place.night)).toEqual(['ab.txt', 'dark.fits']);
      else expect(hashesBelow(place.night)).toEqual(before);
      if (action === 'copy') expect(hashesBelow(into())['review/c.fits']).toBe(before['c.fits']);
      const undone = await undoOperation(place.ports.library, undefined);
      expect(undone).toEqual({ operation, restored: 8, left: [] });
      expect(hashesBelow(place.night)).toEqual(before);
      expect(tree(into())).toEqual([]);
      await expect(undoOperation(place.ports.library, operation!)).rejects.toMatchObject({
        code: 'conflict',
      });
      await expect(undoOperation(place.ports.library, undefined)).rejects.toMatchObject({ code: 'notFound' });
    },
  );

  it.each(['copy', 'symlink', 'move'] as const)('by %s done again does nothing more', async (action) => {
    await sort(action);
    const again = await sort(action);
    expect(again.files).toEqual([]);
    expect(again.refused).toEqual([]);
    if (action !== 'symlink') expect(tree(into())).toEqual(sorted);
    else expect(existsSync(join(into(), 'clean/sub_a.json'))).toBe(true);
  });

  it('never overwrites: a stranger in the way stops it before anything is touched', async () => {
    mkdirSync(join(into(), 'review'), { recursive: true });
    writeFileSync(join(into(), 'review/c.fits'), 'mine');
    await expect(sort('move')).rejects.toMatchObject({ code: 'wouldOverwrite' });
    expect(hashesBelow(place.night)).toEqual(before);
    expect(readFileSync(join(into(), 'review/c.fits'), 'utf8')).toBe('mine');
  });

  it('refuses to sort into what is a file', async () => {
    writeFileSync(into(), 'notes');
    await expect(sort('copy')).rejects.toMatchObject({ code: 'wrongUse' });
    expect(readFileSync(into(), 'utf8')).toBe('notes');
  });

  it('leaves what changed, vanished or is a link, and says so', async () => {
    writeFileSync(join(place.night, 'b.fits'), 'rewritten');
    rmSync(join(place.night, 'c.fits'));
    rmSync(join(place.night, 'sub/a.fits'));
    symlinkSync(join(place.night, 'a.fits'), join(place.night, 'sub/a.fits'));
    const { refused } = await sort('move');
    expect(refused.map(({ file }) => file.slice(place.night.length + 1)).sort()).toEqual([
      'b.fits',
      'c.fits',
      'sub/a.fits',
    ]);
    expect(readFileSync(join(place.night, 'b.fits'), 'utf8')).toBe('rewritten');
    expect(lstatSync(join(place.night, 'sub/a.fits')).isSymbolicLink()).toBe(true);
  });

  it("follows a person's label and the promoted model, as they are now", async () => {
    labelFrames(place.ports.library, 'night', [{ file: 'b.fits', label: 'clean' }], 'Ada');
    const predictOpinion = async (items: readonly { file: string }[]) => ({
      model: 'm@1',
      scores: items.map(({ file }) => (file === 'c.fits' ? 0.95 : null)),
    });
    const outcome = await sortSession(
      { ...place.ports, predictOpinion },
      { session: 'night', into: into(), action: 'copy' },
    );
    expect(outcome.counts).toEqual({ clean: 4, contaminated: 1, review: 0 });
    expect(tree(into())).toContain('clean/c.fits');
  });

  it('undo leaves a copy that was edited, and puts a moved file back as it is now', async () => {
    await sort('copy');
    writeFileSync(join(into(), 'review/c.fits'), 'edited');
    const undone = await undoOperation(place.ports.library, undefined);
    expect(undone.left).toMatchObject([{ file: join(place.night, 'c.fits') }]);
    expect(readFileSync(join(into(), 'review/c.fits'), 'utf8')).toBe('edited');
    rmSync(into(), { recursive: true });
    await undoOperation(place.ports.library, undefined); // the rest of it
    await sort('move');
    writeFileSync(join(into(), 'review/c.fits'), 'edited');
    writeFileSync(join(place.night, 'b.fits'), 'a new one came');
    const back = await undoOperation(place.ports.library, undefined);
    expect(readFileSync(join(place.night, 'c.fits'), 'utf8')).toBe('edited');
    expect(back.left).toMatchObject([{ file: join(place.night, 'b.fits') }]);
    expect(readFileSync(join(place.night, 'b.fits'), 'utf8')).toBe('a new one came');
    expect(existsSync(join(into(), 'contaminated/b.fits'))).toBe(true);
  });

  it('cancelled, is gone on with by the same command under the same name', async () => {
    const stop = new AbortController();
    const stopped = sortSession(
      place.ports,
      { session: 'night', into: into(), action: 'move' },
      { signal: stop.signal, onProgress: ({ done }) => done === 3 && stop.abort() },
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(tree(into()).length).toBe(3);
    place.reopen();
    const health = await doctor(place.ports.library);
    expect(health.findings.find((finding) => finding.check === 'operations')).toMatchObject({ ok: false });
    const { operation } = await sort('move');
    expect(operation).toMatch(/^op-/);
    expect(tree(into())).toEqual(sorted);
    expect((await undoOperation(place.ports.library, operation!)).restored).toBe(8);
    expect(hashesBelow(place.night)).toEqual(before);
    expect((await doctor(place.ports.library)).healthy).toBe(true);
  });
});

describe('a move cut off', () => {
  const from = () => join(place.night, 'a.fits');
  const to = () => join(into(), 'a.fits');
  const contentHash = () => sha256(readFileSync(from()));
  beforeEach(() => mkdirSync(into()));

  it('between the two names is finished, only if it was ours', () => {
    const hash = contentHash();
    linkSync(from(), to());
    expect(() => moveFile(from(), to(), { contentHash: hash, resuming: false })).toThrow(/exists already/);
    moveFile(from(), to(), { contentHash: hash, resuming: true });
    expect(existsSync(from())).toBe(false);
    moveFile(from(), to(), { contentHash: hash, resuming: true });
    expect(sha256(readFileSync(to()))).toBe(hash);
  });

  it('after the copy is finished, and never over another file', () => {
    const hash = contentHash();
    writeFileSync(to(), 'a stranger');
    expect(() => moveFile(from(), to(), { contentHash: hash, resuming: true })).toThrow(/exists already/);
    writeFileSync(to(), readFileSync(from()));
    moveFile(from(), to(), { contentHash: hash, resuming: true });
    expect(existsSync(from())).toBe(false);
    expect(sha256(readFileSync(to()))).toBe(hash);
  });

  it('across devices copies, compares and only then removes', () => {
    const hash = contentHash();
    expect(() => moveFile(from(), to(), { contentHash: 'other', resuming: false, alwaysCopy: true })).toThrow(
      /no longer holds/,
    );
    expect(existsSync(from())).toBe(true);
    expect(readdirSync(into())).toEqual([]);
    moveFile(from(), to(), { contentHash: hash, resuming: false, alwaysCopy: true });
    expect(existsSync(from())).toBe(false);
    expect(sha256(readFileSync(to()))).toBe(hash);
  });

  it('leaves no half file: recovery sweeps what a killed copy left', async () => {
    const { library } = place.ports;
    const operation = library.operations.plan({ action: 'copy', sessionId: null, destination: into() }, [
      { source: from(), target: to(), role: 'frame', contentHash: contentHash() },
    ]);
    library.operations.setStatus(operation.id, 'running');
    library.operations.setFile(operation.id, 0, { status: 'started' });
    writeFileSync(join(into(), '.nightsift-0123456789abcdef.part'), 'half');
    recoverOperations(library);
    expect(readdirSync(into())).toEqual([]);
    expect(library.operations.files(operation.id)[0].status).toBe('planned');
  });
});
