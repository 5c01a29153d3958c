import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReviewLesson } from '../../contract/calls/training.ts';
import { labelFrames } from '../../main/workflows/label.ts';
import { learnFromReviews, tellingQueue } from '../../main/workflows/review-learning.ts';
import { scan } from '../../main/workflows/scan.ts';
import { writeFrames } from './fake-frames/night.ts';
import { newSchool, type School } from './training/taught-night.ts';

let school: School;
beforeEach(() => {
  school = newSchool();
});
afterEach(() => school.close());

/** Sixty frames; the judge calls those from number 30 on spoiled, the person those from 20 on. */
async function night(name: string, from = 0): Promise<void> {
  const frames = Array.from({ length: 60 }, (_, index) => [
    `f${String(index).padStart(2, '0')}.fits`,
    { score: index < 30 ? 0.8 : 0.2, serial: from + index },
  ]);
  writeFrames(`${school.place.folder}/${name}`, Object.fromEntries(frames));
  await scan(school.ports, { paths: [`${school.place.folder}/${name}`] });
}

const said = (index: number) => ({
  file: `f${String(index).padStart(2, '0')}.fits`,
  label: index < 20 ? ('clean' as const) : ('contaminated' as const),
});

describe('learning from reviews', () => {
  test('repeats the judge before any review, and proposes every frame that nobody has seen', async () => {
    await night('night');
    const lesson = await learnFromReviews(school.ports, { session: 'night', count: 100 });
    expect(ReviewLesson.parse(lesson)).toEqual(lesson);
    expect(lesson.reviewed).toBe(0);
    expect(new Set(lesson.queue.map(({ file }) => file)).size).toBe(60);
    expect(lesson.scores.filter(({ score }) => score > 0.5)).toHaveLength(30);
    expect(lesson.enough).toBe(false);
    expect(lesson.advice).toMatch(
      /of the 60 unreviewed frames are judged wrong; more reviews can still correct/,
    );
  });

  test('follows the person, also from another session of the same camera', async () => {
    await night('night');
    labelFrames(
      school.library,
      'night',
      Array.from({ length: 40 }, (_, k) => said(k + 10)),
      'ada',
    );
    const lesson = await learnFromReviews(school.ports, { session: 'night', count: 5 });
    expect(lesson.reviewed).toBe(40);
    expect(lesson.queue).toHaveLength(5);
    // what the person said of a frame is what it is called
    expect(lesson.scores.slice(10, 50).map(({ score }) => score)).toEqual(
      Array.from({ length: 40 }, (_, k) => (k < 10 ? 1 : 0)),
    );
    const wrong = lesson.scores.filter(({ score }, index) => score > 0.5 !== index < 20);
    expect(wrong.length).toBeLessThanOrEqual(4); // the judge alone: 10

    // as good on frames that share the figures; their bytes are others
    await night('next', 0.25);
    const next = await learnFromReviews(school.ports, { session: 'next', count: 5 });
    expect(next.reviewed).toBe(40);
    expect(next.scores.filter(({ score }, index) => score > 0.5 !== index < 20).length).toBeLessThanOrEqual(
      4,
    );
  });

  test('gives the desk the few most telling frames, none twice that a person left in review', async () => {
    await night('night');
    const undecided = Array.from({ length: 10 }, (_, k) => ({ ...said(k + 15), label: 'review' as const }));
    labelFrames(school.library, 'night', undecided, 'ada');
    labelFrames(
      school.library,
      'night',
      Array.from({ length: 30 }, (_, k) => said(k + 25)),
      'ada',
    );
    const { items, decided, lesson } = await tellingQueue(school.ports, 'night', {});
    expect(items).toHaveLength(10);
    expect(decided).toBe(40);
    const files = items.map((id) => Number(school.library.sessions.item(id)?.file.slice(1, 3)));
    expect(files.filter((file) => file >= 15 && file < 55)).toEqual([]);
    expect(lesson.advice).toMatch(/of the 20 unreviewed frames are judged wrong/);
    expect(lesson.learned).toEqual([expect.stringMatching(/^serial from \d+\.\d on \(\d+ frames\)\.$/)]);
  });

  test('says so when all is reviewed, or nothing can be', async () => {
    await night('night');
    const all = Array.from({ length: 60 }, (_, k) => said(k));
    labelFrames(school.library, 'night', all.slice(1), 'ada');
    const last = await learnFromReviews(school.ports, { session: 'night', count: 5 });
    expect(last.advice).toMatch(/^The one unreviewed frame is judged wrong with a chance of about \d/);
    labelFrames(school.library, 'night', all, 'ada');
    const lesson = await learnFromReviews(school.ports, { session: 'night', count: 5 });
    expect(lesson).toMatchObject({ queue: [], enough: true, expectedError: 0 });
    expect(lesson.advice).toBe('Every frame of the session has been reviewed.');
    writeFrames(`${school.place.folder}/empty`, { 'a.fits': { bad: true } });
    await scan(school.ports, { paths: [`${school.place.folder}/empty`] });
    await expect(learnFromReviews(school.ports, { session: 'empty', count: 5 })).rejects.toMatchObject({
      code: 'notEnoughData',
    });
  });
});
