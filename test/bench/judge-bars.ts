/** The judge's figures on simulated nights, each beside its target: answers, labels, measurements. */
import type { Finding } from '../../contract/words.ts';
import type { FrameJudgement } from '../../main/families/frames/record.ts';
import { starFlags } from '../../main/families/frames/record.ts';
import type { MeasuredFrame } from './judge-records.ts';
import { calibrationError, medianOf, quantileOf, shareOf } from './judge-statistics.ts';

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

export const isClean = (frame: JudgedFrame): boolean => frame.truth.kind === 'clean';
export const findingsOf = (frame: JudgedFrame): readonly Finding[] => frame.judgement?.findings ?? [];
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
      // the bar of 12 ms is for frames of 26 megapixels: `npm run bench -- measure`
      target: null,
    },
  ];
}
