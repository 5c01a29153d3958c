/** Measures one frame by itself; what it says about its session is judged later from the records. */
import type { FrameMeasurements } from '../../../contract/words.ts';
import { frameCrops } from './crops.ts';
import { findBadLines } from './measure/bad-lines.ts';
import { findBrightPixels } from './measure/bright-pixels.ts';
import { type Detection, detectStars } from './measure/detect-stars.ts';
import type { DetectedStar } from './measure/detected-star.ts';
import { type FieldFigures, fieldFigures } from './measure/field-figures.ts';
import { buildFramePsf, type FramePsf } from './measure/frame-psf.ts';
import { fullOutsideStars } from './measure/full-outside-stars.ts';
import { withFullWell } from './measure/full-well.ts';
import { halfFluxRadius } from './measure/half-flux.ts';
import { stepOf } from './measure/quantum.ts';
import { ResidualFrame } from './measure/residual-frame.ts';
import { medianOf } from './measure/robust.ts';
import { findSaturation, type Saturation } from './measure/saturation.ts';
import { measureSky, type Sky } from './measure/sky.ts';
import { type SkyFigures, skyFigures } from './measure/sky-figures.ts';
import { removeSpikes, sortHits } from './measure/spikes.ts';
import { findBrightSpots } from './measure/star-scale.ts';
import { emptyStarTable, starTableOf } from './measure/star-table.ts';
import { awayFromTrails, withoutTrailSpots } from './measure/stars-on-trails.ts';
import {
  type FrameChecks,
  type FrameCrops,
  type FrameImage,
  type FrameRecord,
  type StarTable,
  starFlags,
} from './record.ts';
import { type StoredFrame, storeImage, valuesOf } from './stored-frame.ts';
import { type FoundLines, findLines, noLines, type TrailSearchInput } from './trails/find-trails.ts';
import { binningFor } from './trails/sky-map.ts';
import { frameView, medianOfGrid, mosaicScale, viewMeans } from './view.ts';

/**
 * A star counts from this matched-filter signal to noise on. The filter is read where it is greatest near the star, not
 * where the star is: noise in the two coordinates adds 2 to its square on average, which is no light of the star's.
 */
const countedSnr = 10;
const leastFound = Math.sqrt(countedSnr ** 2 + 2);
/** Stars whose half-flux radius is measured. */
const radiusStars = 150;
/** Less than the share of its brightest pixel that the narrowest star (FWHM 1.3 px) gives its four neighbours. */
const leastNeighbourShare = 0.12;
/** FWHM assumed where a frame shows no star, px. */
const usualFwhm = 3;
const keptPositions = 20_000;

export interface MeasureOptions {
  /** Looks for trails; the frames family's own search unless told otherwise. */
  readonly searchTrails?: (input: TrailSearchInput) => FoundLines;
}

/**
 * All figures of one frame. Pure and synchronous; the image is not changed. Never throws for odd pixels: a frame
 * without sky, stars or defined values has nulls where nothing can be measured.
 */
export function measureFrame(image: FrameImage, file: string, options: MeasureOptions = {}): FrameRecord {
  return measureStored(storeImage(image), file, options);
}

/** The same of a frame that lies in the kernels' memory, which is used up. */
export function measureStored(frame: StoredFrame, file: string, options: MeasureOptions = {}): FrameRecord {
  const residuals = new ResidualFrame(frame);
  const clipped = findSaturation(frame);
  const quantum = stepOf(frame);
  const sky = measureSky(frame, quantum);
  const floorSigma = floorOf(quantum);
  residuals.setSky(sky.meshes, floorSigma);
  const typicalSky = medianOfGrid(sky.measured.level);
  const scale = frame.mosaic === null ? null : mosaicScale(frame, typicalSky);
  const means = viewMeans(frame, scale);
  const bright = findBrightPixels(frame, residuals, sky.meshes, floorSigma);
  const saturation = withFullWell(frame, clipped, bright, typicalSky);
  const lines = findBadLines(residuals);
  takeOutLines(residuals, lines.badColumns, lines.badRows);
  const found = findStars(frame, residuals, bright, sky, saturation);
  const fwhm = found?.psf.shape.fwhm ?? usualFwhm;
  const figures = skyFigures(residuals, sky, found?.detection.stars ?? [], fwhm);
  const spots = found === null ? emptyStarTable() : tableOf(residuals, found, figures);
  // Where the sky has no noise nothing can be told from it: the few counts of other instruments, drawings.
  const search =
    figures.noise !== null && figures.noise > 0 ? (options.searchTrails ?? findLines) : () => noLines;
  const { trails, faintLine, suspected } = search({
    width: frame.width,
    height: frame.height,
    pixels: residuals,
    stars: spots,
    fwhm,
    badColumns: lines.badColumns,
    badRows: lines.badRows,
  });
  const stars = withoutTrailSpots(spots, trails, figures.noise ?? 0, fwhm);
  const hits = {
    hotPixels: positionsOf(awayFromTrails(found?.detection.hotPixels ?? [], trails, fwhm)),
    cosmicRays: positionsOf(awayFromTrails(found?.detection.cosmicRays ?? [], trails, fwhm)),
  };
  return {
    file,
    width: frame.width,
    height: frame.height,
    bitpix: frame.bitpix,
    mosaic: frame.mosaic,
    header: frame.header,
    truncated: frame.truncated,
    warnings: frame.warnings,
    measurements: {
      ...summarise(frame, stars, hits, figures, saturation),
      ...fieldFigures(found?.detection.shapes ?? null, frame.width, frame.height),
    },
    stars,
    mesh: figures.mesh,
    trails,
    checks: { ...checksOf(frame, found, figures, saturation, hits, lines), faintLine },
    view: frameView(means, figures.mesh),
    crops: cropsOf(frame, stars, figures, scale),
    lines: suspected,
  };
}

interface FoundStars {
  readonly psf: FramePsf;
  readonly detection: Detection;
}

/** Smallest noise that makes sense: a quarter of a step of integers, next to nothing for floats. */
function floorOf(quantum: number): number {
  return quantum > 0 ? quantum / 4 : 1e-12;
}

function takeOutLines(residuals: ResidualFrame, badColumns: Uint16Array, badRows: Uint16Array): void {
  for (const x of badColumns) for (let y = 0; y < residuals.rows; y++) residuals.takeOut(x, y);
  for (const y of badRows) for (let x = 0; x < residuals.width; x++) residuals.takeOut(x, y);
}

function findStars(
  frame: StoredFrame,
  residuals: ResidualFrame,
  bright: Int32Array,
  sky: Sky,
  saturation: Saturation,
): FoundStars | null {
  if (Math.min(frame.width, frame.height) < 8) return null;
  const value = valuesOf(frame);
  const isSaturated = (index: number) => value(index) >= saturation.level;
  const spikes = removeSpikes(residuals, leastNeighbourShare, bright);
  const psf = buildFramePsf({
    source: residuals,
    parity: sky.lattices.parity,
    spots: findBrightSpots(residuals, bright, isSaturated),
    isSaturated,
  });
  if (psf === null) return null;
  const cell = binningFor(frame.width, frame.height);
  const detection = detectStars({ residuals, psf, bright, fullPixels: saturation.indices, cell });
  const hits = sortHits([...spikes, ...detection.hotPixels], frame.width);
  const cosmicRays = [...hits.cosmicRays, ...detection.cosmicRays];
  return { psf: detection.psf, detection: { ...detection, hotPixels: hits.hotPixels, cosmicRays } };
}

function tableOf(residuals: ResidualFrame, found: FoundStars, figures: SkyFigures): StarTable {
  const mesh = figures.residualMesh;
  const sigmaAt = (x: number, y: number) => {
    const column = Math.max(0, Math.min(mesh.columns - 1, Math.floor(x / mesh.cellPixels)));
    const row = Math.max(0, Math.min(mesh.rows - 1, Math.floor(y / mesh.cellPixels)));
    return mesh.sigma[row * mesh.columns + column];
  };
  let measured = 0;
  const hfr = (star: DetectedStar) => {
    if (star.blended || star.fit.snr < 20 || measured >= radiusStars) return Number.NaN;
    measured++;
    return halfFluxRadius(residuals, star.fit.x, star.fit.y, found.psf.shape.fwhm);
  };
  return starTableOf({
    width: residuals.width,
    height: residuals.height,
    psf: found.psf,
    shapes: found.detection.shapes,
    stars: found.detection.stars,
    sigmaAt,
    hfr,
    noise: figures.noise ?? 0,
  });
}

function summarise(
  image: Pick<FrameImage, 'header'>,
  stars: StarTable,
  hits: Pick<FrameChecks, 'hotPixels' | 'cosmicRays'>,
  figures: SkyFigures,
  saturation: Saturation,
): Omit<FrameMeasurements, keyof FieldFigures> {
  const counted: number[] = [];
  for (let i = 0; i < stars.count; i++)
    if (stars.snr[i] >= leastFound && (stars.flags[i] & starFlags.nearEdge) === 0) counted.push(i);
  const fwhm = finite(medianOf(counted.map((i) => stars.fwhm[i])));
  const ellipticity = finite(medianOf(counted.map((i) => stars.ellipticity[i])));
  const bright = counted.filter((i) => (stars.flags[i] & starFlags.saturated) === 0).slice(0, 50);
  const scale = image.header.arcsecPerPixel;
  return {
    fwhm,
    fwhmArcsec: fwhm === null || scale === null ? null : fwhm * scale,
    hfr: finite(medianOf(stars.hfr)),
    eccentricity: ellipticity === null ? null : Math.sqrt(Math.max(0, 1 - (1 - ellipticity) ** 2)),
    ellipticity,
    starCount: figures.noise === null ? null : counted.length,
    background: figures.background,
    noise: figures.noise,
    snr: finite(medianOf(bright.map((i) => stars.snr[i]))),
    transparency: null,
    saturatedFraction: saturation.fraction,
    hotPixelCount: hits.hotPixels.count,
    cosmicRayCount: hits.cosmicRays.count,
    weight: null,
    psfSignalWeight: null,
    psfSnr: null,
    wfwhm: null,
  };
}

function checksOf(
  image: StoredFrame,
  found: FoundStars | null,
  figures: SkyFigures,
  saturation: Saturation,
  hits: Pick<FrameChecks, 'hotPixels' | 'cosmicRays'>,
  lines: { badColumns: Uint16Array; badRows: Uint16Array },
): Omit<FrameChecks, 'faintLine'> {
  const starCount = found?.detection.stars.length ?? 0;
  const second = found?.psf.moffat.second;
  return {
    constant: starCount === 0 && !(figures.noise !== null && figures.noise > 0),
    saturatedOutsideStars: saturatedOutside(image, found, saturation),
    doubleShare: found?.psf.doubleShare ?? 0,
    doubleShift: second === undefined ? null : { dx: second.dx, dy: second.dy },
    ...hits,
    ...lines,
  };
}

function saturatedOutside(image: StoredFrame, found: FoundStars | null, saturation: Saturation): number {
  if (saturation.fraction === 0) return 0;
  // Too many to belong to stars at all.
  if (saturation.indices.length === 0) return Math.round(saturation.fraction * image.width * image.height);
  const cores = found?.detection.stars.filter((star) => star.saturated).map((star) => star.fit) ?? [];
  return fullOutsideStars(saturation.indices, image, cores, found?.psf.shape.fwhm ?? 3);
}

function positionsOf(places: readonly { x: number; y: number }[]) {
  const kept = places.slice(0, keptPositions);
  return {
    count: places.length,
    x: Uint16Array.from(kept, (place) => place.x),
    y: Uint16Array.from(kept, (place) => place.y),
  };
}

function cropsOf(
  frame: StoredFrame,
  stars: StarTable,
  { mesh, noise }: SkyFigures,
  scale: readonly number[] | null,
): FrameCrops {
  const typical = medianOfGrid(mesh.level);
  const level = (x: number, y: number): number => {
    const column = Math.max(0, Math.min(mesh.columns - 1, Math.floor(x / mesh.cellPixels)));
    const row = Math.max(0, Math.min(mesh.rows - 1, Math.floor(y / mesh.cellPixels)));
    const here = mesh.level[row * mesh.columns + column] ?? Number.NaN;
    return Number.isNaN(here) ? typical : here;
  };
  const { width, height } = frame;
  return frameCrops({ width, height, value: valuesOf(frame) }, stars, { level, noise: noise ?? 0 }, scale);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
