/** Renders one frame of a planned night: light, detector, header, truth. */
import { cardsOf } from './cards.ts';
import { type CountedStar, countStars, starsWithSnr } from './count-stars.ts';
import { addFixedDefects, addHits, bleed, readOut } from './detector.ts';
import { drawGalaxies } from './draw-galaxies.ts';
import { type CrossProfile, crossProfile, drawTrail } from './draw-lines.ts';
import { drawStars, PsfField, placeStars } from './draw-stars.ts';
import { shapeOf } from './frame-shape.ts';
import type { Defect, FramePlan, PlannedTrail, RenderedFrame, SimulatedNight, Target } from './night.ts';
import { halfMaximumRegion, measureShape } from './psf.ts';
import { Random } from './random.ts';
import { drawFlat, GRID_PIXELS, mapSky, type SkyMap } from './sky-map.ts';
import { describeTruth, skyTruth } from './truth.ts';

const flats = new WeakMap<SimulatedNight, Float32Array>();

function flatOf(night: SimulatedNight): Float32Array {
  const known = flats.get(night);
  if (known !== undefined) return known;
  const flat = drawFlat(night);
  flats.set(night, flat);
  return flat;
}

function find<K extends Defect['kind']>(plan: FramePlan, kind: K): Extract<Defect, { kind: K }> | undefined {
  return plan.defects.find((defect): defect is Extract<Defect, { kind: K }> => defect.kind === kind);
}

/** The sky of every pixel, electrons: the coarse map between its cells, times the flat. */
function spreadSky(night: SimulatedNight, map: SkyMap, flat: Float32Array, exposure: number): Float32Array {
  const { width, height } = night;
  const out = new Float32Array(width * height);
  const line = new Float32Array(map.columns);
  for (let y = 0; y < height; y++) {
    const j = Math.floor(y / GRID_PIXELS);
    const t = y / GRID_PIXELS - j;
    const low = j * map.columns;
    for (let i = 0; i < map.columns; i++)
      line[i] = (map.sky[low + i] * (1 - t) + map.sky[low + map.columns + i] * t) * exposure;
    for (let x = 0; x < width; x++) {
      const i = (x / GRID_PIXELS) | 0;
      const s = x / GRID_PIXELS - i;
      const pixel = y * width + x;
      out[pixel] = (line[i] + (line[i + 1] - line[i]) * s) * flat[pixel];
    }
  }
  return out;
}

/** Channel gains of the mosaic, RGGB. */
const MOSAIC_GAINS = [0.62, 1, 1, 0.74] as const;

function applyMosaic(electrons: Float32Array, width: number): void {
  for (let pixel = 0; pixel < electrons.length; pixel++) {
    const y = (pixel / width) | 0;
    const x = pixel - y * width;
    electrons[pixel] *= MOSAIC_GAINS[(y & 1) * 2 + (x & 1)];
  }
}

function trailsOf(plan: FramePlan): PlannedTrail[] {
  return plan.defects.flatMap((defect) => ('trails' in defect ? [...defect.trails] : []));
}

/** Light that never reached the detector: a constant frame, or bias and read noise alone. */
function renderWithoutLight(night: SimulatedNight, plan: FramePlan, level: number | null): RenderedFrame {
  const { width, height, camera } = night;
  const random = new Random(night.recipe.seed, plan.index, 0xdead);
  const electrons = new Float32Array(width * height);
  if (level === null) addFixedDefects({ width, height, electrons }, camera);
  const pixels =
    level === null
      ? readOut({ width, height, electrons }, camera, random)
      : new Uint16Array(width * height).fill(level);
  const noise = level === null ? camera.readNoiseElectrons : 0;
  const truth = describeTruth(night, plan, {
    fwhm: Number.NaN,
    ellipticity: Number.NaN,
    background: level ?? camera.offsetAdu,
    noiseElectrons: noise,
    stars: [],
    trails: [],
  });
  const cards = cardsOf(night, plan);
  return { width, height, pixels, mosaic: null, cards, truth, everyStar: [], shape: shapeOf(night, plan) };
}

/**
 * Renders frame `index` of a night: the pixels as the camera delivers them, its header and what is true of it.
 * The same night and index give the same bytes, in any order.
 */
export function renderFrame(night: SimulatedNight, index: number): RenderedFrame {
  const plan = night.frames[index];
  if (plan === undefined)
    throw new RangeError(`a night of ${night.frames.length} frames has no frame ${index}`);
  const blank = find(plan, 'blank');
  if (blank !== undefined) return renderWithoutLight(night, plan, blank.level);
  if (find(plan, 'shutter') !== undefined) return renderWithoutLight(night, plan, null);
  return renderSky(night, plan);
}

function renderSky(night: SimulatedNight, plan: FramePlan): RenderedFrame {
  const { width, height, camera } = night;
  const target = night.targets[plan.targetIndex] as Target;
  const flat = flatOf(night);
  const map = mapSky(night, plan);
  const exposure = exposureFactor(night, plan, target);
  const electrons = spreadSky(night, map, flat, exposure);
  const mosaic = plan.encoding === 'bayer';
  const sky = skyTruth(night, electrons);
  const canvas = { width, height, electrons };

  drawGalaxies(canvas, night, plan, { map, flat, exposure });
  const shape = shapeOf(night, plan);
  const psf = new PsfField(night, shape);
  const stars = placeStars(night, plan, psf, { map, flat, exposure });
  const lineProfile = crossProfile(measureShape({ ...shape, doubleShare: 0 }).fwhm, night.optics.beta);
  drawStars(canvas, night, stars, psf, { profile: lineProfile, noise: sky.noiseElectrons });
  const trails = trailsOf(plan).map((trail) => ({ trail, profile: profileFor(trail, lineProfile, night) }));
  for (const { trail, profile } of trails) drawTrail(canvas, trail, profile, sky.noiseElectrons);
  if (mosaic) applyMosaic(electrons, width);

  const random = new Random(night.recipe.seed, plan.index, 0x0b5e);
  addFixedDefects(canvas, camera);
  addHits(canvas, random, plan.defects, target.exposureSeconds);
  if (camera.bleeds) bleed(canvas, camera.fullWellElectrons);
  const pixels = readOut(canvas, camera, random);
  const region = (level: number): { fwhm: number; ellipticity: number } =>
    shape.doubleShare > 0
      ? measureShape({ ...psf.table(level).shape, doubleShare: 0 })
      : halfMaximumRegion(psf.table(level));
  const everyStar = starsWithSnr(psf, stars, sky.noiseElectrons);
  const counted = countStars(night, plan, psf, everyStar);
  const truth = describeTruth(night, plan, {
    ...medianRegion(counted, region),
    background: sky.backgroundAdu,
    noiseElectrons: sky.noiseElectrons,
    stars: counted,
    trails: trails.map(({ trail, profile }) => ({ trail, width: profile.width })),
  });
  return {
    width,
    height,
    pixels,
    mosaic: mosaic ? 'RGGB' : null,
    cards: cardsOf(night, plan),
    truth,
    everyStar,
    shape,
  };
}

function profileFor(trail: PlannedTrail, line: CrossProfile, night: SimulatedNight): CrossProfile {
  return crossProfile(line.width * trail.widthFactor, night.optics.beta);
}

/** Over-exposed frames gather light until their sky fills the given share of the well. */
function exposureFactor(night: SimulatedNight, plan: FramePlan, target: Target): number {
  const over = find(plan, 'overexposed');
  if (over === undefined) return 1;
  const { camera } = night;
  const full = Math.min(camera.fullWellElectrons, (65535 - camera.offsetAdu) * camera.electronsPerAdu);
  return (over.fill * full) / (target.skyElectrons * plan.skyFactor);
}

function medianRegion(
  stars: readonly CountedStar[],
  region: (level: number) => { fwhm: number; ellipticity: number },
): { fwhm: number; ellipticity: number } {
  if (stars.length === 0) return { fwhm: Number.NaN, ellipticity: Number.NaN };
  const measured = new Map<number, { fwhm: number; ellipticity: number }>();
  for (const { level } of stars) if (!measured.has(level)) measured.set(level, region(level));
  const middle = (pick: (shape: { fwhm: number; ellipticity: number }) => number): number => {
    const values = stars.map(({ level }) => pick(measured.get(level) ?? { fwhm: 0, ellipticity: 0 }));
    values.sort((a, b) => a - b);
    return values[values.length >> 1] ?? Number.NaN;
  };
  return { fwhm: middle((shape) => shape.fwhm), ellipticity: middle((shape) => shape.ellipticity) };
}
