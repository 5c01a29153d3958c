import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  labelFrames,
  labelFromCsv,
  labelFromCsvFile,
  labelHistory,
  undoLabels,
} from '../../main/workflows/label.ts';
import { scan } from '../../main/workflows/scan.ts';
import { listSessions, showSession } from '../../main/workflows/sessions.ts';
import { newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(async () => {
  place = newPlace();
  writeFrames(place.night, {
    'one/a.fits': { serial: 1, score: 0.9 },
    'one/b.fits': { serial: 2, score: 0.1 },
    'two/a.fits': { serial: 3, score: 0.5 },
    'notes.txt': 'x',
  });
  await scan(place.ports, { paths: [place.night] });
});
afterEach(() => place.close());

const labels = () =>
  Object.fromEntries(
    showSession(place.ports.library, 'night')
      .report.frames.filter((frame) => frame.status === 'ok')
      .map((frame) => [frame.file, `${frame.label} by ${frame.labelledBy}`]),
  );

describe('labels', () => {
  it("a person's word holds over the prefilter's, is counted, and survives a new scan and a new start", async () => {
    const outcome = labelFrames(
      place.ports.library,
      'night',
      [
        { file: 'one/b.fits', label: 'clean' },
        { file: 'b.fits', label: 'clean' },
        { file: 'none.fits', label: 'clean' },
      ],
      'Ada',
    );
    expect(outcome).toMatchObject({ changed: 1, unchanged: 1, unknown: ['none.fits'] });
    place.reopen();
    await scan(place.ports, { paths: [place.night], force: true });
    expect(labels()).toEqual({
      'one/a.fits': 'clean by prefilter',
      'one/b.fits': 'clean by person',
      'two/a.fits': 'review by prefilter',
    });
    expect(listSessions(place.ports.library)).toMatchObject([{ labelledByPerson: 1, clean: 2, review: 1 }]);
  });

  it('reads a table, reports each row it cannot apply and applies the rest', () => {
    const table = join(place.folder, 'labels.csv');
    writeFileSync(
      table,
      '\uFEFFfile,label,remark\r\none/a.fits,contaminated,"a, b"\r\na.fits,clean,\r\nx.fits,clean,\r\n' +
        'two/a.fits,superb,\r\nnotes.txt,clean,\r\none/b.fits,CLEAN,\r\n',
    );
    const outcome = labelFromCsvFile(place.ports.library, 'night', table, null);
    expect(outcome.changed).toBe(2);
    expect(outcome.refused.map((each) => each.row)).toEqual([3, 4, 5, 6]);
    expect(outcome.refused[0].problem).toMatch(/several files/);
    expect(outcome.refused[1].problem).toMatch(/no such file/);
    expect(outcome.refused[2].problem).toMatch(/"superb" is no label/);
    expect(outcome.refused[3].problem).toMatch(/skipped/);
    expect(labels()).toMatchObject({
      'one/a.fits': 'contaminated by person',
      'one/b.fits': 'clean by person',
    });
  });

  it('takes no row of several that contradict each other, and names them', () => {
    const rows =
      'file,label\none/a.fits,clean\none/b.fits,clean\n./one/a.fits,contaminated\none/b.fits,clean\n';
    const { changed, unchanged, refused } = labelFromCsv(place.ports.library, 'night', rows, null);
    expect([changed, unchanged]).toEqual([1, 1]);
    const problem = 'the rows contradict each other: clean in row 2, contaminated in row 4';
    expect(refused.map((each) => [each.row, each.problem])).toEqual([
      [2, problem],
      [4, problem],
    ]);
    expect(labels()['one/a.fits']).toBe('clean by prefilter');
  });

  it('says of a file without a row why nothing changes', () => {
    const read = (text: string) => () => labelFromCsv(place.ports.library, 'night', text, null);
    expect(read('\uFEFF\n')).toThrow(/the file is empty/);
    expect(read('file,label\n')).toThrow(/no row/);
  });

  it('refuses what is no such table, and an unknown session', () => {
    const { library } = place.ports;
    expect(() => labelFromCsv(library, 'night', 'name,verdict\na,b\n', null)).toThrow(
      /columns are name, verdict/,
    );
    expect(() => labelFromCsv(library, 'night', 'file,label\n"a,b\n', null)).toThrow(/cannot be read/);
    expect(() => labelFromCsvFile(library, 'night', join(place.folder, 'none.csv'), null)).toThrow(
      /cannot be read/,
    );
    expect(() => labelFrames(library, 'none', [], null)).toThrow(/no session named "none"/);
  });

  it('keeps the whole history, and undo is one more entry', () => {
    const { library } = place.ports;
    const say = (label: 'clean' | 'contaminated') =>
      labelFrames(library, 'night', [{ file: 'one/a.fits', label }], 'Ada');
    say('contaminated');
    say('clean');
    expect(undoLabels(library)).toBe(1);
    expect(labels()['one/a.fits']).toBe('contaminated by person');
    expect(undoLabels(library)).toBe(1);
    expect(labels()['one/a.fits']).toBe('clean by prefilter');
    expect(() => undoLabels(library)).toThrow(/no label to take back/);
    const history = labelHistory(library, 'night', 'one/a.fits');
    expect(history.map((event) => [event.author, event.label])).toEqual([
      ['prefilter', 'clean'],
      ['person', 'contaminated'],
      ['person', 'clean'],
      ['person', 'contaminated'],
      ['person', null],
    ]);
    expect(history[2].previousId).toBe(history[1].id);
    expect(history[3].undoesId).toBe(history[2].id);
  });

  it('undoes a whole table at once, but not what was said later', () => {
    const { library } = place.ports;
    const table = labelFromCsv(
      library,
      'night',
      'file,label\none/a.fits,contaminated\none/b.fits,clean\n',
      'Ada',
    );
    labelFrames(library, 'night', [{ file: 'one/b.fits', label: 'review' }], 'Bob');
    expect(undoLabels(library, { batch: table.batch! })).toBe(1);
    expect(labels()).toMatchObject({ 'one/a.fits': 'clean by prefilter', 'one/b.fits': 'review by person' });
  });

  it('a word about one content never passes to other bytes of that name, but follows the bytes', async () => {
    const { library } = place.ports;
    labelFrames(library, 'night', [{ file: 'one/b.fits', label: 'clean' }], 'Ada');
    writeFrames(place.night, { 'one/b.fits': { serial: 77, score: 0.1 } });
    await scan(place.ports, { paths: [place.night] });
    expect(labels()['one/b.fits']).toBe('contaminated by prefilter');
    const copy = join(place.folder, 'copy');
    writeFrames(copy, { 'c.fits': { serial: 2, score: 0.1 } });
    const { report } = await scan(place.ports, { paths: [copy] });
    expect(report.frames[0]).toMatchObject({ label: 'clean', labelledBy: 'person' });
    expect(report.frames[0].opinions.at(-1)).toMatchObject({ author: 'person', by: 'Ada' });
  });
});
