import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TasteOutcome } from '../../contract/calls/training.ts';
import { labelFrames } from '../../main/workflows/label.ts';
import { learnFromReviews } from '../../main/workflows/review-learning.ts';
import { applyTaste, forgetTaste } from '../../main/workflows/review-taste.ts';
import { scan } from '../../main/workflows/scan.ts';
import { showSession } from '../../main/workflows/sessions.ts';
import { writeFrames } from './fake-frames/night.ts';
import { newSchool, type School } from './training/taught-night.ts';

let school: School;
beforeEach(() => {
  school = newSchool();
});
afterEach(() => school.close());

const nameOf = (index: number) => `f${String(index).padStart(2, '0')}.fits`;

/** Sixty frames; the judge calls those from number 30 on spoiled, the person those from 20 on. One is blank. */
async function night(name: string, camera: string | undefined, shift = 0, messages: string[] = []) {
  const frames = Array.from({ length: 60 }, (_, index) => [
    nameOf(index),
    {
      score: index < 30 ? 0.8 : 0.2,
      serial: index + shift,
      ...(camera !== undefined && { camera }),
      ...(index === 0 && { finding: 'blank', score: 0 }),
    },
  ]);
  writeFrames(`${school.place.folder}/${name}`, Object.fromEntries(frames));
  return scan(
    school.ports,
    { paths: [`${school.place.folder}/${name}`] },
    { onMessage: (text) => messages.push(text) },
  );
}

const framesOf = (session: string) => showSession(school.library, session).report.frames;
const labelsOf = (session: string) => framesOf(session).map(({ label }) => label);
/** What the prefilter says, also where a person said something. */
const wordsOf = (session: string) =>
  framesOf(session).map(({ opinions }) => opinions.find(({ author }) => author === 'prefilter')?.score);

function review(session: string): void {
  const said = Array.from({ length: 40 }, (_, k) => ({
    file: nameOf(k + 10),
    label: k + 10 < 20 ? ('clean' as const) : ('contaminated' as const),
  }));
  labelFrames(school.library, session, said, 'ada');
}

describe('an observer\u2019s taste', () => {
  test('judges nights of that camera, before and after, and no other; persons and hard findings decide on', async () => {
    await night('first', 'north', 0.5);
    await night('night', 'north');
    await night('elsewhere', 'south', 0.25);
    // the person calls one frame otherwise than the taste would
    labelFrames(school.library, 'first', [{ file: nameOf(25), label: 'clean' }], 'ben');
    const before = ['first', 'night', 'elsewhere'].map(framesOf);
    review('night');
    const lesson = await learnFromReviews(school.ports, { session: 'night', count: 5 });

    const applied = await applyTaste(school.ports, { session: 'night' });
    expect(TasteOutcome.parse(applied)).toEqual(applied);
    expect(applied).toMatchObject({
      cameras: ['north'],
      taste: { number: 1, reviewed: 41, persons: ['ada', 'ben'], learned: [{}] },
      retired: [],
    });
    expect(applied.sessions.map(({ session }) => session)).toEqual(['first', 'night']);
    const first = framesOf('first');
    expect(applied.sessions[0]?.changed).toBe(
      first.filter(({ label }, index) => label !== before[0]?.[index]?.label).length,
    );
    // the judge calls these clean, the observer does not
    expect(first.slice(22, 30).map(({ label }) => label)).toEqual(
      Array.from({ length: 8 }, (_, k) => (k + 22 === 25 ? 'clean' : 'contaminated')),
    );
    expect(first[25]).toMatchObject({ label: 'clean', labelledBy: 'person' });
    expect(first[0]).toMatchObject({ label: 'contaminated', labelledBy: 'prefilter' });
    expect(first[26]?.opinions).toMatchObject([
      {
        author: 'prefilter',
        by: 'prefilter+taste-1',
        reason: expect.stringMatching(/^rejected from \d+\.\d on \(taste 1\)$/),
      },
    ]);
    expect(first[5]?.opinions[0]).toEqual({
      author: 'prefilter',
      label: 'clean',
      score: 0.8,
      by: 'prefilter+taste-1',
    });
    expect(framesOf('elsewhere')).toEqual(before[2]);
    // the score is the lesson's, but for frames on which a person's word stands
    const scores = new Map(lesson.scores.map(({ file, score }) => [file, score]));
    const tasted = framesOf('night').filter(
      ({ opinions }) =>
        opinions[0]?.reason !== undefined && opinions.every(({ author }) => author !== 'person'),
    );
    expect(tasted.length).toBeGreaterThan(0);
    for (const { file, opinions } of tasted) {
      expect(opinions[0]?.score).toBeCloseTo(scores.get(file)!, 6);
    }
    // the judge's own judgement stays
    const { id } = school.library.sessions.byName('first')!;
    expect([...school.library.measurements.judgements(id).values()][26]?.score).toBe(0.8);

    // a night to come
    await night('next', 'north', 0.75);
    expect(labelsOf('next').slice(22, 30)).toEqual(new Array(8).fill('contaminated'));
    await night('far', 'south', 0.75);
    expect(labelsOf('far').slice(22, 30)).toEqual(new Array(8).fill('clean'));

    const forgotten = forgetTaste(school.ports, 'first');
    expect(forgotten).toMatchObject({ cameras: ['north'], taste: null, retired: [1] });
    expect(framesOf('first')).toEqual(before[0]);
    expect(labelsOf('next').slice(22, 30)).toEqual(new Array(8).fill('clean'));
    expect(framesOf('night').filter(({ labelledBy }) => labelledBy === 'person')).toHaveLength(40);
    expect(forgetTaste(school.ports, 'first')).toMatchObject({ retired: [], taste: null });
  });

  test('of the same reviews is the same one again; more reviews make another, which retires it', async () => {
    await night('night', undefined);
    await expect(applyTaste(school.ports, { session: 'night' })).rejects.toMatchObject({
      code: 'notEnoughData',
    });
    review('night');
    expect((await applyTaste(school.ports, { session: 'night' })).taste?.number).toBe(1);
    const words = wordsOf('night');
    forgetTaste(school.ports, 'night');
    expect(wordsOf('night')).not.toEqual(words);
    const again = await applyTaste(school.ports, { session: 'night' });
    expect(again).toMatchObject({ cameras: [''], taste: { number: 1 } });
    expect(wordsOf('night')).toEqual(words);
    labelFrames(school.library, 'night', [{ file: nameOf(55), label: 'contaminated' }], 'ada');
    expect(await applyTaste(school.ports, { session: 'night' })).toMatchObject({
      taste: { number: 2 },
      retired: [1],
    });
    expect(school.library.tastes.list().map(({ id }) => id)).toEqual([1, 2]);
    school.reopen();
    expect(school.library.tastes.inForce('frames', '')?.id).toBe(2);
  });

  test('whose figures are measured otherwise now is passed over, and says so', async () => {
    await night('night', 'north');
    review('night');
    await applyTaste(school.ports, { session: 'night' });
    const words = wordsOf('night');
    const messages: string[] = [];
    const later = { ...school.ports, family: { ...school.ports.family, judgementVersion: 'j2' } };
    const paths = [`${school.place.folder}/night`];
    await scan(later, { paths }, { onMessage: (text) => messages.push(text) });
    expect(messages).toEqual([
      expect.stringMatching(/^Taste 1 is passed over: it was learned from figures of m1\+j1/),
    ]);
    expect(wordsOf('night')).not.toEqual(words);
    // judged by the later code, the frames are no ground for this one
    messages.length = 0;
    expect(forgetTaste(school.ports, 'night', { onMessage: (text) => messages.push(text) }).retired).toEqual([
      1,
    ]);
    expect(messages).toEqual([
      expect.stringMatching(/^60 frames of session "night" were judged by another version/),
    ]);
    const renamed = { ...later.family.reviewing, figureNames: ['score', 'number', 'nothing'] };
    const other = { ...school.ports, family: { ...school.ports.family, reviewing: renamed } };
    school.library.tastes.setInForce('frames', 'north', 1);
    messages.length = 0;
    await scan(other, { paths }, { onMessage: (text) => messages.push(text) });
    expect(messages).toEqual([expect.stringContaining('its figures serial are not measured any more')]);
  });
});
