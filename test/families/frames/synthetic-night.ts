/**
 * Frame records of a simulated night without its pixels: stars, meshes and checks straight from the plan, with the
 * errors that measuring would make. Hundreds of frames in a second, so that the judge can be tested on whole nights.
 */
import type { FrameHeader } from '../../../contract/words.ts';
import type { FrameRecord, StarTable, TrailCandidate } from '../../../main/families/frames/record.ts';
import { starFlags } from '../../../main/families/frames/record.ts';
import { PsfField, placeStars } from '../../../main/families/frames/simulate/draw-stars.ts';
import { shapeOf } from '../../../main/families/frames/simulate/frame-shape.ts';
import type { FramePlan, SimulatedNight } from '../../../main/families/frames/simulate/night.ts';
import { measureShape } from '../../../main/families/frames/simulate/psf.ts';
import { Random } from '../../../main/families/frames/simulate/random.ts';
import { drawFlat, mapSky, valueAt } from '../../../main/families/frames/simulate/sky-map.ts';
import { noSuspects } from '../../../main/families/frames/trails/suspected-lines.ts';

const cellPixels = 64;
const view = { width: 1, height: 1, data: new Uint8Array(1) };
const crops = { count: 1, side: 1, data: new Uint8Array(1) };

export function syntheticRecords(night: SimulatedNight): FrameRecord[] {
  const flat = drawFlat(night);
  return night.frames.map((plan) => syntheticRecord(night, plan, flat));
}

type Defect = FramePlan['defects'][number];
const defectOf = <K extends Defect['kind']>(plan: FramePlan, kind: K) =>
  plan.defects.find((defect): defect is Extract<Defect, { kind: K }> => defect.kind === kind);

function stormOf(plan: FramePlan, kind: Defect['kind']): number {
  const storm = plan.defects.find((defect) => defect.kind === kind);
  return storm !== undefined && 'count' in storm ? storm.count : 0;
}

function syntheticRecord(night: SimulatedNight, plan: FramePlan, flat: Float32Array): FrameRecord {
  const random = new Random(night.recipe.seed, plan.index, 77);
  const { camera, width, height } = night;
  const dark = defectOf(plan, 'blank') !== undefined || defectOf(plan, 'shutter') !== undefined;
  const over = defectOf(plan, 'overexposed');
  const target = night.targets[plan.targetIndex];
  const full = Math.min(camera.fullWellElectrons, (65_535 - camera.offsetAdu) * camera.electronsPerAdu);
  const exposure = over === undefined ? 1 : (over.fill * full) / (target.skyElectrons * plan.skyFactor);
  const map = mapSky(night, plan);
  const shape = shapeOf(night, plan);
  const psf = new PsfField(night, shape);
  const region = measureShape({ ...shape, doubleShare: 0 });
  const lastRow = defectOf(plan, 'truncated');
  const rows = lastRow === undefined ? height : Math.floor(height * lastRow.share);
  const sky = (x: number, y: number): number =>
    dark
      ? 0
      : Math.min(full, valueAt(map, map.sky, x, y) * flat[Math.floor(y) * width + Math.floor(x)] * exposure);
  const mesh = meshOf(night, sky, random);
  const middle = Float32Array.from(mesh.level).sort()[mesh.level.length >> 1];
  const noise = Float32Array.from(mesh.sigma).sort()[mesh.sigma.length >> 1];
  const table = psf.table(0);
  const stars = starTable({
    night,
    random,
    rows,
    placed: dark ? [] : placeStars(night, plan, psf, { map, flat, exposure }),
    noiseElectrons: noise * camera.electronsPerAdu,
    sharpness: Math.sqrt(table.sumOfSquares),
    peak: table.peak,
    region,
    full: over === undefined ? full : full - target.skyElectrons * exposure,
  }); // prettier-ignore
  const counted = Array.from(stars.snr).filter((snr) => snr >= 10).length;
  const wide = region.fwhm * (1 + 0.003 * random.normal());
  const ellipticity = Math.abs(region.ellipticity + 0.003 * random.normal());
  const doubled = defectOf(plan, 'double') !== undefined;
  return {
    file: plan.file,
    width,
    height,
    bitpix: 16,
    mosaic: null,
    header: headerOf(night, plan),
    truncated: lastRow === undefined ? null : { validRows: rows },
    warnings: [],
    measurements: {
      fwhm: counted > 0 ? wide : null,
      fwhmArcsec: null,
      hfr: counted > 0 ? wide * 0.6 : null,
      eccentricity: counted > 0 ? Math.sqrt(1 - (1 - ellipticity) ** 2) : null,
      ellipticity: counted > 0 ? ellipticity : null,
      starCount: counted,
      background: middle,
      noise: noise * (1 + 0.002 * random.normal()),
      snr: counted > 0 ? stars.snr[Math.min(25, counted - 1)] : null,
      transparency: null,
      saturatedFraction: over !== undefined && over.fill > 1 ? 0.9 : 0.0002 * (over === undefined ? 1 : 30),
      hotPixelCount: null,
      cosmicRayCount: null,
      weight: null,
      psfSignalWeight: null,
      psfSnr: null,
      wfwhm: null,
      centreFwhm: null,
      cornerFwhm: null,
      worstCornerFwhm: null,
      cornerEccentricity: null,
      fieldCurvature: null,
      tilt: null,
      tiltAngle: null,
    },
    stars,
    mesh,
    trails: plan.defects
      .flatMap((defect) => ('trails' in defect ? defect.trails : []))
      .flatMap((trail): TrailCandidate[] => {
        const trailWidth = region.fwhm * trail.widthFactor;
        const length = Math.hypot(trail.x2 - trail.x1, trail.y2 - trail.y1);
        const fill = trail.dash === null ? 1 : trail.dash.on / (trail.dash.on + trail.dash.off);
        const significance = 0.8 * trail.snr * Math.sqrt(length * 0.75 * trailWidth) * Math.sqrt(fill);
        const { x1, y1, x2, y2, snr } = trail;
        return significance < 6 ? [] : [{ x1, y1, x2, y2, width: trailWidth, snr, significance, fill }];
      }),
    checks: {
      constant: defectOf(plan, 'blank') !== undefined,
      saturatedOutsideStars: over !== undefined && over.fill > 1 ? 0.9 * width * height : 0,
      doubleShare: doubled ? 0.9 : Math.abs(0.03 * random.normal()),
      doubleShift: doubled ? { dx: 4, dy: 1 } : null,
      hotPixels: hits(random, camera.hotPixels, stormOf(plan, 'hotPixelStorm'), night),
      cosmicRays: hits(random, [], random.poisson(5) + stormOf(plan, 'cosmicRayStorm'), night),
      badColumns: new Uint16Array(0),
      badRows: new Uint16Array(0),
      faintLine: null,
    },
    view,
    crops,
    lines: noSuspects(),
  };
}

function meshOf(night: SimulatedNight, sky: (x: number, y: number) => number, random: Random) {
  const { camera } = night;
  const columns = Math.round(night.width / cellPixels);
  const rows = Math.round(night.height / cellPixels);
  const level = new Float32Array(columns * rows);
  const sigma = new Float32Array(columns * rows);
  for (let c = 0; c < level.length; c++) {
    const x = ((c % columns) + 0.5) * cellPixels;
    const y = (Math.floor(c / columns) + 0.5) * cellPixels;
    const electrons = sky(Math.min(x, night.width - 1), Math.min(y, night.height - 1));
    const noise = Math.sqrt(electrons + camera.readNoiseElectrons ** 2);
    const share = (noise / cellPixels) * 1.3 * random.normal();
    level[c] = (electrons + share) / camera.electronsPerAdu + camera.offsetAdu;
    sigma[c] = (noise * (1 + 0.02 * random.normal())) / camera.electronsPerAdu;
  }
  return { columns, rows, cellPixels, level, sigma };
}

interface StarInput {
  readonly night: SimulatedNight;
  readonly random: Random;
  readonly rows: number;
  readonly placed: readonly { x: number; y: number; electrons: number }[];
  readonly noiseElectrons: number;
  readonly sharpness: number;
  readonly peak: number;
  readonly region: { readonly fwhm: number; readonly ellipticity: number };
  readonly full: number;
}

function starTable(input: StarInput): StarTable {
  const { night, random, region } = input;
  const taken = new Set<number>();
  const kept = [...input.placed]
    .sort((p, q) => q.electrons - p.electrons)
    .map((star) => ({ ...star, snr: (star.electrons * input.sharpness) / input.noiseElectrons }))
    .filter((star) => {
      const inside = star.x > 2 && star.y > 2 && star.x < night.width - 3 && star.y < input.rows - 3;
      const cell =
        Math.round(star.y / (1.5 * region.fwhm)) * 65_536 + Math.round(star.x / (1.5 * region.fwhm));
      if (!inside || star.snr < 6 || taken.has(cell)) return false;
      taken.add(cell);
      return !random.chance(star.snr < 12 ? 0.2 : 0.01);
    });
  const column = (read: (star: (typeof kept)[number]) => number) => Float32Array.from(kept, read);
  const noisy = (star: (typeof kept)[number]): number =>
    star.electrons * (1 + random.normal() * Math.sqrt(1 / star.snr ** 2 + 1 / star.electrons + 0.004 ** 2));
  const flux = column((star) => noisy(star) / night.camera.electronsPerAdu);
  const nearEdge = (star: { x: number; y: number }): boolean =>
    star.x < 8 || star.y < 8 || star.x > night.width - 9 || star.y > night.height - 9;
  return {
    count: kept.length,
    x: column((star) => star.x + (0.5 * random.normal() * region.fwhm) / star.snr),
    y: column((star) => star.y + (0.5 * random.normal() * region.fwhm) / star.snr),
    flux,
    peak: column((star) => star.electrons * input.peak),
    snr: column((star) => star.snr),
    fwhm: column(() => region.fwhm),
    hfr: column(() => 0.6 * region.fwhm),
    ellipticity: column(() => region.ellipticity),
    angle: column(() => 0.3),
    flags: Uint8Array.from(
      kept,
      (star) =>
        (star.electrons * input.peak > input.full ? starFlags.saturated : 0) |
        (nearEdge(star) ? starFlags.nearEdge : 0),
    ),
  };
}

function hits(
  random: Random,
  fixed: readonly { readonly x: number; readonly y: number }[],
  extra: number,
  night: SimulatedNight,
) {
  const places = [...fixed];
  for (let i = 0; i < extra; i++)
    places.push({ x: random.below(night.width), y: random.below(night.height) });
  return {
    count: places.length,
    x: Uint16Array.from(places, (place) => place.x),
    y: Uint16Array.from(places, (place) => place.y),
  };
}

export function headerOf(night: SimulatedNight, plan: FramePlan): FrameHeader {
  const target = night.targets[plan.targetIndex];
  return {
    object: target.name,
    filter: target.filter,
    exposureSeconds: target.exposureSeconds,
    gain: night.camera.gainSetting,
    offset: null,
    temperatureCelsius: null,
    dateObs: plan.dateObs,
    frameType: 'light',
    camera: night.camera.name,
    telescope: null,
    software: null,
    focalLengthMillimetres: null,
    pixelSizeMicrometres: null,
    binning: 1,
    arcsecPerPixel: null,
    rightAscensionDegrees: null,
    declinationDegrees: null,
    airmass: null,
    bayerPattern: null,
    rowOrder: null,
    saturationAdu: null,
    electronsPerAdu: null,
  };
}
