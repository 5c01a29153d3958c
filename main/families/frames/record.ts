/**
 * The shapes that travel inside the frames family: a decoded frame, and all that is kept of it after
 * measuring. A record is everything the session-wide judgement needs, so a night is judged again without
 * opening a file.
 *
 * Pixel coordinates are those of the file: the first pixel's centre is (0, 0), x along NAXIS1, y along NAXIS2.
 */
import type { Finding, FrameHeader, FrameMeasurements } from '../../../contract/words.ts';

export type BayerPattern = 'RGGB' | 'BGGR' | 'GRBG' | 'GBRG';

/** A frame as decoded: physical values (BSCALE x + BZERO), undefined pixels NaN. */
export interface FrameImage {
  readonly width: number;
  readonly height: number;
  /** Row-major, `width * height`. The second plane of a colour cube; the raw mosaic of a Bayer frame. */
  readonly pixels: Float32Array;
  /** 1 for mono and mosaics, 3 for colour. */
  readonly planes: number;
  /** The pattern as it lies in the stored rows (offsets and ROWORDER already applied), null for mono. */
  readonly mosaic: BayerPattern | null;
  /** BITPIX of the image, or the bits of a raster file. */
  readonly bitpix: number;
  /** Physical value at which the stored type or the header says a pixel is full; null when unknown (floats). */
  readonly saturationLevel: number | null;
  readonly header: FrameHeader;
  /** Set when the file ended early: `validRows` complete rows could be read, the rest are NaN. */
  readonly truncated: { readonly validRows: number } | null;
  readonly warnings: readonly string[];
}

/** Stars of one frame, structure of arrays, brightest first. */
export interface StarTable {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Background-subtracted flux, ADU, by one fixed method for all stars of the frame. */
  readonly flux: Float32Array;
  /** Peak above background, ADU. */
  readonly peak: Float32Array;
  /** Matched-filter signal to noise. */
  readonly snr: Float32Array;
  /** sqrt(4A/pi) of the half-maximum region, px; NaN where it could not be measured. */
  readonly fwhm: Float32Array;
  /** Half-flux radius, px; NaN where not measured. */
  readonly hfr: Float32Array;
  /** 1 - b/a of the half-maximum region; NaN where not measured. */
  readonly ellipticity: Float32Array;
  /** Direction of the long axis, radians from +x towards +y, in [-pi/2, pi/2). */
  readonly angle: Float32Array;
  /** Bit set of starFlags. */
  readonly flags: Uint8Array;
}
export const starFlags = { saturated: 1, blended: 2, nearEdge: 4, doubleImage: 8 } as const;

/** Sky level and noise on a coarse grid. Cell (i, j) covers x from i*cellPixels, y from j*cellPixels. */
export interface BackgroundMesh {
  readonly columns: number;
  readonly rows: number;
  readonly cellPixels: number;
  /** ADU; NaN where a cell has no valid sky. */
  readonly level: Float32Array;
  readonly sigma: Float32Array;
}

/** A straight line found in one frame. */
export interface TrailCandidate {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Full width at half maximum of the cross profile, px. */
  readonly width: number;
  /** Peak of the cross profile per pixel over the frame's noise. */
  readonly snr: number;
  /** Signal to noise of the whole line integrated along its length. */
  readonly significance: number;
  /** 0..1 of the length that is bright (dashed aircraft are low). */
  readonly fill: number;
}

/** A long straight light too faint to be told a trail by itself. */
export interface FaintLine {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Matched signal to noise along it without its strongest eighth; the best of a frame's noise alone has 4 to 5.5. */
  readonly strength: number;
}

/** Facts about one frame alone that detectors turn into findings. */
export interface FrameChecks {
  /** True when the frame holds no sky noise and no star (shutter closed, constant). */
  readonly constant: boolean;
  /** Pixels at the saturation level outside star cores. */
  readonly saturatedOutsideStars: number;
  /** Share of stars whose image is double with a common shift, 0..1, and that shift in px. */
  readonly doubleShare: number;
  readonly doubleShift: { readonly dx: number; readonly dy: number } | null;
  /** Sharp single-pixel spikes, positions kept (at most 20,000) so that fixed ones can be told from new ones. */
  readonly hotPixels: { readonly count: number; readonly x: Uint16Array; readonly y: Uint16Array };
  /** Sharp multi-pixel hits without a point-spread function. */
  readonly cosmicRays: { readonly count: number; readonly x: Uint16Array; readonly y: Uint16Array };
  /** Columns and rows that differ from their neighbours along most of their length. */
  readonly badColumns: Uint16Array;
  readonly badRows: Uint16Array;
  /** The strongest of its kind; null where nothing straight is left. */
  readonly faintLine: FaintLine | null;
}

/** Everything kept of a readable frame. Survives structured clone; see record-codec.ts for its bytes. */
export interface FrameRecord {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly bitpix: number;
  readonly mosaic: BayerPattern | null;
  readonly header: FrameHeader;
  readonly truncated: { readonly validRows: number } | null;
  readonly warnings: readonly string[];
  /** `transparency` and `weight` are null until the session is judged. */
  readonly measurements: FrameMeasurements;
  readonly stars: StarTable;
  readonly mesh: BackgroundMesh;
  readonly trails: readonly TrailCandidate[];
  readonly checks: FrameChecks;
  readonly view: FrameView;
  readonly crops: FrameCrops;
  readonly lines: SuspectedLines;
}

/**
 * The whole frame squeezed to a small square picture for networks and thumbnails: sky-subtracted, autostretched
 * by the frame's own sky and noise, 8 bits, row 0 = NAXIS2 row 0, aspect ratio not kept.
 */
export interface FrameView {
  readonly width: number; // 224
  readonly height: number; // 224
  readonly data: Uint8Array;
}

/**
 * Pieces of the frame at its own resolution, around stars spread over the field: sky-subtracted, stretched by each
 * piece's own peak, 8 bits, `side` x `side` pixels each. Where a part of the frame has no star, its sky.
 */
export interface FrameCrops {
  readonly count: number; // 16
  readonly side: number; // 32
  readonly data: Uint8Array;
}

/**
 * The strongest straight lights that were not certain enough to be trails, for networks: what the pixels along each and following
 * it told, see `lineFigures` and `stripFigures` in trails. Places without one have figures of 0.
 */
export interface SuspectedLines {
  readonly count: number; // 3
  /** The same figures for each, all finite, most within -3..3. */
  readonly figures: Float32Array;
  /** x1, y1, x2, y2 of each, px. */
  readonly ends: Float32Array;
}

/** What the judge says of one frame within its session. */
export interface FrameJudgement {
  readonly file: string;
  readonly measurements: FrameMeasurements;
  readonly findings: readonly Finding[];
  /** P(worth stacking under the policy), 0..1. */
  readonly score: number;
  /** Inputs for learning beside the image, in the order of `frameFeatureNames`; all finite. */
  readonly features: Float32Array;
}
