/** What every frame detector has to keep, whoever writes it. A new detector is held to this by its line in the index. */
import { beforeAll, describe, expect, it } from 'vitest';
import { findingCodes } from '../../contract/words.ts';
import { describeFinding } from '../../main/families/frames/describe.ts';
import type { Suspicion } from '../../main/families/frames/detectors/detector.ts';
import { frameDetectors } from '../../main/families/frames/detectors/index.ts';
import type { FrameRecord } from '../../main/families/frames/record.ts';
import { compareSession } from '../../main/families/frames/session/compare-session.ts';
import type { FrameContext } from '../../main/families/frames/session/frame-context.ts';
import { type NightKind, planNight } from '../../main/families/frames/simulate/index.ts';
import { allUndefined, mirrored, scaled, withoutStars } from '../families/frames/altered-records.ts';
import { syntheticRecords } from '../families/frames/synthetic-night.ts';

interface Night {
  readonly records: readonly FrameRecord[];
  readonly contexts: readonly FrameContext[];
  readonly spoiled: readonly boolean[];
}

const nights: Partial<Record<NightKind, Night>> = {};

function nightOf(kind: NightKind, seed: number): Night {
  const night = planNight({ seed, kind, frameCount: 64, width: 768, height: 576 });
  const records = syntheticRecords(night);
  const spoiled = night.frames.map((frame) => frame.defects.length > 0);
  return { records, contexts: compareSession(records), spoiled };
}

/** The standard night seen otherwise, compared once for all detectors. */
const altered: Record<string, readonly FrameContext[]> = {};

beforeAll(() => {
  nights.standard = nightOf('standard', 4);
  const { records } = nights.standard;
  altered.x = compareSession(records.map((record) => mirrored(record, 'x')));
  altered.y = compareSession(records.map((record) => mirrored(record, 'y')));
  altered.louder = compareSession(records.map((record) => scaled(record, 3.7)));
  nights.special = nightOf('special', 7);
  nights.clean = nightOf('clean', 5);
});

const strongest = (suspicions: readonly Suspicion[]): number =>
  suspicions.reduce((most, { confidence }) => Math.max(most, confidence), 0);

it('gives every finding of a readable frame exactly one detector', () => {
  const claimed = frameDetectors.flatMap(({ codes }) => codes);
  expect([...claimed].sort()).toEqual(findingCodes.filter((code) => code !== 'unreadable').sort());
  expect(new Set(frameDetectors.map(({ name }) => name)).size).toBe(frameDetectors.length);
});

describe.each(frameDetectors.map((detector) => [detector.name, detector] as const))('%s', (_, detector) => {
  it('finds what it is for, and leaves frames without defects alone', () => {
    const all = [...nights.standard!.contexts, ...nights.special!.contexts];
    const sure = all.filter((context) => strongest(detector.detect(context)) > 0.7).length;
    // the small night has no room for each rare defect; those are tested one by one in families/frames/detectors
    const rare = ['truncated', 'saturation', 'hot-pixels', 'cosmic-rays', 'blank', 'double-stars'];
    if (!rare.includes(detector.name)) expect(sure).toBeGreaterThan(0);
    const wrong = nights.clean!.contexts.filter((context) => strongest(detector.detect(context)) >= 0.5);
    expect(wrong.length).toBeLessThanOrEqual(0.03 * nights.clean!.contexts.length);
  });

  it('claims only its own codes and gives evidence that survives JSON, in a sentence', () => {
    for (const context of nights.standard!.contexts) {
      for (const { code, confidence, severity, evidence } of detector.detect(context)) {
        expect(detector.codes).toContain(code);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(severity).toBeGreaterThanOrEqual(0);
        expect(severity).toBeLessThanOrEqual(1);
        if (confidence < 0.5) continue;
        expect(Object.keys(evidence).length).toBeGreaterThan(0);
        expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
        expect(describeFinding(code, evidence, confidence)).not.toMatch(/NaN|undefined|\?|null|Infinity/);
      }
    }
  });

  it.each(['x', 'y'] as const)('sees the same on frames mirrored along %s', (axis) => {
    const { contexts } = nights.standard!;
    const straight = contexts.map((context) => strongest(detector.detect(context)));
    const turned = altered[axis].map((context) => strongest(detector.detect(context)));
    const changed = straight.filter((value, k) => Math.abs(value - turned[k]) > 0.1).length;
    expect(changed).toBeLessThanOrEqual(0.02 * contexts.length);
  });

  it('does not mind the gain', () => {
    const plain = nights.standard!.contexts.map((context) => strongest(detector.detect(context)));
    const louder = altered.louder.map((context) => strongest(detector.detect(context)));
    plain.forEach((value, k) => {
      expect(Math.abs(value - louder[k])).toBeLessThan(0.03);
    });
  });

  it('survives an empty sky and undefined values', () => {
    const records = nights.standard!.records.slice(0, 12);
    const odd = [
      ...records.map((record, k) => (k % 3 === 0 ? withoutStars(record) : record)),
      ...records.map(allUndefined),
    ];
    for (const group of [
      odd,
      records.map(withoutStars),
      records.map(allUndefined),
      [allUndefined(records[0])],
    ]) {
      for (const context of compareSession(group)) {
        for (const { confidence, severity } of detector.detect(context)) {
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
          expect(Number.isFinite(severity)).toBe(true);
        }
      }
    }
  });

  it('costs little: under 4 ms of processor time a frame, in the best of five rounds', () => {
    const { contexts } = nights.standard!;
    const rounds = [1, 2, 3, 4, 5].map(() => {
      const start = process.cpuUsage();
      for (const context of contexts) detector.detect(context);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000 / contexts.length;
    });
    expect(Math.min(...rounds)).toBeLessThan(4);
  });
});
