import { describe, expect, it } from 'vitest';
import { defaultThresholds, type FindingCode, labelForScore } from '../../../../contract/words.ts';
import { frameFeatureNames, judgeSession } from '../../../../main/families/frames/judge-session.ts';
import type { FrameJudgement, FrameRecord, TrailCandidate } from '../../../../main/families/frames/record.ts';
import { type NightKind, planNight } from '../../../../main/families/frames/simulate/index.ts';
import { allUndefined, scaled, withoutStars } from '../altered-records.ts';
import { syntheticRecords } from '../synthetic-night.ts';

const strict = { policy: 'strict' } as const;

function nightOf(kind: NightKind, seed: number, frameCount = 60, size = { width: 640, height: 480 }) {
  const night = planNight({ seed, kind, frameCount, ...size });
  return { night, records: syntheticRecords(night) };
}

const label = ({ score }: FrameJudgement) => labelForScore(score, defaultThresholds);
const codes = ({ findings }: FrameJudgement): FindingCode[] => findings.map(({ code }) => code);
const share = (list: readonly FrameJudgement[], wanted: string): number =>
  list.filter((judgement) => label(judgement) === wanted).length / list.length;

const clean = nightOf('clean', 21);

/** The night's frames with some of them changed. */
function changed(
  records: readonly FrameRecord[],
  which: (k: number) => boolean,
  change: (r: FrameRecord, k: number) => FrameRecord,
) {
  return records.map((record, k) => (which(k) ? change(record, k) : record));
}

function dimmed(record: FrameRecord, share_: (x: number, y: number) => number): FrameRecord {
  const { stars } = record;
  const kept = (value: number, i: number): number => value * share_(stars.x[i], stars.y[i]);
  return { ...record, stars: { ...stars, flux: stars.flux.map(kept), snr: stars.snr.map(kept) } };
}

describe('judgeSession', () => {
  it('finds nothing on a clean night with seeing, extinction, dither and a meridian flip', () => {
    const judged = judgeSession(clean.records, strict);
    expect(share(judged, 'clean')).toBeGreaterThanOrEqual(0.95);
  });

  it('keeps no frame of a night that never saw a star', () => {
    const dark = clean.records.map(withoutStars);
    const judged = judgeSession(dark, strict);
    expect(share(judged, 'clean')).toBe(0);
    expect(judged.every((judgement) => codes(judgement).includes('fewStars'))).toBe(true);
  });

  it('asks about lights that nobody can tell to be stars, alone and among others', () => {
    const [first, ...others] = clean.records;
    const figures = (fwhm: number | null, noise: number | null): FrameRecord => ({
      ...first,
      measurements: { ...first.measurements, fwhm, noise },
    });
    const drawn = figures(first.measurements.fwhm, 0);
    const shapeless = figures(null, first.measurements.noise);
    for (const [record, words] of [
      [drawn, 'no noise at all'],
      [shapeless, 'has a shape that can be measured'],
    ] as const)
      for (const session of [[record], [record, ...others]]) {
        const [judged] = judgeSession(session, strict);
        expect(label(judged)).not.toBe('clean');
        expect(judged.findings.map(({ sentence }) => sentence).join()).toContain(words);
      }
  });

  it('tells no elongation where the sky has no noise', () => {
    const [first] = clean.records;
    const drawnOut = (noise: number | null): FrameRecord => ({
      ...first,
      measurements: { ...first.measurements, ellipticity: 0.8, noise },
    });
    const [seen] = judgeSession([drawnOut(first.measurements.noise)], strict);
    expect(seen.findings.map(({ sentence }) => sentence).join()).toContain('against a usual');
    expect(codes(judgeSession([drawnOut(0)], strict)[0])).not.toContain('elongation');
  });

  it('catches the defects of a mixed night and names them', () => {
    const { night, records } = nightOf('standard', 23, 90, { width: 1024, height: 768 });
    const judged = judgeSession(records, strict);
    const spoiled = judged.filter((_, k) => night.frames[k].defects.length > 0);
    const good = judged.filter((_, k) => night.frames[k].defects.length === 0);
    expect(share(spoiled, 'contaminated')).toBeGreaterThanOrEqual(0.97);
    expect(share(good, 'clean')).toBeGreaterThanOrEqual(0.95);
  });

  it('answers in the order given, the same each time, whatever the order', () => {
    const { records } = nightOf('hard', 5, 40);
    const first = judgeSession(records, strict);
    expect(judgeSession(records, strict)).toEqual(first);
    expect(first.map(({ file }) => file)).toEqual(records.map(({ file }) => file));
    const backwards = judgeSession([...records].reverse(), strict).reverse();
    const moved = first.filter((judgement, k) => Math.abs(judgement.score - backwards[k].score) > 0.1).length;
    expect(moved).toBeLessThanOrEqual(1);
  });

  it('judges a frame alone by what it shows alone', () => {
    const [alone] = judgeSession([clean.records[0]], strict);
    expect(label(alone)).toBe('clean');
    expect(alone.findings).toEqual([]);
    const trail: TrailCandidate = {
      x1: 5,
      y1: 9,
      x2: 700,
      y2: 400,
      width: 4,
      snr: 6,
      significance: 80,
      fill: 1,
    };
    const [crossed] = judgeSession([{ ...clean.records[0], trails: [trail] }], strict);
    expect(codes(crossed)).toEqual(['trail']);
    expect(crossed.findings[0].evidence).toMatchObject({ x1: 5, y1: 9, x2: 700, y2: 400, width: 4, snr: 6 });
    expect(judgeSession([], strict)).toEqual([]);
    expect(judgeSession(clean.records.slice(0, 3), strict).every((j) => label(j) === 'clean')).toBe(true);
  });

  it('takes a line that many frames share for a bad column, and one of its own for a trail', () => {
    const column: TrailCandidate = {
      x1: 82,
      y1: 0,
      x2: 82.4,
      y2: 575,
      width: 1,
      snr: 3,
      significance: 40,
      fill: 1,
    };
    const records = changed(
      clean.records,
      (k) => k % 3 === 0,
      (record) => ({ ...record, trails: [column] }),
    );
    const judged = judgeSession(records, strict);
    expect(judged.filter((judgement) => codes(judgement).includes('trail'))).toEqual([]);
    const once = changed(
      clean.records,
      (k) => k === 7,
      (record) => ({ ...record, trails: [column] }),
    );
    expect(codes(judgeSession(once, strict)[7])).toContain('trail');
  });

  it('tells thin patchy cloud from a uniform veil', () => {
    const patchy = changed(
      clean.records,
      (k) => k === 20,
      (record) =>
        dimmed(record, (x, y) => 1 - 0.16 * Math.exp(-((x - 500) ** 2 + (y - 200) ** 2) / 220 ** 2)),
    );
    const cloud = judgeSession(patchy, strict)[20];
    expect(codes(cloud)).toContain('cloud');
    expect(cloud.findings[0].sentence).toMatch(/cloud: stars up to \d+ % dimmer/);
    const veiled = changed(
      clean.records,
      (k) => k === 20,
      (record) => dimmed(record, () => 0.86),
    );
    const veil = judgeSession(veiled, strict)[20];
    expect(codes(veil)).toEqual(['veil']);
    expect(veil.measurements.transparency).toBeCloseTo(0.86, 1);
  });

  it('does not absorb an obstacle that creeps in over the second half of the night', () => {
    const records = changed(
      clean.records,
      (k) => k >= 30,
      (record, k) => {
        const edge = ((k - 28) / 30) * 0.5 * record.width;
        const { stars } = record;
        const kept = Array.from(stars.x.keys()).filter((i) => stars.x[i] > edge);
        const pick = (values: Float32Array): Float32Array => Float32Array.from(kept, (i) => values[i]);
        const rest = {
          x: pick(stars.x),
          y: pick(stars.y),
          flux: pick(stars.flux),
          peak: pick(stars.peak),
          snr: pick(stars.snr),
        };
        const shapes = {
          fwhm: pick(stars.fwhm),
          hfr: pick(stars.hfr),
          ellipticity: pick(stars.ellipticity),
          angle: pick(stars.angle),
        };
        const flags = Uint8Array.from(kept, (i) => stars.flags[i]);
        return { ...record, stars: { ...rest, ...shapes, flags, count: kept.length } };
      },
    );
    const judged = judgeSession(records, strict).slice(36);
    expect(judged.filter((j) => codes(j).includes('occlusion')).length).toBeGreaterThanOrEqual(
      0.95 * judged.length,
    );
  });

  it('stays sane when most of the night is bad', () => {
    const records = changed(
      clean.records,
      (k) => k % 5 !== 0,
      (record, k) => dimmed(record, (x) => 0.35 + 0.4 * (x / record.width) + 0.02 * (k % 7)),
    );
    const judged = judgeSession(records, strict);
    expect(
      share(
        judged.filter((_, k) => k % 5 !== 0),
        'contaminated',
      ),
    ).toBeGreaterThan(0.9);
  });

  it('compares targets and filters with their own kind only', () => {
    const other = nightOf('clean', 33);
    const renamed = other.records.map((record) => ({
      ...record,
      file: `other-${record.file}`,
      header: { ...record.header, filter: 'Ha', object: 'IC 5070' },
      measurements: { ...record.measurements, background: 90 },
    }));
    const mixed = clean.records.flatMap((record, k) => [record, renamed[k]]);
    const judged = judgeSession(mixed, strict);
    expect(share(judged, 'clean')).toBeGreaterThanOrEqual(0.95);
  });

  it('parts fields by their stars where the header names no target', () => {
    const other = nightOf('clean', 34);
    const nameless = (records: readonly FrameRecord[], prefix: string): FrameRecord[] =>
      records.map((r) => ({
        ...r,
        file: prefix + r.file,
        header: { ...clean.records[0].header, object: null, dateObs: null },
      }));
    const judged = judgeSession([...nameless(clean.records, 'a'), ...nameless(other.records, 'b')], strict);
    expect(share(judged, 'clean')).toBeGreaterThanOrEqual(0.93);
  });

  it('takes frames without dates and exposures in the order given', () => {
    const undated = clean.records.map((record) => ({
      ...record,
      header: { ...record.header, dateObs: null, exposureSeconds: null },
    }));
    expect(share(judgeSession(undated, strict), 'clean')).toBeGreaterThanOrEqual(0.95);
  });

  it('says nothing against frames of small groups', () => {
    for (const frames of [2, 4, 6, 12]) {
      const judged = judgeSession(clean.records.slice(0, frames), strict);
      expect(judged.filter((judgement) => label(judgement) === 'contaminated')).toEqual([]);
    }
  });

  it('brings floats of 0 to 1 and ADU to one scale', () => {
    const records = changed(
      clean.records,
      (k) => k % 6 === 0,
      (record) => ({ ...scaled(record, 1 / 65_535), bitpix: -32 }),
    );
    const judged = judgeSession(records, strict);
    expect(share(judged, 'clean')).toBeGreaterThanOrEqual(0.95);
    expect(judged[0].measurements.background).toBe(records[0].measurements.background);
  });

  it('lets the stacking policy keep what stackers remove', () => {
    const trail: TrailCandidate = {
      x1: 5,
      y1: 9,
      x2: 700,
      y2: 400,
      width: 4,
      snr: 6,
      significance: 80,
      fill: 1,
    };
    const records = changed(
      clean.records,
      (k) => k === 4,
      (record) => ({ ...record, trails: [trail] }),
    );
    expect(label(judgeSession(records, strict)[4])).toBe('contaminated');
    const kept = judgeSession(records, { policy: 'stacking' })[4];
    expect(label(kept)).toBe('clean');
    expect(codes(kept)).toEqual(['trail']);
    const deaf = judgeSession(records, { policy: 'stacking', policyChanges: { trail: 'ignored' } })[4];
    expect(codes(deaf)).toEqual([]);
  });

  it('weighs frames by the signal to noise that stars gain', () => {
    const weight = (records: readonly FrameRecord[]): number | null =>
      judgeSession(records, strict)[10].measurements.weight;
    const plain = weight(clean.records) as number;
    expect(plain).toBeGreaterThan(0.3);
    expect(plain).toBeLessThan(3);
    const { measurements } = clean.records[10];
    const wider = changed(
      clean.records,
      (k) => k === 10,
      (record) => ({ ...record, measurements: { ...measurements, fwhm: 2 * (measurements.fwhm as number) } }),
    );
    expect((weight(wider) as number) / plain).toBeCloseTo(0.25, 1);
    const dim = changed(
      clean.records,
      (k) => k === 10,
      (record) => dimmed(record, () => 0.5),
    );
    expect((weight(dim) as number) / plain).toBeCloseTo(0.25, 1);
    expect(judgeSession(clean.records.slice(0, 1), strict)[0].measurements.weight).toBeNull();
  });

  it('gives finite features in a fixed order, on hopeless frames too', () => {
    const records = changed(
      clean.records,
      (k) => k < 3,
      (record, k) => (k === 0 ? allUndefined(record) : withoutStars(record)),
    );
    for (const { features, score } of judgeSession(records, strict)) {
      expect(features.length).toBe(frameFeatureNames.length);
      expect(features.every((value) => Number.isFinite(value) && Math.abs(value) <= 5)).toBe(true);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
    expect(new Set(frameFeatureNames).size).toBe(frameFeatureNames.length);
  });

  it('tells progress up to the last frame', () => {
    const told: number[] = [];
    judgeSession(clean.records, { ...strict, onProgress: (done, total) => told.push(done / total) });
    expect(told.at(-1)).toBe(1);
  });
});
