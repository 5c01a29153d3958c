/** The judge's figures on simulated nights, each beside its target. */
import type { Finding } from '../../contract/words.ts';
import type { FrameJudgement } from '../../main/families/frames/record.ts';
import { starFlags } from '../../main/families/frames/record.ts';
import type { TrailTruth } from '../../main/families/frames/simulate/index.ts';
import type { MeasuredFrame } from './judge-records.ts';
import {
  calibrationError,
  endErrors,
  liesOn,
  medianOf,
  quantileOf,
  type Segment,
  shareOf,
} from './judge-statistics.ts';

/** A frame with its judgement; failed frames have score 0 and no findings. */
export interface JudgedFrame extends MeasuredFrame {
  readonly night: string;
  readonly kind: string;
  readonly judgement: FrameJudgement | null;
  readonly label: 'clean' | 'contaminated' | 'review';
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly count: number;
  /** Null where the figure is only told. */
  readonly target: { readonly atLeast?: number; readonly atMost?: number } | null;
}

export function holds(bar: Bar): boolean {
  if (bar.target === null || Number.isNaN(bar.value)) return true;
  const { atLeast = -Infinity, atMost = Infinity } = bar.target;
  return bar.value >= atLeast && bar.value <= atMost;
}

/** True where the truth lies so close to where a defect begins that neither answer is wrong. */
export const isMarginal = (truth: JudgedFrame['truth']): boolean => 'marginal' in truth && truth.marginal;

const isClean = (frame: JudgedFrame): boolean => frame.truth.kind === 'clean';
const findingsOf = (frame: JudgedFrame): readonly Finding[] => frame.judgement?.findings ?? [];
const hasFinding = (frame: JudgedFrame, ...codes: readonly string[]): boolean =>
  findingsOf(frame).some(({ code }) => codes.includes(code));

export function labelBars(frames: readonly JudgedFrame[], strict: Record<string, number[]>): Bar[] {
  const bars: Bar[] = [];
  for (const kind of new Set(frames.map((frame) => frame.kind))) {
    const some = frames.filter((frame) => frame.kind === kind);
    const clean = some.filter(isClean);
    const spoiled = some.filter((frame) => !isClean(frame) && !isMarginal(frame.truth));
    const [kept, caught, review] = strict[kind];
    const name = (text: string): string => `${kind}: ${text}`;
    bars.push(
      {
        name: name('clean labelled clean'),
        value: shareOf(clean, ({ label }) => label === 'clean'),
        count: clean.length,
        target: { atLeast: kept as number },
      },
      {
        name: name('clean labelled contaminated'),
        value: shareOf(clean, ({ label }) => label === 'contaminated'),
        count: clean.length,
        target: null,
      },
      {
        name: name('contaminated not labelled clean'),
        value: shareOf(spoiled, ({ label }) => label !== 'clean'),
        count: spoiled.length,
        target: { atLeast: caught },
      },
      {
        name: name('contaminated labelled contaminated'),
        value: shareOf(spoiled, ({ label }) => label === 'contaminated'),
        count: spoiled.length,
        target: null,
      },
      {
        name: name('in review'),
        value: shareOf(some, ({ label }) => label === 'review'),
        count: some.length,
        target: { atMost: review },
      },
    );
  }
  return bars;
}

type Pick = (frame: JudgedFrame) => number;

function errorBars(
  name: string,
  frames: readonly JudgedFrame[],
  error: Pick,
  [median, high]: readonly [number, number],
): Bar[] {
  const values = frames.map(error).map(Math.abs);
  const known = values.filter((value) => Number.isFinite(value));
  return [
    {
      name: `${name}, median error`,
      value: medianOf(known),
      count: known.length,
      target: { atMost: median },
    },
    {
      name: `${name}, 95th percentile`,
      value: quantileOf(known, 0.95),
      count: known.length,
      target: { atMost: high },
    },
    {
      name: `${name}, figure missing`,
      value: shareOf(values, (value) => !Number.isFinite(value)),
      count: values.length,
      target: { atMost: 0.02 },
    },
  ];
}

const figure = (frame: JudgedFrame, key: 'fwhm' | 'ellipticity' | 'background' | 'noise'): number =>
  frame.record?.measurements[key] ?? Number.NaN;
const relative =
  (key: 'fwhm' | 'background' | 'noise'): Pick =>
  (frame) =>
    figure(frame, key) / frame.truth[key] - 1;
const ellipticityError: Pick = (frame) => figure(frame, 'ellipticity') - frame.truth.ellipticity;

export function measurementBars(frames: readonly JudgedFrame[]): Bar[] {
  const clean = frames.filter(isClean);
  const of = (...kinds: readonly string[]): JudgedFrame[] =>
    frames.filter(({ truth }) => truth.kinds.length === 1 && kinds.includes(truth.kinds[0] ?? ''));
  return [
    ...errorBars('FWHM, clean', clean, relative('fwhm'), [0.007, 0.02]),
    ...['defocus', 'dew', 'elongation', 'satellite', 'double'].flatMap((kind) =>
      errorBars(`FWHM, ${kind}`, of(kind), relative('fwhm'), [0.03, 0.06]).slice(0, 2),
    ),
    ...errorBars('ellipticity, clean', clean, ellipticityError, [0.003, 0.01]),
    ...errorBars('ellipticity, elongation', of('elongation'), ellipticityError, [0.02, 0.05]).slice(0, 2),
    ...errorBars('background, clean', clean, relative('background'), [0.0003, 0.001]),
    ...errorBars(
      'background, moon and dawn',
      of('moonlight', 'dawn'),
      relative('background'),
      [0.0003, 0.001],
    ).slice(0, 2),
    ...errorBars('noise, clean', clean, relative('noise'), [0.005, 0.015]),
    ...errorBars('noise, moon and dawn', of('moonlight', 'dawn'), relative('noise'), [0.005, 0.015]).slice(
      0,
      2,
    ),
    ...starBars('clean', clean),
    ...starBars('storms', of('hotPixelStorm', 'cosmicRayStorm')),
    ...starBars('defocus, dew, elongation', of('defocus', 'dew', 'elongation')),
    ...starBars(
      'crowded and other clean special fields',
      clean.filter(({ kind }) => kind === 'special'),
    ),
  ];
}

/** Share of the counted detections with a true star of SNR 4 and more within `reach` px. */
function purityOf(frame: JudgedFrame): number {
  const { record, everyStar } = frame;
  if (record === null) return Number.NaN;
  const reach = Math.max(2, 0.8 * frame.truth.fwhm);
  const cells = new Map<number, number[]>();
  for (let i = 0; i < everyStar.length; i += 3) {
    const key = Math.floor(everyStar[i + 1] / 16) * 65536 + Math.floor(everyStar[i] / 16);
    cells.set(key, [...(cells.get(key) ?? []), i]);
  }
  const near = (x: number, y: number): boolean => {
    for (let j = -1; j <= 1; j++)
      for (let k = -1; k <= 1; k++)
        for (const i of cells.get((Math.floor(y / 16) + j) * 65536 + Math.floor(x / 16) + k) ?? [])
          if (Math.hypot(everyStar[i] - x, everyStar[i + 1] - y) <= reach) return true;
    return false;
  };
  let counted = 0;
  let right = 0;
  for (let i = 0; i < record.stars.count; i++) {
    if (record.stars.snr[i] < 10 || (record.stars.flags[i] & starFlags.nearEdge) !== 0) continue;
    counted++;
    if (near(record.stars.x[i], record.stars.y[i])) right++;
  }
  return counted === 0 ? Number.NaN : right / counted;
}

function starBars(name: string, frames: readonly JudgedFrame[]): Bar[] {
  const ratios = frames
    .filter(({ truth, record }) => truth.stars.length > 0 && record !== null)
    .map(({ truth, record }) => (record?.measurements.starCount ?? 0) / truth.stars.length);
  const purity = frames.map(purityOf).filter((value) => Number.isFinite(value));
  return [
    {
      name: `stars found / true, ${name}: median`,
      value: medianOf(ratios),
      count: ratios.length,
      target: { atLeast: 0.95, atMost: 1.03 },
    },
    {
      name: `stars found / true, ${name}: 5th percentile`,
      value: quantileOf(ratios, 0.05),
      count: ratios.length,
      target: null,
    },
    {
      name: `stars found / true, ${name}: 95th percentile`,
      value: quantileOf(ratios, 0.95),
      count: ratios.length,
      target: null,
    },
    {
      name: `stars, purity, ${name}: mean`,
      value: purity.reduce((sum, value) => sum + value, 0) / purity.length,
      count: purity.length,
      target: { atLeast: 0.99 },
    },
  ];
}

/** A trail finding's line; null when its evidence lacks one. */
function lineOf(finding: Finding): Segment | null {
  const { x1, y1, x2, y2 } = finding.evidence;
  const known = [x1, y1, x2, y2].every((value) => typeof value === 'number');
  return known ? { x1: x1 as number, y1: y1 as number, x2: x2 as number, y2: y2 as number } : null;
}

export function trailLines(frame: JudgedFrame): Segment[] {
  return findingsOf(frame)
    .filter(({ code, confidence }) => code === 'trail' && confidence >= 0.5)
    .map(lineOf)
    .filter((line) => line !== null);
}

export function isFound(frame: JudgedFrame, trail: TrailTruth): boolean {
  return trailLines(frame).some((line) => liesOn(line, trail, 0.25));
}

const trailBins: readonly (readonly [number, number, number])[] = [
  [0.15, 0.3, 0],
  [0.3, 0.7, 0.85],
  [0.7, 1.5, 0.97],
  [1.5, 1000, 1],
  [1.5, 3, 1],
  [3, 6, 1],
  [6, 1000, 1],
];

export function trailBars(frames: readonly JudgedFrame[]): Bar[] {
  const trails = frames.flatMap((frame) =>
    frame.truth.kinds.includes('truncated') ? [] : frame.truth.trails.map((trail) => ({ frame, trail })),
  );
  const bars: Bar[] = trailBins.map(([low, high, atLeast]) => {
    const some = trails.filter(({ trail }) => trail.snrPerPixel >= low && trail.snrPerPixel < high);
    return {
      name: `trails found, ${low} to ${high} sigma per pixel`,
      value: shareOf(some, ({ frame, trail }) => isFound(frame, trail)),
      count: some.length,
      target: { atLeast },
    };
  });
  const clean = frames.filter(isClean);
  const found = frames.flatMap((frame) => trailLines(frame).map((line) => ({ frame, line })));
  const errors = trails.flatMap(({ frame, trail }) =>
    trailLines(frame)
      .filter((line) => liesOn(line, trail, 0.25))
      .slice(0, 1)
      .flatMap((line) => endErrors(line, trail)),
  );
  return [
    ...bars,
    {
      name: 'clean frames with a false trail',
      value: shareOf(clean, (frame) => trailLines(frame).length > 0),
      count: clean.length,
      target: { atMost: 0.01 },
    },
    {
      name: 'trail segments that match a true one',
      value: shareOf(found, ({ frame, line }) =>
        frame.truth.trails.some((trail) => liesOn(line, trail, 0.01)),
      ),
      count: found.length,
      target: { atLeast: 0.98 },
    },
    {
      name: 'trail ends, median error, px',
      value: medianOf(errors),
      count: errors.length,
      target: { atMost: 2 },
    },
    {
      name: 'trail ends, 95th percentile, px',
      value: quantileOf(errors, 0.95),
      count: errors.length,
      target: null,
    },
  ];
}

/** Findings that count as naming a defect, and the share to reach. */
const defectTargets: Readonly<Record<string, { codes: readonly string[]; atLeast: number | null }>> = {
  satellite: { codes: ['trail'], atLeast: null },
  aircraft: { codes: ['trail'], atLeast: 1 },
  meteor: { codes: ['trail'], atLeast: 0.95 },
  cloud: { codes: ['cloud', 'veil'], atLeast: 0.97 },
  veil: { codes: ['veil', 'cloud'], atLeast: 0.95 },
  defocus: { codes: ['defocus', 'dew'], atLeast: 0.95 },
  dew: { codes: ['dew', 'defocus'], atLeast: 0.95 },
  elongation: { codes: ['elongation'], atLeast: 1 },
  double: { codes: ['doubleStars', 'elongation'], atLeast: 0.95 },
  moonlight: { codes: ['brightSky'], atLeast: 1 },
  dawn: { codes: ['brightSky'], atLeast: 1 },
  overexposed: { codes: ['saturation', 'brightSky'], atLeast: 1 },
  hotPixelStorm: { codes: ['hotPixels'], atLeast: 1 },
  cosmicRayStorm: { codes: ['cosmicRays', 'hotPixels'], atLeast: 1 },
  blank: { codes: ['blank'], atLeast: 1 },
  shutter: { codes: ['blank'], atLeast: 1 },
  truncated: { codes: ['truncated'], atLeast: 1 },
  occlusion: { codes: ['occlusion'], atLeast: 0.95 },
  strayLight: { codes: ['strayLight', 'brightSky', 'staticGlow'], atLeast: 0.95 },
  cornerGlow: { codes: ['staticGlow', 'strayLight'], atLeast: 0.95 },
};

export function defectBars(frames: readonly JudgedFrame[]): Bar[] {
  const clean = frames.filter(isClean);
  const codes = [...new Set(Object.values(defectTargets).flatMap((entry) => entry.codes))];
  const bars: Bar[] = [];
  for (const [kind, { codes: wanted, atLeast }] of Object.entries(defectTargets)) {
    const some = frames.filter(({ truth }) => truth.kinds[0] === kind && !isMarginal(truth));
    if (some.length === 0) continue;
    bars.push(
      {
        name: `${kind}: named (${wanted.join(' or ')})`,
        value: shareOf(some, (frame) => hasFinding(frame, ...wanted)),
        count: some.length,
        target: atLeast === null ? null : { atLeast },
      },
      {
        name: `${kind}: not labelled clean`,
        value: shareOf(some, ({ label }) => label !== 'clean'),
        count: some.length,
        target: null,
      },
    );
  }
  for (const code of codes)
    bars.push({
      name: `clean frames with a false ${code}`,
      value: shareOf(clean, (frame) => hasFinding(frame, code)),
      count: clean.length,
      target: { atMost: 0.02 },
    });
  return bars;
}

export function generalBars(frames: readonly JudgedFrame[]): Bar[] {
  const scored = frames
    .filter(({ truth }) => !isMarginal(truth))
    .map((frame) => ({ score: frame.judgement?.score ?? 0, clean: isClean(frame) }));
  const perMegapixel = (pick: (frame: JudgedFrame) => number): number =>
    medianOf(frames.map((frame) => pick(frame) / frame.megapixels));
  return [
    {
      name: 'frames answered',
      value: shareOf(frames, ({ record }) => record !== null),
      count: frames.length,
      target: { atLeast: 1 },
    },
    {
      name: 'score, calibration error',
      value: calibrationError(scored),
      count: scored.length,
      target: { atMost: 0.05 },
    },
    {
      name: 'decode, median CPU ms per megapixel',
      value: perMegapixel((frame) => frame.decodeMilliseconds),
      count: frames.length,
      target: null,
    },
    {
      name: 'measure, median CPU ms per megapixel',
      value: perMegapixel((frame) => frame.measureMilliseconds),
      count: frames.length,
      target: { atMost: 12 },
    },
  ];
}
