import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctor } from '../../main/workflows/doctor.ts';
import { scan } from '../../main/workflows/scan.ts';
import { newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(async () => {
  place = newPlace();
  writeFrames(place.night, { 'a.fits': { serial: 1 }, 'b.fits': { serial: 2 } });
  await scan(place.ports, { paths: [place.night] });
});
afterEach(() => place.close());

const finding = async (check: string) =>
  (await doctor(place.ports.library)).findings.find((each) => each.check === check)!;

describe('doctor', () => {
  it('finds a sound library sound, and says what it looked at', async () => {
    const { healthy, findings } = await doctor(place.ports.library, [
      () => ({ check: 'engine', ok: true, sentence: 'It runs.' }),
    ]);
    expect(healthy).toBe(true);
    expect(findings.map((each) => each.check)).toEqual([
      'database',
      'files',
      'operations',
      'disk',
      'machine',
      'engine',
    ]);
  });

  it('counts files that nothing names', async () => {
    place.ports.library.blobs.put(new Uint8Array(2 ** 20));
    expect((await finding('files')).sentence).toMatch(
      /2 stored files have their content; 1 \(1\.0 MiB\) are not in use/,
    );
  });

  it('names files that are missing or damaged', async () => {
    const { library } = place.ports;
    const [one, two] = [...library.referencedBlobs()].map((hash) => library.blobs.pathOf(hash));
    rmSync(one);
    writeFileSync(two, 'scratched');
    expect(await finding('files')).toMatchObject({
      ok: false,
      sentence: 'Of 2 stored files 1 are missing and 1 damaged.',
    });
    expect((await doctor(library)).healthy).toBe(false);
  });

  it('is healthy only if every check is', async () => {
    const failing = await doctor(place.ports.library, [
      () => ({ check: 'engine', ok: false, sentence: 'It does not run.' }),
    ]);
    expect(failing.healthy).toBe(false);
  });

  it('stops when it is told to', async () => {
    const stopped = doctor(place.ports.library, [], { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });
});
