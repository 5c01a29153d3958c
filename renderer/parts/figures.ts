/** Numbers, times and names as they are written on screens. */
import { scoreText, type Thresholds } from '../../contract/words.ts';
import type { FigureName, FrameRow } from '../house/frame-row.ts';

export interface FigureWords {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  /** Up is worse: drawn upside down, so that down is worse in every lane. */
  readonly lowIsGood: boolean;
}

export const figureWords: Readonly<Record<FigureName | 'score', FigureWords>> = {
  score: { title: 'Score', unit: '', digits: 2, lowIsGood: false },
  fwhm: { title: 'FWHM', unit: 'px', digits: 2, lowIsGood: true },
  fwhmArcsec: { title: 'FWHM', unit: '″', digits: 2, lowIsGood: true },
  hfr: { title: 'HFR', unit: 'px', digits: 2, lowIsGood: true },
  eccentricity: { title: 'Eccentricity', unit: '', digits: 2, lowIsGood: true },
  ellipticity: { title: 'Ellipticity', unit: '', digits: 2, lowIsGood: true },
  starCount: { title: 'Stars', unit: '', digits: 0, lowIsGood: false },
  background: { title: 'Background', unit: 'ADU', digits: 0, lowIsGood: true },
  noise: { title: 'Noise', unit: 'ADU', digits: 1, lowIsGood: true },
  snr: { title: 'SNR', unit: '', digits: 0, lowIsGood: false },
  transparency: { title: 'Transparency', unit: '', digits: 2, lowIsGood: false },
  saturatedFraction: { title: 'Saturated', unit: '', digits: 4, lowIsGood: true },
  hotPixelCount: { title: 'Hot pixels', unit: '', digits: 0, lowIsGood: true },
  cosmicRayCount: { title: 'Cosmic rays', unit: '', digits: 0, lowIsGood: true },
  weight: { title: 'Weight', unit: '', digits: 2, lowIsGood: false },
  psfSignalWeight: { title: 'PSF signal weight', unit: '', digits: 2, lowIsGood: false },
  psfSnr: { title: 'PSF SNR', unit: '', digits: 3, lowIsGood: false },
  wfwhm: { title: 'wFWHM', unit: 'px', digits: 2, lowIsGood: true },
  centreFwhm: { title: 'FWHM, centre', unit: 'px', digits: 2, lowIsGood: true },
  cornerFwhm: { title: 'FWHM, corners', unit: 'px', digits: 2, lowIsGood: true },
  worstCornerFwhm: { title: 'FWHM, worst corner', unit: 'px', digits: 2, lowIsGood: true },
  cornerEccentricity: { title: 'Eccentricity, corners', unit: '', digits: 2, lowIsGood: true },
  fieldCurvature: { title: 'Field curvature', unit: '', digits: 3, lowIsGood: true },
  tilt: { title: 'Tilt', unit: '', digits: 3, lowIsGood: true },
  tiltAngle: { title: 'Tilt, direction', unit: '°', digits: 0, lowIsGood: true },
};

/** From this many digits on a value is a share, a score or the like: small ones are shown as 0.00. */
const digitsOfShares = 2;

/** A dash where nothing was measured; two figures of what rounding would leave nothing of, such as a background below 1 ADU. */
export function figureText(value: number | null | undefined, digits: number): string {
  if (value == null || !Number.isFinite(value)) return '–';
  if (digits < digitsOfShares && value !== 0 && Math.abs(value) < 10 ** -digits / 2)
    return value.toPrecision(2);
  return value.toLocaleString('en-GB', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: Math.abs(value) >= 10_000,
  });
}

/** A score, which never contradicts the label that the thresholds give it; a dash without one. */
export function scoreShown(score: number | null, thresholds?: Thresholds): string {
  return score === null || !Number.isFinite(score) ? '–' : scoreText(score, thresholds);
}

/** Why a frame has its label where the judge found nothing to name. `taste`: what a taste says of it, where it decides. */
export function labelReason(
  { label, labelledBy, score }: Pick<FrameRow, 'label' | 'labelledBy' | 'score'>,
  taste: string | null = null,
  thresholds?: Thresholds,
): string {
  const nothing = 'Nothing was found wrong, compared with the frames of its kind.';
  if (taste !== null) return `${nothing} But ${taste}.`;
  if (labelledBy !== 'model' || label === 'clean') return nothing;
  const said = label === 'review' ? 'is not sure' : 'thinks it spoiled';
  return `${nothing} The model ${said}: it gives ${scoreShown(score, thresholds)} for clean.`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}

/** `3 frames`, `1 frame`. */
export function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Hours and minutes of a sum of exposures. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Clock time of the night, UTC. */
export function clockText(time: number | null, withSeconds = false): string {
  if (time === null) return '–';
  return new Date(time).toISOString().slice(11, withSeconds ? 19 : 16);
}

export function dateText(iso: string | number | null): string {
  if (iso === null) return '–';
  return new Date(iso).toISOString().slice(0, 10);
}

/** Day and time, UTC as everywhere. */
export function momentText(iso: string | number | null): string {
  return iso === null ? '–' : new Date(iso).toISOString().slice(0, 16).replace('T', ' ');
}

/** Colour of a filter by the beginning of its name. */
export function filterColour(filter: string | null): string {
  const name = (filter ?? '').toLowerCase();
  if (/^(h|ha)([^a-z]|$|-|alpha)/.test(name)) return 'var(--filter-hydrogen)';
  if (/^o(iii|3)?/.test(name)) return 'var(--filter-oxygen)';
  if (/^s(ii|2)/.test(name)) return 'var(--filter-sulphur)';
  if (/^(r|red)([^a-z]|$)/.test(name)) return 'var(--filter-red)';
  if (/^(g|v|green)([^a-z]|$)/.test(name)) return 'var(--filter-green)';
  if (/^(b|blue)([^a-z]|$)/.test(name)) return 'var(--filter-blue)';
  if (name === '' || /^(l|lum|clear)/.test(name)) return 'var(--filter-luminance)';
  return 'var(--filter-other)';
}
