import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLibrary } from '../../main/library/open-library.ts';
import { createDataset } from '../../main/workflows/dataset.ts';
import { exportDataset } from '../../main/workflows/dataset-export.ts';
import { scan } from '../../main/workflows/scan.ts';
import { sortSession } from '../../main/workflows/sort.ts';
import { fakeFamily, hashesBelow, writeFrames } from '../workflows/fake-frames/night.ts';

/** A disk of `mebibytes`; null where this user may not mount one. */
function smallDisk(mebibytes: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'nightsift-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function folder(): string {
  const place = mkdtempSync(join(tmpdir(), 'nightsift-disk-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

describe('a full disk', () => {
  it('stops a scan with a clear error, keeps what was finished, and lets it go on', async (context) => {
    const disk = smallDisk(6);
    if (disk === null) return context.skip('mounting a small disk needs the superuser');
    const night = join(folder(), 'night');
    writeFrames(
      night,
      Object.fromEntries(Array.from({ length: 60 }, (_, serial) => [`f${serial}.fits`, { serial }])),
    );
    const directory = join(disk, 'library');
    openLibrary(directory).close();
    const ballast = join(disk, 'ballast');
    const filling: Buffer[] = [];
    // leave about a hundred KiB
    for (let size = 4096; size > 0; ) {
      try {
        writeFileSync(ballast, Buffer.concat([...filling, Buffer.alloc(size * 1024)]));
        filling.push(Buffer.alloc(size * 1024));
      } catch {
        size = Math.floor(size / 2) > 64 ? Math.floor(size / 2) : 0;
      }
    }
    writeFileSync(ballast, Buffer.alloc(Math.max(0, Buffer.concat(filling).length - 200 * 1024)));
    const library = openLibrary(directory);
    const failure = await scan({ library, family: fakeFamily }, { paths: [night] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'diskFull' });
    expect((failure as Error).message).toMatch(/No space left/);
    // files that wait to be measured are items too
    const items = library.sessions.items(library.sessions.need('night').id);
    const finished = items.filter(({ contentHash }) => contentHash !== null).length;
    expect(finished).toBeGreaterThan(0);
    expect(finished).toBeLessThan(60);
    expect(library.checkDatabase()).toEqual([]);
    library.close();
    rmSync(ballast);
    const again = openLibrary(directory);
    const { measured, reused } = await scan({ library: again, family: fakeFamily }, { paths: [night] });
    expect(measured + reused).toBe(60);
    expect(reused).toBeGreaterThanOrEqual(finished);
    again.close();
  });

  it('stops sort and export, leaves no half file and every original', async (context) => {
    const disk = smallDisk(1);
    if (disk === null) return context.skip('mounting a small disk needs the superuser');
    const home = folder();
    const night = join(home, 'night');
    const padding = 'x'.repeat(60_000);
    writeFrames(
      night,
      Object.fromEntries(
        Array.from({ length: 40 }, (_, serial) => [
          `f${serial}.fits`,
          { serial, score: serial % 2 ? 0.9 : 0.1, object: padding },
        ]),
      ),
    );
    const originals = hashesBelow(night);
    const library = openLibrary(join(home, 'library'));
    const ports = { library, family: fakeFamily };
    await scan(ports, { paths: [night] });
    await createDataset(ports, { sessions: ['night'] });
    const exporting = exportDataset(library, { dataSet: 'night', into: join(disk, 'out') });
    await expect(exporting).rejects.toMatchObject({ code: 'diskFull' });
    expect(Object.keys(hashesBelow(join(disk, 'out'))).filter((name) => name.includes('.part'))).toEqual([]);
    rmSync(join(disk, 'out'), { recursive: true });
    const moving = sortSession(ports, { session: 'night', into: join(disk, 'sorted'), action: 'move' });
    await expect(moving).rejects.toMatchObject({ code: 'diskFull' });
    const there = { ...hashesBelow(night), ...hashesBelow(join(disk, 'sorted')) };
    expect(Object.values(there).sort()).toEqual(Object.values(originals).sort());
    library.close();
  });
});

describe('a folder that may not be written', () => {
  it('is named in the error', async () => {
    const home = folder();
    mkdirSync(join(home, 'night'));
    writeFileSync(join(home, 'not-a-folder'), 'x');
    writeFrames(join(home, 'night'), { 'a.fits': { serial: 1 } });
    const library = openLibrary(join(home, 'library'));
    const ports = { library, family: fakeFamily };
    await scan(ports, { paths: [join(home, 'night')] });
    const sorting = sortSession(ports, {
      session: 'night',
      into: join(home, 'not-a-folder'),
      action: 'move',
    });
    const outcome = await sorting.catch((error: unknown) => error);
    expect(JSON.stringify([outcome, String(outcome)])).toContain('not-a-folder');
    expect(readFileSync(join(home, 'night/a.fits'), 'utf8')).toBe(JSON.stringify({ serial: 1 }));
    library.close();
  });
});
