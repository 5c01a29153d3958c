import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLibrary } from '../../main/library/open-library.ts';
import { isTemporaryName } from '../../main/library/whole-files.ts';
import { doctor } from '../../main/workflows/doctor.ts';
import { scan } from '../../main/workflows/scan.ts';
import { recoverOperations } from '../../main/workflows/sort.ts';
import type { FakeFrame } from '../workflows/fake-frames/functions.ts';
import { fakeFamily, hashesBelow, writeFrames } from '../workflows/fake-frames/night.ts';
import { type Outcome, runVictim, seededRandom, type Victim } from './kill-harness.ts';

const kills = 20;
const victim = (name: string, ...args: string[]): Victim => ({
  script: new URL(`./victims/${name}.ts`, import.meta.url),
  args,
});

function folderIn(base: string): string {
  const folder = mkdtempSync(join(base, 'nightsift-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function temporaryNames(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isTemporaryName);
}

function frames(count: number, wait: number): Record<string, FakeFrame | string> {
  const scores = [0.9, 0.1, 0.5];
  const night: Record<string, FakeFrame | string> = {};
  for (let serial = 0; serial < count; serial += 1) {
    const name = `light_${String(serial).padStart(4, '0')}`;
    night[`${name}.fits`] = { serial, score: scores[serial % 3], waitMilliseconds: wait };
    if (serial % 4 === 0) night[`${name}.xmp`] = `sidecar of ${serial}`;
  }
  return night;
}

async function killed(
  who: Victim,
  between: readonly [number, number],
  random: () => number,
): Promise<Outcome> {
  const outcome = await runVictim(who, { between, random });
  if (!outcome.killed) expect(outcome.errors).toBe('');
  return outcome;
}

describe(`kill -9, ${kills} times`, () => {
  it('during a scan: no finished measurement is lost, no half file stays, the next start goes on', async () => {
    const folder = folderIn(tmpdir());
    const night = join(folder, 'night');
    writeFrames(night, frames(400, 8));
    const originals = hashesBelow(night);
    const random = seededRandom(11);
    let round = 0;
    let acknowledged = new Set<string>();
    for (let count = 0; count < kills; ) {
      const directory = join(folder, `library${round}`);
      const outcome = await killed(victim('scan-victim', directory, night), [0, 2500], random);
      if (outcome.killed) count += 1;
      for (const file of outcome.acknowledged) acknowledged.add(file);
      const library = openLibrary(directory);
      expect(library.checkDatabase()).toEqual([]);
      expect(temporaryNames(directory)).toEqual([]);
      const session = library.sessions.byName('night');
      const items = new Map(
        session === undefined ? [] : library.sessions.items(session.id).map((item) => [item.file, item]),
      );
      for (const file of acknowledged) {
        const item = items.get(file);
        expect(item?.status, `${file} was acknowledged`).toBe('ok');
        const record = library.measurements.find(item!.contentHash!, fakeFamily.measurementVersion)!
          .recordBlob!;
        expect(library.blobs.get(record).length).toBeGreaterThan(0);
      }
      library.close();
      expect(hashesBelow(night)).toEqual(originals);
      if (!outcome.killed) {
        round += 1; // it came to its end: begin anew
        acknowledged = new Set();
      }
    }
    const library = openLibrary(join(folder, `library${round}`));
    const { measured, reused, report } = await scan({ library, family: fakeFamily }, { paths: [night] });
    expect(measured + reused).toBe(400);
    expect(reused).toBeGreaterThanOrEqual(acknowledged.size);
    expect(report.frames.filter((frame) => frame.status === 'ok')).toHaveLength(400);
    expect((await doctor(library)).healthy).toBe(true);
    library.close();
  });

  it('while labelling: every acknowledged label is there, in order', async () => {
    const folder = folderIn(tmpdir());
    const night = join(folder, 'night');
    const directory = join(folder, 'library');
    writeFrames(night, frames(9, 0));
    const first = openLibrary(directory);
    await scan({ library: first, family: fakeFamily }, { paths: [night], workers: 1 });
    first.close();
    const random = seededRandom(12);
    let next = 0;
    for (let count = 0; count < kills; count += 1) {
      const outcome = await killed(victim('label-victim', directory, String(next)), [0, 250], random);
      expect(outcome.killed).toBe(true);
      const library = openLibrary(directory);
      const said = library.sessions.items(library.sessions.need('night').id).flatMap(({ id, file }) =>
        library.labels
          .history(id)
          .filter((event) => event.author === 'person')
          .map((event) => `${event.by} ${file} ${event.label}`),
      );
      expect(library.checkDatabase()).toEqual([]);
      library.close();
      expect(said).toEqual(expect.arrayContaining([...outcome.acknowledged]));
      next = said.length === 0 ? 0 : Math.max(...said.map((line) => Number(line.split(' ')[0]))) + 1;
    }
    expect(next).toBeGreaterThan(kills);
  });

  it.each([
    ['on one device', tmpdir()],
    ['across devices', existsSync('/dev/shm') ? '/dev/shm' : ''],
  ])(
    'during a move %s and its undo: every byte is somewhere, nothing twice, nothing half',
    async (_where, other) => {
      if (other === '') return; // no second device here to move to
      const folder = folderIn(tmpdir());
      const night = join(folder, 'night');
      const directory = join(folder, 'library');
      const into = join(folderIn(other), 'sorted');
      writeFrames(night, frames(150, 0));
      const originals = hashesBelow(night);
      const contents = Object.values(originals).sort();
      const first = openLibrary(directory);
      await scan({ library: first, family: fakeFamily }, { paths: [night], workers: 2 });
      first.close();
      const random = seededRandom(13);
      let direction: 'move' | 'undo' = 'move';
      let cutOff = 0;
      for (let count = 0; count < kills; ) {
        const outcome = await killed(victim('sort-victim', directory, into, direction), [0, 700], random);
        if (outcome.killed) count += 1;
        const library = openLibrary(directory);
        if (recoverOperations(library).length > 0) cutOff += 1;
        library.close();
        const found = [
          ...Object.values(hashesBelow(night)),
          ...(existsSync(into) ? Object.values(hashesBelow(into)) : []),
        ];
        expect(found.sort()).toEqual(contents);
        expect(temporaryNames(folder)).toEqual([]);
        if (existsSync(into)) expect(temporaryNames(into)).toEqual([]);
        if (outcome.killed) continue;
        if (direction === 'undo') expect(hashesBelow(night)).toEqual(originals);
        else expect(readdirSync(night)).toEqual([]);
        direction = direction === 'move' ? 'undo' : 'move';
      }
      // whatever was cut off last, it can be ended and taken back
      for (const last of direction === 'move' ? ['move', 'undo'] : ['undo']) {
        const outcome = await runVictim(victim('sort-victim', directory, into, last), null);
        expect(outcome.errors).toBe('');
      }
      expect(hashesBelow(night)).toEqual(originals);
      // most of them must have hit an operation in the middle, or nothing was proven
      expect(cutOff).toBeGreaterThan(kills / 4);
    },
  );
});
