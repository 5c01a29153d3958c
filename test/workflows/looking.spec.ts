import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameColumns, SessionSummary } from '../../contract/calls/frames.ts';
import { evaluateExpression } from '../../main/workflows/looking/evaluate-expression.ts';
import { sessionRows } from '../../main/workflows/looking/rows.ts';
import { showFrame } from '../../main/workflows/looking/show-frame.ts';
import { sessionSummary } from '../../main/workflows/looking/summary.ts';
import { resultFile } from '../../main/workflows/results.ts';
import { scan } from '../../main/workflows/scan.ts';
import { waitingReason } from '../../main/workflows/scanning/row-status.ts';
import { listFolders, readSettings, saveSettings, setThresholds } from '../../main/workflows/settings.ts';
import { newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(async () => {
  place = newPlace();
  writeFrames(place.night, {
    'b.fits': { serial: 2, score: 0.1 },
    'a.fits': { serial: 1, score: 0.9 },
    '=c.fits': { serial: 3, score: 0.5 },
    'broken.fits': 'no frame at all',
    'notes.txt': 'x',
  });
  await scan(place.ports, { paths: [place.night] });
});
afterEach(() => place.close());
const library = () => place.ports.library;

describe('rows of a session', () => {
  it('are columns of one length that keep to the contract, page by page', () => {
    const { columns, total } = sessionRows(library(), 'night', { after: 0, limit: 100 });
    expect(FrameColumns.parse(columns)).toEqual(columns);
    expect(total).toBe(5);
    const lengths = [
      columns.item,
      columns.file,
      columns.filter.index,
      columns.findings,
      ...Object.values(columns.measurements),
    ];
    expect(new Set(lengths.map((column) => column.length))).toEqual(new Set([5]));
    const second = sessionRows(library(), 'night', { after: 3, limit: 100 });
    expect(second.columns.file).toEqual(columns.file.slice(3));
    const at = columns.file.indexOf('broken.fits');
    expect([columns.status[at], columns.label[at], columns.score[at]]).toEqual(['failed', 'contaminated', 0]);
  });

  it('show files as waiting that a scan has found and not measured', async () => {
    const stopped = new AbortController();
    writeFrames(place.night, { 'late.fits': { serial: 9, score: 0.9 } });
    const scanning = scan(
      place.ports,
      { paths: [place.night] },
      {
        signal: stopped.signal,
        onProgress: ({ phase }) => phase === 'measuring' && stopped.abort(),
      },
    );
    await expect(scanning).rejects.toThrow('cancelled');
    const statuses = () => {
      const { file, status } = sessionRows(library(), 'night', { after: 0, limit: 100 }).columns;
      return Object.fromEntries(file.map((name, at) => [name, status[at]]));
    };
    expect(statuses()['late.fits']).toBe('waiting');
    expect(sessionSummary(library(), 'night').leftOut).toContainEqual({
      reason: waitingReason,
      status: 'waiting',
      files: 1,
    });
    await scan(place.ports, { paths: [place.night] });
    expect(statuses()['late.fits']).toBe('ok');
  });
});

describe('a session at a glance', () => {
  it('counts time, labels and reasons', () => {
    const summary = SessionSummary.parse(sessionSummary(library(), 'night'));
    expect(summary.session).toMatchObject({ clean: 1, review: 1, contaminated: 2 });
    expect(summary.filters.reduce((sum, { frames }) => sum + frames, 0)).toBe(4);
    expect(summary.findings).toContainEqual({ code: 'unreadable', frames: 1 });
    expect(summary.leftOut.map(({ status }) => status).sort()).toEqual(['failed', 'skipped']);
  });
});

describe('time on the sky', () => {
  it('counts files of equal content once', async () => {
    const seconds = () =>
      sessionSummary(library(), 'night').filters.map((each) => [each.exposureSeconds, each.cleanSeconds]);
    const before = seconds();
    expect(before[0]?.[1]).toBeGreaterThan(0);
    mkdirSync(join(place.night, 'copy'));
    cpSync(join(place.night, 'a.fits'), join(place.night, 'copy', 'a.fits'));
    await scan(place.ports, { paths: [place.night] });
    expect(sessionSummary(library(), 'night').session.clean).toBe(2);
    expect(seconds()).toEqual(before);
  });
});

describe('one frame', () => {
  it('is shown with its report and history, and only in its own session', () => {
    const { item, file } = sessionRows(library(), 'night', { after: 0, limit: 100 }).columns;
    const shown = showFrame(library(), 'night', item[file.indexOf('a.fits')]);
    expect(shown.frame).toMatchObject({ file: 'a.fits', label: 'clean', labelledBy: 'prefilter' });
    expect(shown.history).toMatchObject([{ author: 'prefilter', label: 'clean', isUndo: false }]);
    expect(() => showFrame(library(), 'night', 12_345)).toThrow('no frame 12345');
  });
});

describe('expressions over a session', () => {
  it('answer for every measured frame and say where they are wrong', () => {
    const { item, values, count } = evaluateExpression(library(), 'night', 'score >= 0.5', 'approval');
    expect(item).toHaveLength(3);
    expect(values.filter((value) => value === 1)).toHaveLength(count);
    expect(count).toBe(2);
    expect(evaluateExpression(library(), 'night', 'score * 2', 'weight').values).toContain(1.8);
    expect(() => evaluateExpression(library(), 'night', 'scare > 1', 'approval')).toThrow(
      'does not know "scare"',
    );
  });
});

describe('lists to leave with', () => {
  const text = (format: Parameters<typeof resultFile>[2]) =>
    new TextDecoder().decode(resultFile(library(), 'night', format));

  it('hold one line for each judged file, without formulas', () => {
    const lines = text('nightsift').trim().split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines.find((line) => line.includes('c.fits'))).toMatch(/^'=c\.fits,review,prefilter,0\.5/);
    for (const line of lines) expect(line).not.toMatch(/(^|,)[=+@]/);
  });

  it('name accepted and rejected files as scripts want them', () => {
    expect(text('accepted')).toBe(`${join(place.night, 'a.fits')}\n`);
    expect(text('rejected').trim().split('\n').sort()).toEqual([
      join(place.night, 'b.fits'),
      join(place.night, 'broken.fits'),
    ]);
    expect(text('subframeselector')).toContain('Index,Approved,Locked,File,Weight,FWHM');
    expect(text('siril')).toMatch(/a\.fits,1,/);
    expect(text('keywords')).toMatch(/b\.fits,SSWEIGHT,0,/);
  });
});

describe('settings', () => {
  it('are kept, the rest stays as it was', () => {
    expect(readSettings(library())).toMatchObject({ theme: 'dark', policy: 'strict', autoAdvance: true });
    saveSettings(library(), { theme: 'red', keys: { next: 'D' } });
    place.reopen();
    expect(saveSettings(library(), { workers: 3 })).toMatchObject({
      theme: 'red',
      workers: 3,
      keys: { next: 'D' },
    });
  });

  it('of thresholds are used by the next scan', async () => {
    setThresholds(library(), 'strict', { clean: 0.95, contaminated: 0.05 });
    await scan(place.ports, { paths: [place.night] });
    expect(sessionSummary(library(), 'night').session).toMatchObject({ clean: 0, review: 3 });
  });
});

describe('folders to choose from', () => {
  it('lie below the roots, however the path is written', () => {
    mkdirSync(join(place.night, 'sub'));
    mkdirSync(join(place.night, '.hidden'));
    symlinkSync('/', join(place.night, 'out'));
    const listing = listFolders([place.night], undefined);
    expect(listing).toMatchObject({ path: place.night, parent: null, images: 4 });
    expect(listing.folders.map(({ name }) => name)).toEqual(['sub']);
    expect(listFolders([place.night], join(place.night, 'sub')).parent).toBe(place.night);
    for (const path of [place.folder, join(place.night, '..'), join(place.night, 'out'), '/etc']) {
      expect(() => listFolders([place.night], path), path).toThrow('outside the folders');
    }
    expect(() => listFolders([place.night], join(place.night, 'nowhere'))).toThrow('no folder');
  });
});
