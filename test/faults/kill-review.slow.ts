import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLibrary } from '../../main/library/open-library.ts';
import { decisionHistory } from '../../main/workflows/review.ts';
import { scan } from '../../main/workflows/scan.ts';
import { fakeFamily, writeFrames } from '../workflows/fake-frames/night.ts';
import { runVictim, seededRandom } from './kill-harness.ts';

/** NIGHTSIFT_KILLS=200 for the figure that is published; fewer in every run, for the sake of its length. */
const kills = Number(process.env.NIGHTSIFT_KILLS ?? 40);

it(`loses no decision in ${kills} kills -9 of a review`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nightsift-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const night = join(folder, 'night');
  writeFrames(
    night,
    Object.fromEntries(
      Array.from({ length: 40 }, (_, serial) => [`f${serial}.fits`, { serial, score: 0.5 }]),
    ),
  );
  const directory = join(folder, 'library');
  const first = openLibrary(directory);
  await scan({ library: first, family: fakeFamily }, { paths: [night] });
  first.close();

  const random = seededRandom(7);
  const promised = new Map<string, 'decide' | 'undo'>();
  let next = 0;
  for (let count = 0; count < kills; count += 1) {
    const outcome = await runVictim(
      { script: new URL('./victims/review-victim.ts', import.meta.url), args: [directory, String(next)] },
      { between: [0, 120], random },
    );
    expect(outcome.killed, outcome.errors).toBe(true);
    for (const line of outcome.acknowledged) {
      const [serial, kind, id] = line.split(' ');
      promised.set(id, kind as 'decide' | 'undo');
      next = Math.max(next, Number(serial) + 1);
    }
    const library = openLibrary(directory, { lockWaitMilliseconds: 10_000 });
    expect(library.checkDatabase()).toEqual([]);
    const kept = new Map(decisionHistory(library, 'night', 100_000).map((entry) => [entry.id, entry.undone]));
    for (const [id, kind] of promised) {
      expect(kept.has(id), `${id} was acknowledged`).toBe(true);
      if (kind === 'undo') expect(kept.get(id), `${id} was taken back`).toBe(true);
    }
    // one beyond what was acknowledged may be there: killed between the commit and the word
    next = Math.max(next, ...[...kept.keys()].map((id) => Number(id.slice(9)) + 1));
    library.close();
  }
  expect(promised.size).toBeGreaterThan(kills);
});
