/** The same frames seen otherwise: mirrored, in another gain, emptied, full of NaN. */
import type { FrameRecord, StarTable } from '../../../main/families/frames/record.ts';

function remapMesh(
  record: FrameRecord,
  values: Float32Array,
  from: (c: number, r: number) => number,
): Float32Array {
  return values.map((_, i) => values[from(i % record.mesh.columns, Math.floor(i / record.mesh.columns))]);
}

/** Left and right, or bottom and top, exchanged. Only for frames that whole mesh cells fill. */
export function mirrored(record: FrameRecord, axis: 'x' | 'y'): FrameRecord {
  const { stars, mesh, checks } = record;
  const flip = (values: Float32Array, size: number): Float32Array => values.map((value) => size - 1 - value);
  const flipHits = (hits: FrameRecord['checks']['hotPixels']) => ({
    count: hits.count,
    x: axis === 'x' ? hits.x.map((x) => record.width - 1 - x) : hits.x,
    y: axis === 'y' ? hits.y.map((y) => record.height - 1 - y) : hits.y,
  });
  const from = (c: number, r: number): number =>
    axis === 'x' ? r * mesh.columns + (mesh.columns - 1 - c) : (mesh.rows - 1 - r) * mesh.columns + c;
  const x = (value: number): number => (axis === 'x' ? record.width - 1 - value : value);
  const y = (value: number): number => (axis === 'y' ? record.height - 1 - value : value);
  return {
    ...record,
    stars: {
      ...stars,
      x: axis === 'x' ? flip(stars.x, record.width) : stars.x,
      y: axis === 'y' ? flip(stars.y, record.height) : stars.y,
      angle: stars.angle.map((angle) => -angle),
    },
    mesh: { ...mesh, level: remapMesh(record, mesh.level, from), sigma: remapMesh(record, mesh.sigma, from) },
    trails: record.trails.map((t) => ({ ...t, x1: x(t.x1), y1: y(t.y1), x2: x(t.x2), y2: y(t.y2) })),
    checks: { ...checks, hotPixels: flipHits(checks.hotPixels), cosmicRays: flipHits(checks.cosmicRays) },
  };
}

/** Every figure in ADU multiplied. */
export function scaled(record: FrameRecord, factor: number): FrameRecord {
  const times = (values: Float32Array): Float32Array => values.map((value) => value * factor);
  const figure = (value: number | null): number | null => (value === null ? null : value * factor);
  const { stars, mesh, measurements } = record;
  return {
    ...record,
    measurements: {
      ...measurements,
      background: figure(measurements.background),
      noise: figure(measurements.noise),
    },
    stars: { ...stars, flux: times(stars.flux), peak: times(stars.peak) },
    mesh: { ...mesh, level: times(mesh.level), sigma: times(mesh.sigma) },
  };
}

export function withoutStars(record: FrameRecord): FrameRecord {
  const none = (values: Float32Array): Float32Array => values.subarray(0, 0);
  const { stars, measurements } = record;
  const empty: StarTable = {
    count: 0,
    x: none(stars.x),
    y: none(stars.y),
    flux: none(stars.flux),
    peak: none(stars.peak),
    snr: none(stars.snr),
    fwhm: none(stars.fwhm),
    hfr: none(stars.hfr),
    ellipticity: none(stars.ellipticity),
    angle: none(stars.angle),
    flags: stars.flags.subarray(0, 0),
  };
  const figures = { fwhm: null, hfr: null, eccentricity: null, ellipticity: null, snr: null, starCount: 0 };
  return { ...record, stars: empty, measurements: { ...measurements, ...figures } };
}

/** Nothing measurable: every number NaN or null, with the arrays kept. */
export function allUndefined(record: FrameRecord): FrameRecord {
  const lost = (values: Float32Array): Float32Array => values.map(() => Number.NaN);
  const { stars, mesh, measurements } = record;
  const figures = Object.keys(measurements).map((name) => [name, null]);
  return {
    ...record,
    measurements: Object.fromEntries(figures) as FrameRecord['measurements'],
    stars: {
      ...stars,
      x: lost(stars.x),
      y: lost(stars.y),
      flux: lost(stars.flux),
      peak: lost(stars.peak),
      snr: lost(stars.snr),
      fwhm: lost(stars.fwhm),
      hfr: lost(stars.hfr),
      ellipticity: lost(stars.ellipticity),
      angle: lost(stars.angle),
    },
    mesh: { ...mesh, level: lost(mesh.level), sigma: lost(mesh.sigma) },
    trails: record.trails.map((t) => ({
      ...t,
      snr: Number.NaN,
      significance: Number.NaN,
      width: Number.NaN,
    })),
    checks: { ...record.checks, doubleShare: Number.NaN },
  };
}
