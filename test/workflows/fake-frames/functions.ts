/**
 * A tiny frames family: a "frame" is JSON text under an image's name. Enough to prove the workflows without
 * real pixels: `{"score": 0.9}` is judged so; `bad`, `hang`, `crash`, `type` make trouble.
 */
import { deserialize, serialize } from 'node:v8';
import { NightsiftError } from '../../../contract/errors.ts';
import type { Finding, FrameHeader, FrameMeasurements } from '../../../contract/words.ts';
import type { FrameImage, FrameRecord } from '../../../main/families/frames/record.ts';
import { noSuspects } from '../../../main/families/frames/trails/suspected-lines.ts';
import type { FrameFunctions } from '../../../main/workflows/work/frame-tasks.ts';

export interface FakeFrame {
  readonly score?: number;
  readonly type?: FrameHeader['frameType'];
  readonly object?: string;
  readonly filter?: string;
  readonly camera?: string;
  readonly dateObs?: string;
  /** Fills the view, so that near-duplicates can be made. */
  readonly look?: number;
  readonly finding?: Finding['code'];
  readonly bad?: boolean;
  readonly hang?: boolean;
  readonly crash?: boolean;
  readonly waitMilliseconds?: number;
  readonly serial?: number;
}

const nothing: FrameMeasurements = {
  fwhm: null,
  fwhmArcsec: null,
  hfr: null,
  eccentricity: null,
  ellipticity: null,
  starCount: null,
  background: null,
  noise: null,
  snr: null,
  transparency: null,
  saturatedFraction: null,
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
};

function headerOf(frame: FakeFrame): FrameHeader {
  return {
    object: frame.object ?? null,
    filter: frame.filter ?? null,
    exposureSeconds: 60,
    gain: 100,
    offset: null,
    temperatureCelsius: -10,
    dateObs: frame.dateObs ?? null,
    frameType: frame.type ?? 'light',
    camera: frame.camera ?? null,
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

const none = new Float32Array(0);
const viewSide = 16;

/** Deterministic noise, different for each `look`. */
function viewOf(look: number): Uint8Array {
  const data = new Uint8Array(viewSide * viewSide);
  let state = (look * 2654435761 + 12345) >>> 0;
  for (let index = 0; index < data.length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[index] = state >>> 24;
  }
  return data;
}

function recordOf(frame: FakeFrame, image: FrameImage, file: string): FrameRecord {
  return {
    file,
    width: image.width,
    height: image.height,
    bitpix: 16,
    mosaic: null,
    header: image.header,
    truncated: null,
    warnings: [JSON.stringify(frame)],
    measurements: { ...nothing, fwhm: 3, background: 1000 },
    stars: {
      count: 0,
      x: none,
      y: none,
      flux: none,
      peak: none,
      snr: none,
      fwhm: none,
      hfr: none,
      ellipticity: none,
      angle: none,
      flags: new Uint8Array(0),
    },
    mesh: { columns: 0, rows: 0, cellPixels: 64, level: none, sigma: none },
    trails: [],
    checks: {
      constant: false,
      saturatedOutsideStars: 0,
      doubleShare: 0,
      doubleShift: null,
      hotPixels: { count: 0, x: new Uint16Array(0), y: new Uint16Array(0) },
      cosmicRays: { count: 0, x: new Uint16Array(0), y: new Uint16Array(0) },
      badColumns: new Uint16Array(0),
      badRows: new Uint16Array(0),
      faintLine: null,
    },
    view: { width: viewSide, height: viewSide, data: viewOf(frame.look ?? frame.serial ?? 0) },
    crops: { count: 1, side: viewSide, data: viewOf(1 + (frame.look ?? frame.serial ?? 0)) },
    lines: noSuspects(),
  };
}

const frames = new WeakMap<FrameImage, FakeFrame>();

export const fakeFunctions: FrameFunctions = {
  async decodeFrame(source) {
    const text = Buffer.from(source.read(0, source.byteLength)).toString('utf8');
    if (text === '') throw new NightsiftError('empty', `${source.name}: the file is empty.`);
    let frame: FakeFrame;
    try {
      frame = JSON.parse(text);
    } catch {
      throw new NightsiftError('notAnImage', `${source.name}: not an image.`);
    }
    if (frame.bad) throw new NightsiftError('badHeader', `${source.name}: NAXIS is missing.`);
    if (frame.hang) for (;;);
    if (frame.crash) process.exit(9);
    if (frame.waitMilliseconds) await new Promise((resolve) => setTimeout(resolve, frame.waitMilliseconds));
    const image: FrameImage = {
      width: 4,
      height: 4,
      pixels: new Float32Array(16),
      planes: 1,
      mosaic: null,
      bitpix: 16,
      saturationLevel: null,
      header: headerOf(frame),
      truncated: null,
      warnings: [],
    };
    frames.set(image, frame);
    return image;
  },
  measureFrame: (image, file) => recordOf(frames.get(image)!, image, file),
  encodeRecord: (record) => serialize(record),
  decodeRecord: (bytes) => deserialize(bytes) as FrameRecord,
  judgeSession: (records, { policyChanges = {} }) =>
    records.map((record) => {
      const frame = JSON.parse(record.warnings[0]) as FakeFrame;
      const changes = policyChanges as Partial<Record<Finding['code'], string>>;
      const forgiven = frame.finding !== undefined && changes[frame.finding] === 'advisory';
      const score = forgiven ? 0.95 : (frame.score ?? 0.9);
      const findings: Finding[] =
        frame.finding === undefined
          ? []
          : [
              {
                code: frame.finding,
                severity: 0.8,
                confidence: 0.9,
                sentence: 'a fault',
                evidence: { of: records.length },
              },
            ];
      return {
        file: record.file,
        measurements: { ...record.measurements, transparency: 1 },
        findings,
        score,
        features: Float32Array.from([score, frame.serial ?? 0, Number.NaN]),
      };
    }),
};
