import { describe, expect, test } from 'vitest';
import { judgeSession } from '../../../../main/families/frames/judge-session.ts';
import { type FrameRecord, starFlags } from '../../../../main/families/frames/record.ts';
import { planNight } from '../../../../main/families/frames/simulate/index.ts';
import { scaled } from '../altered-records.ts';
import { syntheticRecords } from '../synthetic-night.ts';

const records = syntheticRecords(
  planNight({ seed: 12, kind: 'clean', frameCount: 8, width: 900, height: 700 }),
);
const weigh = (given: readonly FrameRecord[]) =>
  judgeSession(given, { policy: 'strict' }).map(({ measurements }) => measurements);
const plain = weigh(records);

/** Frame 3 with something changed. */
const withThird = (change: (record: FrameRecord) => FrameRecord): FrameRecord[] =>
  records.map((record, k) => (k === 3 ? change(record) : record));

describe('the weights of other programs', () => {
  test('follow their formulas', () => {
    const { stars, measurements } = records[3]!;
    let [total, totalMean] = [0, 0];
    for (let star = 0; star < stars.count; star++) {
      if (stars.flags[star]! & starFlags.saturated || Number.isNaN(stars.fwhm[star])) continue;
      total += stars.flux[star]!;
      // a Moffat image of beta 4 is 2.028 times as wide at a tenth of its peak as at half
      totalMean += stars.flux[star]! / ((Math.PI * (2.028 * stars.fwhm[star]!) ** 2) / 4);
    }
    const {
      noise = 1,
      background = 1,
      fwhm = 1,
      starCount = 1,
    } = measurements as unknown as Record<string, number>;
    expect(
      plain[3]!.psfSignalWeight! / ((5.326e-6 * total * totalMean) / (9e6 * noise * background)),
    ).toBeCloseTo(1, 2);
    expect(plain[3]!.psfSnr! / ((1.316e-7 * total ** 2) / (4.987e6 * noise ** 2))).toBeCloseTo(1, 6);
    const most = Math.max(...records.map((record) => record.measurements.starCount ?? 0));
    expect(plain[3]!.wfwhm).toBeCloseTo(fwhm + (2 * fwhm * (most - starCount)) / starCount, 6);
  });

  test('do not depend on the unit of the pixels', () => {
    const brighter = weigh(records.map((record) => scaled(record, 3)));
    expect(brighter[3]!.psfSignalWeight! / plain[3]!.psfSignalWeight!).toBeCloseTo(1, 4);
    expect(brighter[3]!.psfSnr! / plain[3]!.psfSnr!).toBeCloseTo(1, 4);
  });

  test('fall with noise and with fewer stars, and are null where they mean nothing', () => {
    const changed = (part: Partial<FrameRecord['measurements']>) =>
      weigh(withThird((record) => ({ ...record, measurements: { ...record.measurements, ...part } })))[3]!;
    const noisy = changed({ noise: 2 * records[3]!.measurements.noise! });
    expect(noisy.psfSignalWeight! / plain[3]!.psfSignalWeight!).toBeCloseTo(0.5, 6);
    expect(noisy.psfSnr! / plain[3]!.psfSnr!).toBeCloseTo(0.25, 6);
    expect(changed({ starCount: 10 }).wfwhm).toBeGreaterThan(plain[3]!.wfwhm!);
    expect(changed({ noise: null }).psfSnr).toBeNull();
    expect(changed({ starCount: 0 }).wfwhm).toBeNull();
    expect(weigh(records.slice(0, 1))[0]!.wfwhm).toBeNull();
  });
});
