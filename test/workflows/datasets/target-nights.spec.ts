import { describe, expect, it } from 'vitest';
import type { FrameHeader } from '../../../contract/words.ts';
import type { Candidate } from '../../../main/workflows/datasets/candidates.ts';
import { nearDuplicates, targetNights } from '../../../main/workflows/datasets/target-nights.ts';
import type { FrameFingerprint } from '../../../main/workflows/work/frame-tasks.ts';

const candidate = (file: string, header: Partial<FrameHeader> | null, session = 's'): Candidate => ({
  itemId: 0,
  session,
  root: '/',
  file,
  contentHash: file,
  recordBlob: file,
  features: new Float32Array(),
  header: header as FrameHeader | null,
  label: 'clean',
  labelledBy: 'prefilter',
  saidBy: null,
});
const at = (dateObs: string, object: string | null = 'M 31') => ({ dateObs, object });

describe('target-nights', () => {
  it('are told apart by target and by day, across midnight and however the name is spelt', () => {
    const nights = targetNights([
      candidate('a', at('2026-01-01T20:00:00', 'M 31')),
      candidate('b', at('2026-01-02T03:00:00', 'm31')),
      candidate('c', at('2026-01-02T03:05:00Z', 'M 42')),
      candidate('d', at('2026-01-02T19:00:00.5', 'M_31')),
    ]);
    expect(nights[0]).toBe(nights[1]);
    expect(new Set([nights[0], nights[2], nights[3]]).size).toBe(3);
  });

  it('are one night for two sessions and folders of it', () => {
    const nights = targetNights([
      candidate('Ha/a', at('2026-01-01T20:00:00'), 'one'),
      candidate('OIII/b', at('2026-01-01T22:00:00'), 'two'),
    ]);
    expect(nights[0]).toBe(nights[1]);
  });

  it('take in frames whose header lost its target or its date', () => {
    const nights = targetNights([
      candidate('n/a', at('2026-01-01T20:00:00')),
      candidate('n/b', at('2026-01-01T20:05:00', null)),
      candidate('n/c', { object: 'M31', dateObs: null }),
      candidate('n/d', null),
      candidate('n/e', { object: 'M31', dateObs: 'yesterday' }),
      candidate('elsewhere/f', null),
    ]);
    expect(new Set(nights.slice(0, 5)).size).toBe(1);
    expect(nights[5]).not.toBe(nights[0]);
  });
});

describe('near-duplicates', () => {
  const stars = (shift = 0, gain = 1) =>
    Float32Array.from(
      Array.from({ length: 20 }, (_, star) => [
        10 * star + shift,
        (37 * star) % 100,
        (1000 - star) * gain,
      ]).flat(),
    );
  const print = (viewHash: string | null, table = stars()): FrameFingerprint => ({
    viewHash,
    stars: table,
    width: 100,
    height: 100,
  });

  it('share a view, or an exposure of the same stars, or every star to a hair', () => {
    const frames = [
      candidate('a', at('2026-01-01T20:00:00')),
      candidate('b', at('2026-01-01T20:01:00')),
      candidate('c', at('2026-01-01T20:02:00')),
      candidate('d', at('2026-01-01T20:02:00')),
      candidate('e', null),
      candidate('f', null),
    ];
    const prints = [
      print('one'),
      print('one', stars(0.5)),
      print('three', stars(2)),
      print('four', stars(2.8, 0.5)), // calibrated: other flux, next to no shift
      print('five', stars(7)),
      print('six', stars(7.01)),
    ];
    expect(nearDuplicates(frames, prints)).toEqual([0, 0, 2, 2, 4, 4]);
  });

  it('are not two exposures of one field, nor two cameras that began together', () => {
    const frames = [
      candidate('a', at('2026-01-01T20:00:00')),
      candidate('b', at('2026-01-01T20:01:00')),
      candidate('c', at('2026-01-01T20:00:00')),
    ];
    const prints = [print('one'), print('two', stars(0.1)), print('three', stars(4.5))];
    expect(nearDuplicates(frames, prints)).toEqual([0, 1, 2]);
  });

  it('are not two blank frames', () => {
    const blank = () => print(null, new Float32Array());
    expect(nearDuplicates([candidate('a', null), candidate('b', null)], [blank(), blank()])).toEqual([0, 1]);
  });

  it('need enough stars to be told by them', () => {
    const few = (viewHash: string) => print(viewHash, stars().slice(0, 9));
    expect(nearDuplicates([candidate('a', null), candidate('b', null)], [few('one'), few('two')])).toEqual([
      0, 1,
    ]);
  });
});
