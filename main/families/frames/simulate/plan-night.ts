/** Plans a night: camera, optics, targets, and what happens to every frame. Nothing is rendered here. */
import { fileNameOf, filesUseDialect } from './capture-names.ts';
import type {
  Camera,
  Defect,
  Encoding,
  FramePlan,
  NightRecipe,
  Optics,
  SimulatedNight,
  Target,
} from './night.ts';
import { encodings } from './night.ts';
import { planDefects } from './plan-defects.ts';
import { Random } from './random.ts';
import { drawStarField } from './star-field.ts';

const DEFAULT_FRAMES = 120;
const DEFAULT_WIDTH = 1280;
const DEFAULT_HEIGHT = 960;

/** Files of a mixed night: weights of the encodings; plain 16-bit frames are the most usual. */
const encodingWeights: Readonly<Record<Encoding, number>> = {
  u16: 12,
  i16: 1.5,
  u8: 0.7,
  i32: 1.5,
  i64: 0.7,
  f32: 2,
  f32unit: 2,
  f64: 1,
  extension: 2,
  cube: 1,
  bayer: 1,
  rice: 4,
  rice32: 0.7,
  gzip1: 1.5,
  gzip2: 1.5,
  gzipFloat: 0.7,
  fitsGz: 1.5,
};

/** Fixed bad spots per megapixel, spread over cameras. */
const HOT_PIXELS_PER_MEGAPIXEL = [15, 120] as const;

function drawCamera(random: Random, width: number, height: number, binning: number): Camera {
  const fullWell = random.pick([18000, 50000, 65000]);
  const hotCount = Math.round(((width * height) / 1e6) * random.logBetween(...HOT_PIXELS_PER_MEGAPIXEL));
  const hotPixels = Array.from({ length: hotCount }, () => ({
    x: random.below(width),
    y: random.below(height),
    electrons: random.logBetween(60, 0.8 * fullWell),
  }));
  const badColumns = Array.from({ length: random.below(4) }, () => ({
    x: random.below(width),
    electrons: random.sign() * random.logBetween(15, 300),
  }));
  return {
    name: random.pick([
      'QHY600M',
      'ZWO ASI2600MM Pro',
      'ZWO ASI1600MM Pro',
      'Atik 460EX',
      'Moravian C3-26000',
    ]),
    // A quarter of the cameras fill their well far below the converter's end.
    electronsPerAdu:
      Math.min(1.1, fullWell / 64000) * random.between(0.9, 1.05) * (random.chance(0.25) ? 3 : 1),
    readNoiseElectrons: random.between(1.4, 7),
    offsetAdu: random.pick([100, 250, 500, 1000]),
    fullWellElectrons: fullWell,
    pixelMicrometres: 3.76 * binning,
    temperatureCelsius: random.pick([-20, -10, -5]),
    gainSetting: random.pick([0, 56, 100, 139]),
    bleeds: random.chance(0.25),
    hotPixels,
    badColumns,
  };
}

function drawOptics(random: Random, width: number, height: number): Optics {
  const dust = Array.from({ length: 2 + random.below(6) }, () => ({
    x: random.below(width),
    y: random.below(height),
    radius: random.between(12, 45),
    depth: random.between(0.01, 0.06),
  }));
  return {
    beta: random.between(2.5, 4.5),
    ellipticity: random.between(0.01, 0.07),
    ellipticityAngle: random.between(-Math.PI / 2, Math.PI / 2),
    curvature: random.between(0, 0.045),
    tiltX: random.between(-0.02, 0.02),
    tiltY: random.between(-0.02, 0.02),
    spikes: random.chance(0.6) ? random.between(0.5, 1.5) : 0,
    spikeAngle: random.between(0, Math.PI / 2),
    haloShare: random.between(0, 0.02),
    vignetting: random.between(0.03, 0.2),
    dust,
  };
}

type FieldKind = 'normal' | 'crowded' | 'undersampled' | 'oversampled' | 'twoTargets';

const specialFields: readonly FieldKind[] = ['crowded', 'undersampled', 'oversampled', 'twoTargets'];

/** FWHM of normal seeing and its range over a night, px. */
const seeingOf: Readonly<Record<FieldKind, readonly [number, number]>> = {
  normal: [2.2, 4],
  crowded: [2.2, 3.4],
  undersampled: [1.3, 1.8],
  oversampled: [5.5, 8.5],
  twoTargets: [2.2, 4],
};

function drawTarget(random: Random, camera: Camera, radius: number, field: FieldKind, order: number): Target {
  const narrow = order % 2 === 1;
  const skyElectrons = narrow ? random.between(60, 200) : random.between(250, 2200);
  const noise = Math.sqrt(skyElectrons + camera.readNoiseElectrons ** 2);
  const fwhm = (seeingOf[field][0] + seeingOf[field][1]) / 2;
  // Matched-filter SNR 10 for a profile of this width: about 10 noise 1.6 FWHM.
  const limitElectrons = 10 * noise * 1.6 * fwhm;
  const crowded = field === 'crowded' ? random.between(6, 12) : 1;
  const place = (): number => random.between(-0.6, 0.6) * radius;
  const nebula = Array.from({ length: random.chance(0.5) ? 1 + random.below(3) : 0 }, () => ({
    x: place(),
    y: place(),
    radius: random.between(0.06, 0.3) * radius,
    peak: skyElectrons * random.between(0.02, 0.3),
  }));
  const galaxies = Array.from({ length: random.chance(0.4) ? 1 + random.below(3) : 0 }, () => ({
    x: place(),
    y: place(),
    peak: noise * random.logBetween(1.5, 25),
    scale: random.logBetween(4, 28),
    axisRatio: random.between(0.15, 0.95),
    angle: random.between(-Math.PI / 2, Math.PI / 2),
  }));
  return {
    name: random.pick(['NGC 7380', 'M 33', 'NGC 6946', 'IC 1396', 'M 51', 'NGC 281', 'Abell 2151']),
    filter: narrow ? random.pick(['Ha', 'OIII', 'SII']) : random.pick(['L', 'R', 'G', 'B']),
    exposureSeconds: narrow ? 300 : random.pick([60, 120, 180]),
    rightAscensionDegrees: random.between(0, 360),
    declinationDegrees: random.between(-20, 70),
    field: drawStarField({
      seed: random.bits(),
      radius,
      starsPerMegapixel: random.logBetween(110, 420) * crowded,
      limitElectrons,
      slope: random.between(0.68, 0.9),
      clusterShare: random.chance(0.15) ? random.between(0.05, 0.25) : 0,
    }),
    skyElectrons,
    galaxies,
    nebula,
  };
}

/** Frames of a full night: what wanders does so over hours, however few frames are asked for. */
const FULL_NIGHT_FRAMES = 120;

/** A value that wanders between two bounds over a full night (progress 0..1): a few slow sines. */
function wander(random: Random, low: number, high: number): (progress: number) => number {
  const phases = [1, 2.3, 4.1].map((rate) => ({ rate, phase: random.between(0, 2 * Math.PI) }));
  const span = random.between(0.45, 1) * (high - low);
  const base = random.between(low, high - span);
  return (progress) => {
    const sum = phases.reduce(
      (total, { rate, phase }, i) => total + Math.sin(2 * Math.PI * rate * progress + phase) / (1 + i),
      0,
    );
    return base + span * (0.5 + 0.5 * Math.max(-1, Math.min(1, sum / 1.4)));
  };
}

function drawEncoding(random: Random, recipe: NightRecipe): Encoding {
  if (recipe.encodings === 'plain') return 'u16';
  const total = encodings.reduce((sum, name) => sum + encodingWeights[name], 0);
  let left = random.uniform() * total;
  for (const name of encodings) {
    left -= encodingWeights[name];
    if (left < 0) return name;
  }
  return 'u16';
}

/** Cut files are plain ones; signed and 8-bit files cannot hold a sky near the top of the range. */
function allowedEncoding(encoding: Encoding, defects: readonly Defect[]): Encoding {
  const kinds = defects.map((defect) => defect.kind);
  if (kinds.includes('truncated')) return 'u16';
  const narrow = encoding === 'i16' || encoding === 'u8';
  const bright = kinds.includes('overexposed') || kinds.includes('dawn') || kinds.includes('blank');
  return narrow && bright ? 'u16' : encoding;
}

/** Plans the night of a recipe: the same recipe, the same night. */
export function planNight(recipe: NightRecipe): SimulatedNight {
  const width = recipe.width ?? DEFAULT_WIDTH;
  const height = recipe.height ?? DEFAULT_HEIGHT;
  const random = new Random(recipe.seed, recipe.kind.length, recipe.kind.charCodeAt(0));
  const special = specialFields[Math.abs(recipe.seed) % specialFields.length] as FieldKind;
  const field = recipe.kind === 'special' ? special : 'normal';
  const equipment = recipe.cameraSeed === undefined ? random : new Random(recipe.cameraSeed, 0xca3e7a);
  const arcsecPerPixel = equipment.between(0.6, 2.2);
  const camera = drawCamera(equipment, width, height, field === 'undersampled' ? 2 : 1);
  const optics = drawOptics(equipment, width, height);
  const radius = Math.hypot(width, height) / 2 + 50;
  const targetCount = field === 'twoTargets' ? 2 : 1;
  const targets = Array.from({ length: targetCount }, (_, order) =>
    drawTarget(random, camera, radius, field, order),
  );
  const night = { recipe, width, height, arcsecPerPixel, camera, optics, targets };
  const dialect = filesUseDialect(random);
  return { ...night, dialect, frames: planFrames(random, night, dialect, field) };
}

type NightSoFar = Omit<SimulatedNight, 'frames' | 'dialect'>;

function planFrames(
  random: Random,
  night: NightSoFar,
  dialect: SimulatedNight['dialect'],
  field: FieldKind,
): FramePlan[] {
  const { recipe, width, height, targets } = night;
  const frameCount = recipe.frameCount ?? DEFAULT_FRAMES;
  const defects = planDefects(random, recipe.kind, frameCount, { width, height });
  const seeing = wander(random, ...seeingOf[field]);
  const seeingJitter = random.between(0.025, 0.04);
  const sky = wander(random, 0.94, 1.06);
  const gradient = { size: random.between(0.01, 0.08), angle: random.between(0, 2 * Math.PI) };
  const air = {
    start: random.between(1.1, 1.6),
    bottom: random.between(1, 1.1),
    extinction: random.between(0.05, 0.15),
  };
  const flipAt = random.between(0.35, 0.75);
  const fieldRotation = random.between(-0.004, 0.004);
  const start = Date.UTC(
    2024,
    random.below(12),
    1 + random.below(28),
    19 + random.below(3),
    random.below(60),
  );
  let seconds = 0;
  return defects.map((list, index): FramePlan => {
    const progress = index / frameCount;
    const share = index / FULL_NIGHT_FRAMES;
    const frameRandom = new Random(recipe.seed, index, 0xf7a3e);
    const targetIndex = targets.length > 1 ? ((progress * 4) | 0) % targets.length : 0;
    const target = targets[targetIndex] as Target;
    const flipped = progress > flipAt;
    const airmass = air.bottom + (air.start - air.bottom) * (2 * (progress - 0.55)) ** 2;
    const jitter = Math.max(-2.5, Math.min(2.5, frameRandom.normal()));
    const turn = gradient.angle + progress + (flipped ? Math.PI : 0);
    const moment = new Date(start + seconds * 1000).toISOString();
    const encoding = allowedEncoding(drawEncoding(frameRandom, recipe), list);
    const plan = {
      index,
      seconds,
      dateObs: moment.slice(0, 23),
      targetIndex,
      encoding,
      seeingPixels: seeing(share) * (1 + seeingJitter * jitter),
      ditherX: frameRandom.between(-9, 9) + 4 * Math.sin(progress * 5),
      ditherY: frameRandom.between(-9, 9) + 6 * progress,
      rotation: (flipped ? Math.PI : 0) + fieldRotation * (progress - 0.5) + 0.0004 * frameRandom.normal(),
      airmass,
      transparency: 10 ** (-0.4 * air.extinction * (airmass - 1)) * (1 + 0.004 * frameRandom.normal()),
      skyFactor: sky(share) * (1 + 0.008 * frameRandom.normal()),
      gradientX: gradient.size * Math.cos(turn),
      gradientY: gradient.size * Math.sin(turn),
      defects: list,
    };
    seconds += target.exposureSeconds + frameRandom.between(4, 12);
    return { ...plan, file: fileNameOf(dialect, plan, target) };
  });
}
