import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScannedFrame, ScanReport } from '../../contract/scan-report.ts';
import { scan } from '../../main/workflows/scan.ts';
import { listSessions } from '../../main/workflows/sessions.ts';
import { hashesBelow, newPlace, type Place, threadedFamily, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

const frame = (report: ScanReport, file: string): ScannedFrame => {
  const found = report.frames.find((each) => each.file === file);
  expect(found, `${file} is in the report`).toBeDefined();
  return found!;
};

const threaded = () => ({ ...place.ports, family: threadedFamily });

describe('scan', () => {
  it('answers every file with measurements, score, label and who said so', async () => {
    writeFrames(place.night, {
      'a.fits': { score: 0.9, serial: 1 },
      'b.fit': { score: 0.1, serial: 2, finding: 'trail' },
      'c.fits.gz': { score: 0.5, serial: 3 },
      'bad.fits': { bad: true },
      'text.fits': 'hello',
      'empty.fits': '',
      'flats/f.fits': { type: 'flat' },
      'notes.txt': 'clouds at two',
      '._a.fits': 'finder data',
      noextension: 'SIMPLE  =  not really',
    });
    const before = hashesBelow(place.night);
    const { report, session, measured } = await scan(place.ports, { paths: [place.night] });
    expect(report.frames.map((each) => each.file)).toEqual(
      [...report.frames.map((each) => each.file)].sort(),
    );
    expect(frame(report, 'a.fits')).toMatchObject({
      status: 'ok',
      label: 'clean',
      labelledBy: 'prefilter',
      score: 0.9,
      width: 4,
      measurements: { fwhm: 3, transparency: 1 },
      opinions: [{ author: 'prefilter', label: 'clean', score: 0.9 }],
    });
    expect(frame(report, 'b.fit')).toMatchObject({ label: 'contaminated', findings: [{ code: 'trail' }] });
    expect(frame(report, 'c.fits.gz').label).toBe('review');
    expect(frame(report, 'bad.fits')).toMatchObject({
      status: 'failed',
      label: 'contaminated',
      score: 0,
      error: { code: 'badHeader' },
      findings: [{ code: 'unreadable' }],
    });
    expect(frame(report, 'text.fits').error?.code).toBe('notAnImage');
    expect(frame(report, 'empty.fits').error?.code).toBe('empty');
    expect(frame(report, 'noextension').status).toBe('failed');
    expect(frame(report, 'flats/f.fits')).toMatchObject({ status: 'skipped', label: null });
    expect(frame(report, 'flats/f.fits').reason).toMatch(/flat/);
    expect(frame(report, 'notes.txt').reason).toMatch(/not an image/);
    expect(frame(report, '._a.fits').reason).toMatch(/hidden/);
    expect(report.frames).toHaveLength(10);
    expect(session).toMatchObject({
      name: 'night',
      clean: 1,
      contaminated: 5,
      review: 1,
      failed: 4,
      skipped: 3,
    });
    expect(measured).toBe(8);
    expect(hashesBelow(place.night)).toEqual(before);
  });

  it('judges by the policy as the person changed it, and keeps it with the session', async () => {
    writeFrames(place.night, { 'a.fits': { serial: 1, score: 0.1, finding: 'trail' } });
    const paths = [place.night];
    const first = await scan(place.ports, { paths });
    expect(first.report).toMatchObject({ policy: 'strict', frames: [{ label: 'contaminated' }] });
    expect(first.report.policyChanges).toBeUndefined();
    const policyChanges = { trail: 'advisory' } as const;
    const changed = await scan(place.ports, { paths, policy: 'stacking', policyChanges });
    expect(changed.report).toMatchObject({ policy: 'stacking', policyChanges, frames: [{ label: 'clean' }] });
    expect(changed.session).toMatchObject({ policy: 'stacking', policyChanges });
    const again = await scan(place.ports, { paths });
    expect(again.report).toMatchObject({ policy: 'stacking', policyChanges, frames: [{ label: 'clean' }] });
    const preset = await scan(place.ports, { paths, policy: 'strict' });
    expect(preset.report).toMatchObject({ policy: 'strict', frames: [{ label: 'contaminated' }] });
    expect(preset.session.policyChanges).toBeUndefined();
  });

  it('measures only what is new or changed, also after a rename or a copy', async () => {
    writeFrames(place.night, { 'a.fits': { serial: 1 }, 'b.fits': { serial: 2 } });
    const first = await scan(place.ports, { paths: [place.night] });
    expect(first).toMatchObject({ measured: 2, reused: 0 });
    place.reopen();
    expect(await scan(place.ports, { paths: [place.night] })).toMatchObject({ measured: 0, reused: 2 });
    writeFrames(place.night, { 'b.fits': { serial: 3 }, 'c.fits': { serial: 4 } });
    renameSync(join(place.night, 'a.fits'), join(place.night, 'z.fits'));
    const second = await scan(place.ports, { paths: [place.night] });
    expect(second).toMatchObject({ measured: 2, reused: 1 });
    expect(second.report.frames.map((each) => each.file)).toEqual(['b.fits', 'c.fits', 'z.fits']);
    expect(second.session.name).toBe(first.session.name);
    expect(await scan(place.ports, { paths: [place.night], force: true })).toMatchObject({ measured: 3 });
    const newer = { ...place.ports, family: { ...place.ports.family, measurementVersion: 'm2' } };
    expect(await scan(newer, { paths: [place.night] })).toMatchObject({ measured: 3 });
  });

  it('makes stored measurements anew when their file is lost or damaged', async () => {
    writeFrames(place.night, { 'a.fits': { serial: 1 }, 'b.fits': { serial: 2 }, 'c.fits': { serial: 3 } });
    await scan(place.ports, { paths: [place.night], workers: 1 });
    const { library } = place.ports;
    const [one, two] = [...library.referencedBlobs()].map((hash) => library.blobs.pathOf(hash));
    rmSync(one);
    writeFileSync(two, 'scratched');
    const { report, measured, reused } = await scan(place.ports, { paths: [place.night], workers: 1 });
    expect({ measured, reused }).toEqual({ measured: 2, reused: 1 });
    expect(report.frames.map((each) => each.label)).toEqual(['clean', 'clean', 'clean']);
  });

  it('survives workers that crash or never answer, file by file', async () => {
    writeFrames(place.night, { 'a.fits': { crash: true }, 'b.fits': { serial: 2 }, 'c.fits': { serial: 3 } });
    const { report } = await scan(threaded(), { paths: [place.night], workers: 2 });
    expect(frame(report, 'a.fits')).toMatchObject({ status: 'failed', error: { code: 'crashed' }, score: 0 });
    expect(frame(report, 'b.fits').status).toBe('ok');
    // a crash may be of the moment: the next scan tries again
    writeFrames(place.night, { 'a.fits': { serial: 1 } });
    const again = await scan(threaded(), { paths: [place.night] });
    expect(frame(again.report, 'a.fits').status).toBe('ok');
  });

  it('follows links once and is not caught in loops', async () => {
    writeFrames(place.night, { 'one/a.fits': { serial: 1 } });
    symlinkSync(place.night, join(place.night, 'one', 'loop'));
    symlinkSync(join(place.night, 'one', 'a.fits'), join(place.night, 'link.fits'));
    symlinkSync(join(place.night, 'nowhere'), join(place.night, 'dangling.fits'));
    const { report } = await scan(place.ports, { paths: [place.night, place.night] });
    expect(report.frames.map((each) => [each.file, each.status])).toEqual([
      ['dangling.fits', 'skipped'],
      ['link.fits', 'skipped'],
      ['one/a.fits', 'ok'],
    ]);
    expect(frame(report, 'link.fits').reason).toBe('the same file as one/a.fits');
  });

  it('makes no session of a folder without files', async () => {
    await expect(scan(place.ports, { paths: [place.night] })).rejects.toMatchObject({ code: 'notFound' });
    symlinkSync(place.folder, join(place.night, 'out'));
    await expect(scan(place.ports, { paths: [place.night] })).rejects.toThrow(/no frames \(out: a link to/);
    expect(place.ports.library.sessions.list()).toEqual([]);
  });

  it('names links to folders that nobody named, and takes nothing of them', async () => {
    const elsewhere = join(place.folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'other.fits'), 'x');
    writeFrames(place.night, { 'a.fits': { serial: 1 } });
    symlinkSync(elsewhere, join(place.night, 'out'));
    const { report } = await scan(place.ports, { paths: [place.night] });
    expect(report.frames.map((each) => [each.file, each.status])).toEqual([
      ['a.fits', 'ok'],
      ['out', 'skipped'],
    ]);
    expect(frame(report, 'out').reason).toContain(`${elsewhere}, which is not followed`);
  });

  it('answers files that cannot be opened or vanish while it works', async () => {
    writeFrames(place.night, { 'a.fits': { serial: 1, waitMilliseconds: 300 }, 'b.fits': { serial: 2 } });
    writeFrames(place.night, { 'locked.fits': { serial: 3 } });
    mkdirSync(join(place.night, 'closed'));
    chmodSync(join(place.night, 'locked.fits'), 0);
    const isRoot = process.getuid?.() === 0;
    const scanning = scan(
      threaded(),
      { paths: [place.night], workers: 1 },
      {
        onProgress: ({ phase, done }) => {
          if (phase === 'measuring' && done === 0) rmSync(join(place.night, 'b.fits'), { force: true });
        },
      },
    );
    const { report } = await scanning;
    expect(frame(report, 'a.fits').status).toBe('ok');
    expect(frame(report, 'b.fits')).toMatchObject({ status: 'failed', error: { code: 'cannotOpen' } });
    // the superuser may read anything, so only others see the refusal
    expect(frame(report, 'locked.fits').status).toBe(isRoot ? 'ok' : 'failed');
    chmodSync(join(place.night, 'locked.fits'), 0o600);
  });

  it('keeps what is finished when it is cancelled, and goes on', async () => {
    writeFrames(
      place.night,
      Object.fromEntries(
        Array.from({ length: 12 }, (_, serial) => [`f${serial}.fits`, { serial, waitMilliseconds: 20 }]),
      ),
    );
    const stop = new AbortController();
    const cancelled = scan(
      threaded(),
      { paths: [place.night], workers: 1 },
      {
        signal: stop.signal,
        onProgress: ({ done, phase }) => {
          if (phase === 'measuring' && done === 4) stop.abort();
        },
      },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const [left] = listSessions(place.ports.library);
    expect(left).toMatchObject({ items: 12, skipped: 0, failed: 0 });
    expect(left!.waiting).toBeGreaterThan(0);
    expect(left!.waiting).toBeLessThanOrEqual(8);
    const { measured, reused, session } = await scan(place.ports, { paths: [place.night] });
    expect(session.waiting).toBe(0);
    expect(reused).toBeGreaterThanOrEqual(4);
    expect(measured + reused).toBe(12);
  });

  it('keeps sessions apart and refuses a name that means another folder', async () => {
    const other = join(place.folder, 'elsewhere', 'night');
    writeFrames(place.night, { 'a.fits': { serial: 1 } });
    writeFrames(other, { 'a.fits': { serial: 2 } });
    const one = await scan(place.ports, { paths: [place.night] });
    const two = await scan(place.ports, { paths: [other] });
    expect([one.session.name, two.session.name]).toEqual(['night', 'night-2']);
    await expect(scan(place.ports, { paths: [other], session: 'night' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(scan(place.ports, { paths: [join(place.folder, 'none')] })).rejects.toMatchObject({
      code: 'notFound',
    });
  });

  it('takes one file of a night and leaves the others as they were', async () => {
    writeFrames(place.night, { 'a.fits': { serial: 1 }, 'b.fits': { serial: 2 } });
    await scan(place.ports, { paths: [place.night] });
    writeFileSync(join(place.night, 'a.fits'), JSON.stringify({ serial: 9, score: 0.2 }));
    const { report, session } = await scan(place.ports, { paths: [join(place.night, 'a.fits')] });
    expect(report.frames.map((each) => [each.file, each.label])).toEqual([['a.fits', 'contaminated']]);
    expect(session).toMatchObject({ name: 'night', items: 2, clean: 1 });
  });
});

describe('who decides', () => {
  const opinion =
    (score: number | null, model = 'judge@1') =>
    async (items: readonly unknown[]) => ({
      model,
      scores: items.map(() => score),
    });

  it('the promoted model before the prefilter, review where they are opposite, all opinions kept', async () => {
    writeFrames(place.night, {
      'clean.fits': { serial: 1, score: 0.9 },
      'unsure.fits': { serial: 2, score: 0.5 },
      'truncated.fits': { serial: 3, score: 0.2, finding: 'truncated' },
    });
    const ports = { ...place.ports, predictOpinion: opinion(0.05) };
    const { report } = await scan(ports, { paths: [place.night] });
    expect(frame(report, 'clean.fits')).toMatchObject({
      label: 'review',
      labelledBy: 'model',
      opinions: [
        { author: 'prefilter', label: 'clean', score: 0.9 },
        { author: 'model', label: 'contaminated', score: 0.05, by: 'judge@1' },
      ],
    });
    expect(frame(report, 'clean.fits').score).toBeCloseTo(0.475);
    expect(frame(report, 'unsure.fits')).toMatchObject({
      label: 'contaminated',
      labelledBy: 'model',
      score: 0.05,
    });
    expect(frame(report, 'truncated.fits')).toMatchObject({ label: 'contaminated', labelledBy: 'prefilter' });
    // a model that says clean cannot save a truncated frame
    const kind = await scan(
      { ...place.ports, predictOpinion: opinion(0.99, 'judge@2') },
      { paths: [place.night] },
    );
    expect(frame(kind.report, 'truncated.fits').label).toBe('contaminated');
    expect(frame(kind.report, 'clean.fits')).toMatchObject({
      label: 'clean',
      labelledBy: 'model',
      score: 0.99,
    });
    // nothing in production any more: the model's word is withdrawn
    const without = await scan(place.ports, { paths: [place.night] });
    expect(frame(without.report, 'unsure.fits')).toMatchObject({ label: 'review', labelledBy: 'prefilter' });
    expect(frame(without.report, 'unsure.fits').opinions).toHaveLength(1);
  });

  it('of files of another kind names the families that read them', async () => {
    writeFrames(place.night, { 'table.csv': 'a,b' });
    const refusal = scan(place.ports, { paths: [join(place.night, 'table.csv')] });
    await expect(refusal).rejects.toMatchObject({ hint: expect.stringMatching(/--family .*columns/) });
  });

  it('what was said before holds where opinions are kept; new and changed frames are asked about', async () => {
    writeFrames(place.night, {
      'known.fits': { serial: 1, score: 0.9 },
      'changed.fits': { serial: 2, score: 0.9 },
    });
    await scan({ ...place.ports, predictOpinion: opinion(0.95) }, { paths: [place.night] });
    writeFrames(place.night, {
      'changed.fits': { serial: 3, score: 0.9 },
      'new.fits': { serial: 4, score: 0.9 },
    });
    const ports = { ...place.ports, predictOpinion: opinion(0.05, 'judge@2') };
    const { report } = await scan(ports, { paths: [place.night], keepOpinions: true });
    const by = (file: string) => frame(report, file).opinions.map(({ author, by: who }) => [author, who]);
    expect(by('known.fits')).toEqual([
      ['prefilter', null],
      ['model', 'judge@1'],
    ]);
    for (const file of ['changed.fits', 'new.fits']) expect(by(file)[1]).toEqual(['model', 'judge@2']);
  });
});
