import { describe, expect, it } from 'vitest';
import type { FrameRecord } from '../../../../main/families/frames/record.ts';
import { compareSession } from '../../../../main/families/frames/session/compare-session.ts';
import { median } from '../../../../main/families/frames/session/robust-statistics.ts';
import { planNight } from '../../../../main/families/frames/simulate/index.ts';
import { Random } from '../../../../main/families/frames/simulate/random.ts';
import { syntheticRecords } from '../synthetic-night.ts';

/** The frame in worse seeing: stars of a third of the SNR, found only where chance leaves them bright enough. */
function worseSeeing(record: FrameRecord, random: Random): FrameRecord {
  const { stars } = record;
  const seen = Array.from(stars.snr, (snr) => snr / 3).map((snr) => ({ snr, chance: random.normal() / snr }));
  const kept = Array.from(seen.keys()).filter((i) => seen[i].snr * (1 + seen[i].chance) > 7);
  const pick = (read: (i: number) => number): Float32Array => Float32Array.from(kept, read);
  return {
    ...record,
    stars: {
      count: kept.length,
      x: pick((i) => stars.x[i]),
      y: pick((i) => stars.y[i]),
      flux: pick((i) => stars.flux[i] * (1 + seen[i].chance)),
      peak: pick((i) => stars.peak[i]),
      snr: pick((i) => seen[i].snr * (1 + seen[i].chance)),
      fwhm: pick((i) => stars.fwhm[i]),
      hfr: pick((i) => stars.hfr[i]),
      ellipticity: pick((i) => stars.ellipticity[i]),
      angle: pick((i) => stars.angle[i]),
      flags: Uint8Array.from(kept, (i) => stars.flags[i]),
    },
  };
}

describe('photometry of matched stars', () => {
  it('puts both sides of a meridian flip on one scale, though faint stars look brighter in worse seeing', () => {
    const night = planNight({ seed: 21, kind: 'clean', frameCount: 48, width: 640, height: 480 });
    const flipped = (k: number): boolean => Math.abs(night.frames[k].rotation) > 1;
    const random = new Random(5, 5, 5);
    const records = syntheticRecords(night).map((record, k) =>
      flipped(k) ? worseSeeing(record, random) : record,
    );
    const light = compareSession(records).map(({ photometry }, k) =>
      photometry === null ? Number.NaN : photometry.loss + Math.log(night.frames[k].transparency),
    );
    const side = (wanted: boolean): number => median(light.filter((_, k) => flipped(k) === wanted));
    expect(night.frames.filter((_, k) => flipped(k)).length).toBeGreaterThan(8);
    expect(Math.abs(side(true) - side(false))).toBeLessThan(0.008);
  });
});
