/** The shapes of a simulated night: what is asked for, what is planned, what is true of each frame. */
import type { FindingCode } from '../../../../contract/words.ts';
import type { BayerPattern } from '../record.ts';
import type { PsfShape } from './psf.ts';
import type { StarField } from './star-field.ts';

/**
 * standard: every defect at a strength a person would see. hard: the same near their thresholds. streaks: trails
 * from 0.3 to 30 sigma on half of the frames. clean: nothing wrong. special: uniform veils, occlusion, stray light,
 * corner glow, meteors; crowded, undersampled or oversampled fields or two targets and filters, by seed.
 */
export const nightKinds = ['standard', 'hard', 'streaks', 'clean', 'special'] as const;
export type NightKind = (typeof nightKinds)[number];

export interface NightRecipe {
  readonly seed: number;
  readonly kind: NightKind;
  /** Default 120. */
  readonly frameCount?: number;
  /** Pixels; default 1280 x 960. */
  readonly width?: number;
  readonly height?: number;
  /** `mixed` writes every kind of file a camera or archive does; `plain` 16-bit unsigned ones. Default mixed. */
  readonly encodings?: 'mixed' | 'plain';
  /** Nights with the same one are taken with the same camera and optics; absent, each seed has its own. */
  readonly cameraSeed?: number;
}

export const defectKinds = [
  'satellite',
  'aircraft',
  'meteor',
  'cloud',
  'veil',
  'defocus',
  'dew',
  'elongation',
  'double',
  'moonlight',
  'dawn',
  'overexposed',
  'hotPixelStorm',
  'cosmicRayStorm',
  'blank',
  'shutter',
  'truncated',
  'occlusion',
  'strayLight',
  'cornerGlow',
] as const;
export type DefectKind = (typeof defectKinds)[number];

/** A straight line of light, ends inside the frame or on its border. */
export interface PlannedTrail {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Width at half maximum over that of the frame's stars. */
  readonly widthFactor: number;
  /** Peak of the cross profile per pixel over the frame's noise. */
  readonly snr: number;
  /** Dash length and gap, px; null for an unbroken line. */
  readonly dash: { readonly on: number; readonly off: number; readonly phase: number } | null;
  /** Separation of a second, parallel line of lights, px; 0 for one line. */
  readonly secondLine: number;
  /** True when the light swells and fades along the line (meteors). */
  readonly tapered: boolean;
}

export type Defect =
  | { readonly kind: 'satellite' | 'aircraft' | 'meteor'; readonly trails: readonly PlannedTrail[] }
  | { readonly kind: 'cloud'; readonly loss: number; readonly patchPixels: number; readonly glow: number }
  | { readonly kind: 'veil'; readonly loss: number }
  | { readonly kind: 'defocus'; readonly factor: number; readonly obstruction: number }
  | { readonly kind: 'dew'; readonly factor: number; readonly loss: number; readonly haloShare: number }
  /** Ellipticity beyond the night's own. */
  | { readonly kind: 'elongation'; readonly ellipticity: number; readonly angle: number }
  | { readonly kind: 'double'; readonly separation: number; readonly share: number; readonly angle: number }
  | {
      readonly kind: 'moonlight' | 'dawn';
      readonly factor: number;
      readonly gradient: number;
      readonly angle: number;
    }
  | { readonly kind: 'overexposed'; readonly fill: number }
  | { readonly kind: 'hotPixelStorm' | 'cosmicRayStorm'; readonly count: number }
  | { readonly kind: 'blank'; readonly level: number }
  | { readonly kind: 'shutter' }
  | { readonly kind: 'truncated'; readonly share: number }
  | { readonly kind: 'occlusion'; readonly edge: number; readonly share: number; readonly softPixels: number }
  | {
      readonly kind: 'strayLight';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly peak: number;
    }
  | { readonly kind: 'cornerGlow'; readonly corner: number; readonly radius: number; readonly peak: number };

export interface Camera {
  readonly name: string;
  readonly electronsPerAdu: number;
  readonly readNoiseElectrons: number;
  /** Pedestal, ADU. */
  readonly offsetAdu: number;
  readonly fullWellElectrons: number;
  readonly pixelMicrometres: number;
  readonly temperatureCelsius: number;
  readonly gainSetting: number;
  /** Bright stars bleed along their columns. */
  readonly bleeds: boolean;
  readonly hotPixels: readonly { readonly x: number; readonly y: number; readonly electrons: number }[];
  readonly badColumns: readonly { readonly x: number; readonly electrons: number }[];
}

export interface Galaxy {
  readonly x: number;
  readonly y: number;
  readonly peak: number;
  readonly scale: number;
  readonly axisRatio: number;
  /** Of the long axis, radians. */
  readonly angle: number;
}

/** One target through one filter. */
export interface Target {
  readonly name: string;
  readonly filter: string;
  readonly exposureSeconds: number;
  readonly rightAscensionDegrees: number;
  readonly declinationDegrees: number;
  readonly field: StarField;
  /** Sky in electrons per pixel at the centre under normal conditions. */
  readonly skyElectrons: number;
  /** Galaxies: exponential discs, peak electrons over the sky, scale in px, place in field coordinates. */
  readonly galaxies: readonly Galaxy[];
  /** Nebulae: peak over sky, radius px, place in field coordinates; null for none. */
  readonly nebula: readonly {
    readonly x: number;
    readonly y: number;
    readonly radius: number;
    readonly peak: number;
  }[];
}

export type Dialect = 'nina' | 'asiair' | 'sgpro' | 'ekos' | 'maxim';

export const encodings = [
  'u16',
  'i16',
  'u8',
  'i32',
  'i64',
  'f32',
  'f32unit',
  'f64',
  'extension',
  'cube',
  'bayer',
  'rice',
  'rice32',
  'gzip1',
  'gzip2',
  'gzipFloat',
  'fitsGz',
] as const;
export type Encoding = (typeof encodings)[number];

export interface FramePlan {
  readonly index: number;
  readonly file: string;
  /** Seconds since the first frame, and the moment as ISO 8601. */
  readonly seconds: number;
  readonly dateObs: string;
  readonly targetIndex: number;
  readonly encoding: Encoding;
  /** Of the Moffat profile at the field's centre, px. */
  readonly seeingPixels: number;
  /** Shift of the sky against the detector, px, and its rotation, radians. */
  readonly ditherX: number;
  readonly ditherY: number;
  readonly rotation: number;
  readonly airmass: number;
  /** Share of light that arrives, airmass and passing haze below the thresholds included; 1 at best. */
  readonly transparency: number;
  /** Sky over the target's normal sky. */
  readonly skyFactor: number;
  readonly gradientX: number;
  readonly gradientY: number;
  readonly defects: readonly Defect[];
}

export interface SimulatedNight {
  readonly recipe: NightRecipe;
  readonly width: number;
  readonly height: number;
  readonly arcsecPerPixel: number;
  readonly camera: Camera;
  readonly dialect: Dialect;
  readonly targets: readonly Target[];
  readonly frames: readonly FramePlan[];
  readonly optics: Optics;
}

/** What stays the same all night: vignetting, dust, the profile of the stars and its change over the field. */
export interface Optics {
  readonly beta: number;
  readonly ellipticity: number;
  readonly ellipticityAngle: number;
  /** Growth of the FWHM from the centre to the corners, and its tilt along x and y (shares of the FWHM). */
  readonly curvature: number;
  readonly tiltX: number;
  readonly tiltY: number;
  /** Length of diffraction spikes over that of a normal reflector; 0 for a refractor. */
  readonly spikes: number;
  readonly spikeAngle: number;
  readonly haloShare: number;
  /** Light loss at the corners. */
  readonly vignetting: number;
  readonly dust: readonly {
    readonly x: number;
    readonly y: number;
    readonly radius: number;
    readonly depth: number;
  }[];
}

export interface TrailTruth {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** FWHM of the cross profile, px. */
  readonly width: number;
  readonly snrPerPixel: number;
}

export interface StarTruth {
  readonly x: number;
  readonly y: number;
  /** ADU. */
  readonly flux: number;
  readonly snr: number;
}

export interface FrameTruth {
  readonly index: number;
  readonly file: string;
  readonly kind: 'clean' | DefectKind;
  /** All defects; empty for a clean frame. */
  readonly kinds: readonly DefectKind[];
  readonly findings: readonly FindingCode[];
  readonly trails: readonly TrailTruth[];
  /** px; NaN where the frame holds no stars. */
  readonly fwhm: number;
  readonly ellipticity: number;
  /** Physical units of the file; noise at that sky, 1 sigma per pixel. */
  readonly background: number;
  readonly noise: number;
  /** Stars of SNR 10 and more, at least 8 px inside the border. */
  readonly stars: readonly StarTruth[];
  readonly transparency: number;
  readonly encoding: Encoding;
  readonly target: string;
  readonly filter: string;
  readonly flipped: boolean;
  /** The main strength of the first defect, in its own unit (factor, loss, ellipticity, count), for sorting misses. */
  readonly strength: number;
}

/** A header card before it is written. */
export interface HeaderCard {
  readonly keyword: string;
  readonly value: string | number | boolean;
  readonly comment?: string;
}

export interface RenderedFrame {
  readonly width: number;
  readonly height: number;
  /** Quantised 16-bit values as the camera delivers them. */
  readonly pixels: Uint16Array;
  readonly mosaic: BayerPattern | null;
  readonly cards: readonly HeaderCard[];
  readonly truth: FrameTruth;
  /** Every star of SNR 4 and more, blended ones and those at the border included: what a detection may be. */
  readonly everyStar: readonly { readonly x: number; readonly y: number; readonly snr: number }[];
  readonly shape: PsfShape;
}
