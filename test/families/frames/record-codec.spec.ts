import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../../contract/errors.ts';
import type { FrameRecord } from '../../../main/families/frames/record.ts';
import { decodeRecord, encodeRecord } from '../../../main/families/frames/record-codec.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const figure = fc.option(finite, { nil: null });
const floats = (length: number) => fc.float32Array({ minLength: length, maxLength: length });
const shorts = (length: number) => fc.uint16Array({ minLength: length, maxLength: length });

const stars = fc.nat(12).chain((count) =>
  fc.record({
    count: fc.constant(count),
    x: floats(count),
    y: floats(count),
    flux: floats(count),
    peak: floats(count),
    snr: floats(count),
    fwhm: floats(count),
    hfr: floats(count),
    ellipticity: floats(count),
    angle: floats(count),
    flags: fc.uint8Array({ minLength: count, maxLength: count }),
  }),
);
const mesh = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([columns, rows]) =>
    fc.record({
      columns: fc.constant(columns),
      rows: fc.constant(rows),
      cellPixels: fc.constant(64),
      level: floats(columns * rows),
      sigma: floats(columns * rows),
    }),
  );
const spots = fc
  .nat(5)
  .chain((kept) =>
    fc.record({ count: fc.integer({ min: kept, max: 90_000 }), x: shorts(kept), y: shorts(kept) }),
  );
const trail = fc.record({
  x1: finite,
  y1: finite,
  x2: finite,
  y2: finite,
  width: finite,
  snr: finite,
  significance: finite,
  fill: finite,
});
const text = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });
const header = fc.record({
  object: text,
  filter: text,
  exposureSeconds: figure,
  gain: figure,
  offset: figure,
  temperatureCelsius: figure,
  dateObs: text,
  frameType: fc.constantFrom('light' as const, 'flat' as const, 'unknown' as const),
  camera: text,
  telescope: text,
  software: text,
  focalLengthMillimetres: figure,
  pixelSizeMicrometres: figure,
  binning: figure,
  arcsecPerPixel: figure,
  rightAscensionDegrees: figure,
  declinationDegrees: figure,
  airmass: figure,
  bayerPattern: text,
  rowOrder: fc.constantFrom('topDown' as const, 'bottomUp' as const, null),
  saturationAdu: figure,
  electronsPerAdu: figure,
});
const measurements = fc.record({
  fwhm: figure,
  fwhmArcsec: figure,
  hfr: figure,
  eccentricity: figure,
  ellipticity: figure,
  starCount: figure,
  background: figure,
  noise: figure,
  snr: figure,
  transparency: figure,
  saturatedFraction: figure,
  hotPixelCount: figure,
  cosmicRayCount: figure,
  weight: figure,
  psfSignalWeight: figure,
  psfSnr: figure,
  wfwhm: figure,
  centreFwhm: figure,
  cornerFwhm: figure,
  worstCornerFwhm: figure,
  cornerEccentricity: figure,
  fieldCurvature: figure,
  tilt: figure,
  tiltAngle: figure,
});
const record: fc.Arbitrary<FrameRecord> = fc.record({
  file: fc.string({ unit: 'grapheme' }),
  width: fc.nat(9000),
  height: fc.nat(9000),
  bitpix: fc.constantFrom(8, 16, 32, 64, -32, -64),
  mosaic: fc.constantFrom('RGGB' as const, null),
  header,
  truncated: fc.option(fc.record({ validRows: fc.nat(900) }), { nil: null }),
  warnings: fc.array(fc.string(), { maxLength: 3 }),
  measurements,
  stars,
  mesh,
  trails: fc.array(trail, { maxLength: 4 }),
  checks: fc.record({
    constant: fc.boolean(),
    saturatedOutsideStars: fc.nat(),
    doubleShare: fc.constant(0.25),
    doubleShift: fc.option(fc.record({ dx: finite, dy: finite }), { nil: null }),
    hotPixels: spots,
    cosmicRays: spots,
    badColumns: shorts(2),
    badRows: shorts(1),
    faintLine: fc.option(fc.record({ x1: finite, y1: finite, x2: finite, y2: finite, strength: finite }), {
      nil: null,
    }),
  }),
  view: fc.record({
    width: fc.constant(8),
    height: fc.constant(4),
    data: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  }),
  crops: fc.record({
    count: fc.constant(2),
    side: fc.constant(3),
    data: fc.uint8Array({ minLength: 18, maxLength: 18 }),
  }),
  lines: fc.record({ count: fc.constant(1), figures: floats(3), ends: floats(4) }),
});

describe('frame records as bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(record, (before) => {
        expect(decodeRecord(encodeRecord(before))).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it('are refused by name when a byte was changed or the end is missing', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (before, place, flip) => {
        const bytes = encodeRecord(before);
        const changed = bytes.slice();
        changed[place % bytes.length] ^= flip;
        // Two bytes of the front are reserved and mean nothing yet.
        if (place % bytes.length !== 6 && place % bytes.length !== 7) expect(refused(changed)).toBe(true);
        expect(refused(bytes.subarray(0, place % bytes.length))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('do not depend on where the bytes lie in memory', () => {
    const [before] = fc.sample(record, { numRuns: 1, seed: 5 });
    const bytes = encodeRecord(before);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(decodeRecord(shifted)).toEqual(before);
  });
});

function refused(bytes: Uint8Array): boolean {
  try {
    decodeRecord(bytes);
    return false;
  } catch (error) {
    return isNightsiftError(error);
  }
}
