/**
 * What persons may see otherwise than the judge: which findings they mind and from what size on, and which figures that the
 * judge lets pass they reject by. Sizes are relative to the frame's own night, but for a few of the frame's own.
 */
import type { FindingCode, FrameMeasurements, PolicyChanges, PolicyName } from '../../../contract/words.ts';
import { frameFeatureNames } from './features.ts';
import { policyTable } from './policy.ts';
import { isConsequence } from './settle-causes.ts';

/** Figures by their names in `reviewFigureNames`. */
export type NamedQuestion =
  | {
      readonly kind: 'finding';
      readonly name: string;
      readonly confidences: readonly string[];
      readonly figures: readonly string[];
      readonly settled?: boolean;
    }
  | { readonly kind: 'figure'; readonly name: string; readonly figure: string };

/** Of the frame itself, whatever its night is like: width and ellipticity of stars, and how little it weighs. */
const ownFigureNames = ['own.fwhm', 'own.ellipticity', 'own.dimness'] as const;

export const reviewFigureNames: readonly string[] = [...frameFeatureNames, ...ownFigureNames];

/**
 * In the order of `reviewFigureNames`; NaN where something was not measured. Findings that the policy lets pass are none, nor
 * are suspicions that a likely finding explains: a person is never told of them, and what they say is of that finding.
 */
export function reviewFigures(
  features: Float32Array,
  { fwhm, ellipticity, weight }: FrameMeasurements,
  policy: PolicyName,
  policyChanges: PolicyChanges,
): Float32Array {
  const table = policyTable(policy, policyChanges);
  const confidenceOf = (code: FindingCode): number =>
    table[code] === 'fatal' ? (features[frameFeatureNames.indexOf(confidencePrefix + code)] ?? 0) : 0;
  const judged = features.map((value, column) => {
    const name = frameFeatureNames[column]!;
    if (!name.startsWith(confidencePrefix)) return value;
    const code = name.slice(confidencePrefix.length) as FindingCode;
    return isConsequence(code, confidenceOf) ? 0 : confidenceOf(code);
  });
  const own = [
    logOf(fwhm) - logOf(middleFwhm),
    ((ellipticity ?? Number.NaN) - middleEllipticity) / 0.1,
    -logOf(weight),
  ];
  return Float32Array.from([...judged, ...own]);
}

const confidencePrefix = 'confidence.';
/** Where the own figures are 0. */
const middleFwhm = 3;
const middleEllipticity = 0.06;
/** A frame without light weighs nothing; its logarithm must stay a number. */
const leastWeight = 0.02;

function logOf(value: number | null): number {
  return value === null ? Number.NaN : Math.log(Math.max(leastWeight, value));
}

function finding(code: FindingCode, ...figures: string[]): NamedQuestion {
  return { kind: 'finding', name: code, confidences: [`confidence.${code}`], figures };
}

function figure(name: string): NamedQuestion {
  return { kind: 'figure', name, figure: name };
}

function settled(code: FindingCode): NamedQuestion {
  return { kind: 'finding', name: code, confidences: [`confidence.${code}`], figures: [], settled: true };
}

/** Defocus and dew are one to the eye: both widen stars, and the judge often holds both for possible. */
export const reviewQuestions: readonly NamedQuestion[] = [
  finding('trail', 'trail.snr', 'trail.length'),
  finding('cloud', 'cells.amplitude', 'excess.loss', 'cells.deepest'),
  finding('veil', 'excess.loss'),
  finding('occlusion', 'missing.area'),
  {
    kind: 'finding',
    name: 'blur',
    confidences: ['confidence.defocus', 'confidence.dew'],
    figures: ['excess.fwhm', 'excess.focus'],
  },
  finding('elongation', 'excess.ellipticity'),
  finding('doubleStars', 'excess.doubleShare'),
  finding('brightSky', 'excess.sky'),
  finding('strayLight', 'excess.patch'),
  finding('staticGlow', 'excess.patch'),
  finding('saturation', 'saturated'),
  finding('hotPixels', 'excess.hotPixels'),
  finding('cosmicRays', 'excess.cosmicRays'),
  finding('fewStars', 'excess.starCount'),
  settled('blank'),
  settled('truncated'),
  ...[
    'excess.fwhm',
    'excess.focus',
    'excess.ellipticity',
    'excess.loss',
    'excess.sky',
    'excess.starCount',
    'excess.noise',
    'sky.gradient',
    'faintLine.sigmas',
    'cells.amplitude',
    'excess.doubleShare',
    'excess.patch',
    ...ownFigureNames,
  ].map(figure),
];

/** That persons are told of a frame with these findings what the question is about. */
export function isTold(question: NamedQuestion, findings: ReadonlySet<string>): boolean {
  return (
    question.kind === 'finding' &&
    question.confidences.some((name) => findings.has(name.slice(confidencePrefix.length)))
  );
}

/** Undoes `squeeze` of features.ts. */
function stretched(value: number): number {
  return Math.sign(value) * Math.expm1(Math.abs(value));
}

function percent(share: number): string {
  const value = 100 * share;
  return `${Math.abs(value) < 9.5 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A threshold in words that go behind "from … on". */
const sizes: Readonly<Record<string, (value: number) => string>> = {
  'trail.snr': (value) => `a peak of ${stretched(value).toFixed(2)} sigma`,
  'trail.length': (value) => `${percent(value)} of the diagonal`,
  'cells.amplitude': (value) => `patches ${percent(0.02 * stretched(value))} deep`,
  'cells.deepest': (value) => `a deepest loss of ${percent(0.05 * stretched(value))}`,
  'excess.loss': (value) => `a loss of ${percent(-Math.expm1(-0.08 * stretched(value)))}`,
  'missing.area': (value) => `${percent(value / 4)} of the field`,
  'excess.fwhm': (value) => `stars ${percent(Math.expm1(0.1 * stretched(value)))} wider than usual`,
  'excess.focus': (value) => `cores ${percent(Math.expm1(0.1 * stretched(value)))} wider than usual`,
  'excess.ellipticity': (value) =>
    `an ellipticity ${(0.1 * stretched(value)).toFixed(3)} beyond the night's own`,
  'excess.doubleShare': (value) => `${percent(0.3 * stretched(value))} more double stars than usual`,
  'excess.sky': (value) => `a sky ${percent(Math.expm1(0.08 * stretched(value)))} above its trend`,
  'excess.patch': (value) => `a patch ${percent(0.1 * stretched(value))} above the usual sky`,
  'excess.starCount': (value) => `${percent(-Math.expm1(-0.3 * stretched(value)))} fewer stars than usual`,
  'excess.noise': (value) => `noise ${percent(Math.expm1(0.08 * stretched(value)))} above its trend`,
  'excess.hotPixels': (value) => `${Math.exp(stretched(value)).toFixed(1)} times the usual number`,
  'excess.cosmicRays': (value) => `${Math.exp(stretched(value)).toFixed(1)} times the usual number`,
  'sky.gradient': (value) => `a gradient of ${percent(0.05 * stretched(value))}`,
  'faintLine.sigmas': (value) => `a faint line ${stretched(stretched(value)).toFixed(1)} sigma beyond chance`,
  saturated: (value) => `${(stretched(value) / 10).toFixed(3)} % of the pixels full`,
  'own.fwhm': (value) => `a FWHM of ${(middleFwhm * Math.exp(value)).toFixed(2)} px`,
  'own.ellipticity': (value) => `an ellipticity of ${(middleEllipticity + 0.1 * value).toFixed(3)}`,
  'own.dimness': (value) => `a weight below ${Math.exp(-value).toFixed(2)}`,
};

/** Findings as they go behind "frames with". */
const findingWords: Readonly<Record<string, string>> = {
  trail: 'trails',
  cloud: 'clouds',
  veil: 'a veil',
  occlusion: 'a blocked field',
  blur: 'blurred stars',
  elongation: 'elongated stars',
  doubleStars: 'double stars',
  brightSky: 'a bright sky',
  strayLight: 'stray light',
  staticGlow: 'static glow',
  saturation: 'saturation',
  hotPixels: 'hot pixels',
  cosmicRays: 'cosmic rays',
  fewStars: 'few stars',
  other: 'nothing but a low score against them',
};

/** Null where a finding never matters; `open` where it is not known from where on. */
type RuleSize = { readonly figure: string; readonly value: number } | 'open' | null;

/** What reviews told of a question, for the person who gave them. */
export function describeReviewRule(question: string, size: RuleSize): string {
  return `You ${ruleOf(question, size, { keep: 'keep', reject: 'reject' })}.`;
}

/** The same as the reason for what a frame is called. */
export function reviewReason(question: string, size: RuleSize): string {
  return `this observer ${ruleOf(question, size, { keep: 'keeps', reject: 'rejects' })}`;
}

function ruleOf(
  question: string,
  size: RuleSize,
  { keep, reject }: { readonly keep: string; readonly reject: string },
): string {
  const words = findingWords[question];
  if (words === undefined) {
    return size === 'open' || size === null
      ? `${reject} some frames in which nothing was found wrong; by which figure is still open`
      : `${reject} frames from ${sizeOf(size)} on`;
  }
  if (size === 'open') return `${keep} some frames with ${words}; up to what size is still open`;
  return `${keep} frames with ${words}${size === null ? '' : `, up to ${sizeOf(size)}`}`;
}

function sizeOf({ figure, value }: { readonly figure: string; readonly value: number }): string {
  return sizes[figure]?.(value) ?? `${figure} ${value.toFixed(2)}`;
}
