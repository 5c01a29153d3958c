/** The vocabulary that screens, commands, tables and code share. See docs/guide/words.md. */
import { z } from 'zod';

/** A kind of data: frames, spectra, telemetry, columns, … `families.list` names those there are. */
export const Family = z.string().regex(/^[a-z][a-z0-9-]*$/);
export type Family = z.infer<typeof Family>;

export const frameLabels = ['clean', 'contaminated', 'review'] as const;
export const FrameLabel = z.enum(frameLabels);
export type FrameLabel = z.infer<typeof FrameLabel>;

export const labelAuthors = ['prefilter', 'model', 'person'] as const;
export const LabelAuthor = z.enum(labelAuthors);
export type LabelAuthor = z.infer<typeof LabelAuthor>;

/** What executes the steps of a network's training; `tfjs` needs @tensorflow/tfjs-node. */
export const engineNames = ['onnxruntime', 'tfjs'] as const;
export const EngineName = z.enum(engineNames);
export type EngineName = z.infer<typeof EngineName>;

export const policyNames = ['strict', 'stacking'] as const;
export const PolicyName = z.enum(policyNames);
export type PolicyName = z.infer<typeof PolicyName>;

export const findingCodes = [
  'trail',
  'cloud',
  'veil',
  'occlusion',
  'defocus',
  'elongation',
  'doubleStars',
  'brightSky',
  'strayLight',
  'staticGlow',
  'dew',
  'saturation',
  'hotPixels',
  'cosmicRays',
  'blank',
  'fewStars',
  'truncated',
  'unreadable',
] as const;
export const FindingCode = z.enum(findingCodes);
export type FindingCode = z.infer<typeof FindingCode>;

/** Findings that no model and no policy may overrule. */
const hard = ['unreadable', 'truncated', 'blank'] as const;
export const hardFindings: readonly FindingCode[] = hard;

/** What a finding does. fatal: contaminates. advisory: told, but no ground for rejecting. ignored: not even told. */
export const consequences = ['fatal', 'advisory', 'ignored'] as const;
export const Consequence = z.enum(consequences);
export type Consequence = z.infer<typeof Consequence>;

/** Single consequences that a person changed in a preset. */
export const PolicyChanges = z.partialRecord(FindingCode.exclude(hard), Consequence);
export type PolicyChanges = z.infer<typeof PolicyChanges>;

/** One named defect of one frame. `severity` 0..1: 0 just at its threshold or advisory, 1 hopeless. */
export const Finding = z.object({
  code: FindingCode,
  severity: z.number().min(0).max(1),
  /** 0..1: how sure the judge is that it is there. 0.5 is the detection threshold. */
  confidence: z.number().min(0).max(1),
  sentence: z.string(),
  /** Where, how strong, compared with what. A trail has x1, y1, x2, y2, width, snr (pixels of the file, first pixel's centre 0,0). */
  evidence: z.record(z.string(), z.unknown()),
  /** What another family says explains it ("wind gust 02:13"). */
  cause: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

const figure = z.number().nullable();

/** Numbers of one frame; null where not measurable. Meanings: docs/guide/measurements.md. */
export const FrameMeasurements = z.object({
  fwhm: figure, // px
  fwhmArcsec: figure,
  hfr: figure, // px
  eccentricity: figure,
  ellipticity: figure,
  starCount: figure,
  background: figure, // ADU
  noise: figure, // ADU, 1 sigma per pixel
  snr: figure,
  transparency: figure, // flux ratio of matched stars to the session's reference
  saturatedFraction: figure, // 0..1
  hotPixelCount: figure,
  cosmicRayCount: figure,
  weight: figure, // ranking among clean frames
  psfSignalWeight: figure.default(null), // as PixInsight defines it
  psfSnr: figure.default(null), // as PixInsight defines it
  wfwhm: figure.default(null), // px, as Siril defines it
  centreFwhm: figure.default(null), // px
  cornerFwhm: figure.default(null), // px, mean of the four corners
  worstCornerFwhm: figure.default(null), // px
  cornerEccentricity: figure.default(null), // mean of the four corners
  fieldCurvature: figure.default(null), // FWHM of the corners over that of the centre, less 1
  tilt: figure.default(null), // FWHM of the worst corner less that of the best, over their mean
  tiltAngle: figure.default(null), // degrees from x towards y: where the FWHM grows
});
export type FrameMeasurements = z.infer<typeof FrameMeasurements>;

/** Header facts, whatever dialect the capture program writes. Null where absent. */
export const FrameHeader = z.object({
  object: z.string().nullable(),
  filter: z.string().nullable(),
  exposureSeconds: figure,
  gain: figure,
  offset: figure,
  temperatureCelsius: figure,
  /** ISO 8601, UTC, as far as the header allows. */
  dateObs: z.string().nullable(),
  frameType: z.enum(['light', 'bias', 'dark', 'flat', 'master', 'unknown']),
  camera: z.string().nullable(),
  telescope: z.string().nullable(),
  software: z.string().nullable(),
  focalLengthMillimetres: figure,
  pixelSizeMicrometres: figure,
  binning: figure,
  arcsecPerPixel: figure,
  rightAscensionDegrees: figure,
  declinationDegrees: figure,
  airmass: figure,
  bayerPattern: z.string().nullable(),
  rowOrder: z.enum(['topDown', 'bottomUp']).nullable(),
  saturationAdu: figure,
  electronsPerAdu: figure,
});
export type FrameHeader = z.infer<typeof FrameHeader>;

/** 0.7 and 0.3 unless calibrated from reviewed labels. */
export const Thresholds = z.object({
  clean: z.number().min(0).max(1),
  contaminated: z.number().min(0).max(1),
});
export type Thresholds = z.infer<typeof Thresholds>;
export const defaultThresholds: Thresholds = { clean: 0.7, contaminated: 0.3 };

/** The one rule from score to label. */
export function labelForScore(score: number, thresholds: Thresholds): FrameLabel {
  if (score >= thresholds.clean) return 'clean';
  if (score <= thresholds.contaminated) return 'contaminated';
  return 'review';
}

/** A score as people read it, to so many digits after the point: rounded, but never over a threshold into another label. */
export function scoreText(score: number, thresholds: Thresholds = defaultThresholds, digits = 2): string {
  const rounded = score.toFixed(digits);
  const label = labelForScore(score, thresholds);
  if (labelForScore(Number(rounded), thresholds) === label) return rounded;
  const unit = 10 ** -digits;
  const otherWay = Number(rounded) > score ? -unit : unit;
  return (Number(rounded) + otherWay).toFixed(digits);
}

/** Why an observer's taste has a frame called otherwise than what was found; null where it has not, or another decides. */
export function tasteReason(frame: {
  readonly labelledBy: LabelAuthor | null;
  readonly opinions: readonly { readonly author: LabelAuthor; readonly reason?: string | undefined }[];
}): string | null {
  if (frame.labelledBy !== 'prefilter') return null;
  return frame.opinions.find(({ author }) => author === 'prefilter')?.reason ?? null;
}
