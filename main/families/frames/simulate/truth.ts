/** What is true of a rendered frame, in the units of its file. */
import type { FindingCode } from '../../../../contract/words.ts';
import type {
  Defect,
  DefectKind,
  FramePlan,
  FrameTruth,
  PlannedTrail,
  SimulatedNight,
  Target,
} from './night.ts';

const findingOf: Readonly<Record<DefectKind, FindingCode>> = {
  satellite: 'trail',
  aircraft: 'trail',
  meteor: 'trail',
  cloud: 'cloud',
  veil: 'veil',
  defocus: 'defocus',
  dew: 'dew',
  elongation: 'elongation',
  double: 'doubleStars',
  moonlight: 'brightSky',
  dawn: 'brightSky',
  overexposed: 'saturation',
  hotPixelStorm: 'hotPixels',
  cosmicRayStorm: 'cosmicRays',
  blank: 'blank',
  shutter: 'blank',
  truncated: 'truncated',
  occlusion: 'occlusion',
  strayLight: 'strayLight',
  cornerGlow: 'staticGlow',
};

/** The figure by which a defect's strength is judged; a loss, a factor, an ellipticity, a count or a peak. */
function strengthOf(defect: Defect): number {
  switch (defect.kind) {
    case 'satellite':
    case 'aircraft':
    case 'meteor':
      return Math.max(...defect.trails.map((trail) => trail.snr));
    case 'cloud':
    case 'veil':
      return defect.loss;
    case 'defocus':
    case 'dew':
    case 'moonlight':
    case 'dawn':
      return defect.factor;
    case 'elongation':
      return defect.ellipticity;
    case 'double':
      return defect.separation;
    case 'hotPixelStorm':
    case 'cosmicRayStorm':
      return defect.count;
    case 'occlusion':
    case 'truncated':
      return defect.share;
    case 'strayLight':
    case 'cornerGlow':
      return defect.peak;
    case 'overexposed':
      return defect.fill;
    case 'blank':
      return defect.level;
    case 'shutter':
      return 1;
  }
}

/** Every n-th pixel in both directions is enough for the median of a smooth sky. */
const SKY_STRIDE = 5;

/** Median of the noise-free sky, ADU, and the noise there, electrons (rounding to whole ADU included). */
export function skyTruth(
  night: SimulatedNight,
  electrons: Float32Array,
): { readonly backgroundAdu: number; readonly noiseElectrons: number } {
  const { camera, width, height } = night;
  const samples: number[] = [];
  for (let y = 2; y < height; y += SKY_STRIDE)
    for (let x = 2; x < width; x += SKY_STRIDE) samples.push(electrons[y * width + x]);
  const sorted = Float32Array.from(samples).sort();
  const median = Math.min(sorted[sorted.length >> 1], camera.fullWellElectrons);
  const variance = median + camera.readNoiseElectrons ** 2 + camera.electronsPerAdu ** 2 / 12;
  const backgroundAdu = Math.min(65535, median / camera.electronsPerAdu + camera.offsetAdu);
  return { backgroundAdu, noiseElectrons: Math.sqrt(variance) };
}

/** Units of a frame's file: 0..1 for unit floats, ADU elsewhere; 8-bit files are stretched about the sky. */
export function fileScale(encoding: FramePlan['encoding']): number {
  return encoding === 'f32unit' ? 1 / 65535 : 1;
}

/** Step of an 8-bit file, ADU: a fraction of the noise, so that the sky keeps its grain. */
export function byteStep(noiseAdu: number): number {
  return Math.max(1, Math.round(noiseAdu * 0.4));
}

interface TruthParts {
  readonly fwhm: number;
  readonly ellipticity: number;
  /** ADU. */
  readonly background: number;
  readonly noiseElectrons: number;
  readonly stars: readonly { x: number; y: number; electrons: number; snr: number }[];
  readonly trails: readonly { readonly trail: PlannedTrail; readonly width: number }[];
}

export function describeTruth(night: SimulatedNight, plan: FramePlan, parts: TruthParts): FrameTruth {
  const { camera } = night;
  const target = night.targets[plan.targetIndex] as Target;
  const scale = fileScale(plan.encoding);
  const noiseAdu = parts.noiseElectrons / camera.electronsPerAdu;
  const step = plan.encoding === 'u8' ? byteStep(noiseAdu) : 0;
  const kinds = plan.defects.map((defect) => defect.kind);
  const first = plan.defects[0];
  return {
    index: plan.index,
    file: plan.file,
    kind: first?.kind ?? 'clean',
    kinds,
    findings: [...new Set(kinds.map((kind) => findingOf[kind]))],
    trails: parts.trails.map(({ trail, width }) => ({
      x1: trail.x1,
      y1: trail.y1,
      x2: trail.x2,
      y2: trail.y2,
      width,
      snrPerPixel: trail.snr,
    })),
    fwhm: parts.fwhm,
    ellipticity: parts.ellipticity,
    background: parts.background * scale,
    noise: Math.sqrt(noiseAdu ** 2 + step ** 2 / 12) * scale,
    stars: parts.stars.map((star) => ({
      x: star.x,
      y: star.y,
      flux: (star.electrons / camera.electronsPerAdu) * scale,
      snr: star.snr,
    })),
    transparency: plan.transparency,
    encoding: plan.encoding,
    target: target.name,
    filter: target.filter,
    flipped: Math.abs(plan.rotation) > Math.PI / 2,
    strength: first === undefined ? 0 : strengthOf(first),
  };
}
