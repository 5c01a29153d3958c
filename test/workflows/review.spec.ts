import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameLabel } from '../../contract/words.ts';
import { sessionRows } from '../../main/workflows/looking/rows.ts';
import { agreement, cohensKappa, reviewQueue, secondAnswer } from '../../main/workflows/review/queue.ts';
import { decideFrames, decisionHistory, undoDecision } from '../../main/workflows/review.ts';
import { scan } from '../../main/workflows/scan.ts';
import { newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(async () => {
  place = newPlace();
  writeFrames(place.night, {
    'a.fits': { serial: 1, score: 0.9 },
    'b.fits': { serial: 2, score: 0.1 },
    'c.fits': { serial: 3, score: 0.52 },
    'd.fits': { serial: 4, score: 0.66 },
    'notes.txt': 'x',
  });
  await scan(place.ports, { paths: [place.night] });
});
afterEach(() => place.close());

const library = () => place.ports.library;
function columns() {
  return sessionRows(library(), 'night', { after: 0, limit: 100 }).columns;
}
function itemOf(file: string): number {
  return columns().item[columns().file.indexOf(file)];
}
function labelOf(file: string): string {
  const at = columns().file.indexOf(file);
  return `${columns().label[at]} by ${columns().labelledBy[at]}`;
}
let serial = 0;
function decide(files: readonly string[], label: FrameLabel | null, id = `decision-${++serial}`): string {
  decideFrames(library(), { session: 'night', id, items: files.map(itemOf), label, by: 'Ada' });
  return id;
}

describe('decisions', () => {
  it('hold at once and after a restart; asked twice they are applied once', () => {
    const input = {
      session: 'night',
      id: 'decision-x',
      items: [itemOf('a.fits')],
      label: 'contaminated',
    } as const;
    expect(decideFrames(library(), input)).toMatchObject({
      repeated: false,
      changed: 1,
      items: [{ label: 'contaminated', labelledBy: 'person', score: 0.9 }],
    });
    expect(decideFrames(library(), input)).toMatchObject({ repeated: true, changed: 0 });
    expect(library().labels.personEvents(1)).toHaveLength(1);
    place.reopen();
    expect(labelOf('a.fits')).toBe('contaminated by person');
  });

  it('are taken back as a whole, once, and what held before holds again', () => {
    decide(['a.fits'], 'review');
    const id = decide(['a.fits', 'b.fits', 'c.fits'], 'clean');
    expect(undoDecision(library(), 'night', id)).toMatchObject({ repeated: false, changed: 3 });
    expect(undoDecision(library(), 'night', id)).toMatchObject({ repeated: true, changed: 0 });
    expect(labelOf('a.fits')).toBe('review by person');
    expect(labelOf('b.fits')).toBe('contaminated by prefilter');
  });

  it('withdraw to what the judges say', () => {
    decide(['a.fits'], 'contaminated');
    decide(['a.fits'], null);
    expect(labelOf('a.fits')).toBe('clean by prefilter');
  });

  it('are refused for frames of another session, left-out files and unknown ids', () => {
    expect(() =>
      decideFrames(library(), { session: 'night', id: 'decision-y', items: [999], label: 'clean' }),
    ).toThrow('no frame 999');
    expect(() => decide(['notes.txt'], 'clean')).toThrow('was left out');
    expect(() => undoDecision(library(), 'night', 'decision-never')).toThrow('not in the library');
    expect(() => decide(['a.fits'], 'clean', 'decision/undo')).toThrow('cannot end in /undo');
  });

  it('stand in the history, newest first, with what was undone', () => {
    const first = decide(['a.fits', 'b.fits'], 'clean');
    const second = decide(['c.fits'], 'contaminated');
    undoDecision(library(), 'night', second);
    expect(decisionHistory(library(), 'night', 10)).toMatchObject([
      { id: second, undone: true, items: [itemOf('c.fits')], by: 'Ada' },
      { id: first, undone: false, label: 'clean' },
    ]);
  });

  it('undone and redone in any order leave what a plain stack would', () => {
    const files = ['a.fits', 'b.fits', 'c.fits'];
    const step = fc.oneof(
      fc.record({
        file: fc.constantFrom(...files),
        label: fc.constantFrom<FrameLabel>('clean', 'contaminated', 'review'),
      }),
      fc.constant('undo' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const made: { id: string; file: string; label: FrameLabel }[] = [];
        for (const each of steps) {
          if (each === 'undo') {
            const last = made.pop();
            if (last !== undefined) undoDecision(library(), 'night', last.id);
          } else made.push({ id: decide([each.file], each.label), ...each });
        }
        for (const file of files) {
          const standing = made.findLast((each) => each.file === file);
          if (standing !== undefined) expect(labelOf(file)).toBe(`${standing.label} by person`);
        }
        while (made.length > 0) undoDecision(library(), 'night', made.pop()!.id);
        expect(files.map(labelOf)).toEqual([
          'clean by prefilter',
          'contaminated by prefilter',
          'review by prefilter',
        ]);
      }),
      { numRuns: 12 },
    );
  });
});

describe('the review queue', () => {
  it('begins with the most doubtful and drains as a person decides', () => {
    const files = (which: 'doubtful' | 'unseen') => {
      const { file, item } = columns();
      return reviewQueue(library(), 'night', which).items.map((each) => file[item.indexOf(each)]);
    };
    expect(files('doubtful')).toEqual(['c.fits', 'd.fits']);
    expect(files('unseen')).toEqual(['c.fits', 'd.fits', 'a.fits', 'b.fits']);
    decide(['c.fits'], 'clean');
    expect(files('doubtful')).toEqual(['d.fits']);
    expect(reviewQueue(library(), 'night', 'unseen').decided).toBe(1);
  });
});

describe('a blind second look', () => {
  it('changes no label, counts each id once, and tells the agreement', () => {
    decide(['a.fits', 'b.fits', 'c.fits'], 'clean');
    const answer = (id: string, file: string, label: FrameLabel) =>
      secondAnswer(library(), { session: 'night', id, item: itemOf(file), label });
    expect(answer('answer-1', 'a.fits', 'clean').repeated).toBe(false);
    expect(answer('answer-1', 'a.fits', 'contaminated').repeated).toBe(true);
    answer('answer-2', 'b.fits', 'contaminated');
    expect(() => answer('answer-3', 'd.fits', 'clean')).toThrow('no first answer');
    expect(labelOf('b.fits')).toBe('clean by person');
    expect(agreement(library(), 'night')).toMatchObject({
      both: 2,
      agree: 1,
      disagreements: [{ file: 'b.fits', first: 'clean', second: 'contaminated' }],
    });
    expect(reviewQueue(library(), 'night', 'blind').items).toEqual([itemOf('c.fits')]);
  });

  it('has the kappa of the textbooks', () => {
    // two readers of 50 proposals, yes and no: 0.70 observed, 0.50 by chance
    expect(
      cohensKappa([
        [20, 5],
        [10, 15],
      ]),
    ).toBeCloseTo(0.4, 12);
    expect(
      cohensKappa([
        [4, 0],
        [0, 6],
      ]),
    ).toBe(1);
    expect(
      cohensKappa([
        [3, 0],
        [0, 0],
      ]),
    ).toBeNull();
    expect(
      cohensKappa([
        [0, 0],
        [0, 0],
      ]),
    ).toBeNull();
  });
});
