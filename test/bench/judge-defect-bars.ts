/** Which defects are named, and which are named where there are none. */
import { type Bar, findingsOf, isClean, isMarginal, type JudgedFrame } from './judge-bars.ts';
import { shareOf } from './judge-statistics.ts';

const hasFinding = (frame: JudgedFrame, ...codes: readonly string[]): boolean =>
  findingsOf(frame).some(({ code }) => codes.includes(code));

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

/** The share lost from which a defect has to be named: of the light, of the field. */
const leastStrength: Readonly<Record<string, number>> = { veil: 0.08, occlusion: 0.05 };

/** Asked of hard nights alone, kinds together. */
const hardTargets: readonly { kinds: readonly string[]; atLeast: number }[] = [
  { kinds: ['cloud'], atLeast: 0.97 },
  { kinds: ['defocus', 'dew'], atLeast: 0.95 },
  { kinds: ['elongation'], atLeast: 1 },
  { kinds: ['double'], atLeast: 0.95 },
  { kinds: ['moonlight', 'dawn'], atLeast: 1 },
];

const mustBeNamed = ({ truth }: JudgedFrame): boolean =>
  !isMarginal(truth) && truth.strength >= (leastStrength[truth.kinds[0] ?? ''] ?? 0);

const isNamed = (frame: JudgedFrame): boolean =>
  hasFinding(frame, ...(defectTargets[frame.truth.kinds[0] ?? '']?.codes ?? []));

function hardBars(frames: readonly JudgedFrame[]): Bar[] {
  return hardTargets.map(({ kinds, atLeast }) => {
    const some = frames.filter(
      ({ kind, truth }) => kind === 'hard' && kinds.includes(truth.kinds[0] ?? '') && !isMarginal(truth),
    );
    const name = `hard nights, ${kinds.join(' and ')}: named`;
    return { name, value: shareOf(some, isNamed), count: some.length, target: { atLeast } };
  });
}

export function defectBars(frames: readonly JudgedFrame[]): Bar[] {
  const clean = frames.filter(isClean);
  const bars = hardBars(frames);
  for (const [kind, { codes: wanted, atLeast }] of Object.entries(defectTargets)) {
    const some = frames.filter((frame) => frame.truth.kinds[0] === kind && mustBeNamed(frame));
    bars.push(
      {
        name: `${kind}: named (${wanted.join(' or ')})`,
        value: shareOf(some, isNamed),
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
  const codes = [...new Set(Object.values(defectTargets).flatMap((entry) => entry.codes))];
  return [
    ...bars,
    ...codes.map((code) => ({
      name: `clean frames with a false ${code}`,
      value: shareOf(clean, (frame) => hasFinding(frame, code)),
      count: clean.length,
      target: { atMost: 0.02 },
    })),
  ];
}
