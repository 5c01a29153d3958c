/** A gamma spectrum as files carry it, and how readers refuse. */
import { refusal } from '../refusal.ts';

export interface Spectrum {
  /** What the file calls it; empty where it does not. */
  readonly title: string;
  /** Per channel; fractional where the file holds scaled counts. */
  readonly counts: Float64Array;
  /**
   * Energy of the lower edge of channel k in keV: c0 + c1 k + c2 k^2 + …; null where the file has none or none that
   * rises.
   */
  readonly calibration: readonly number[] | null;
  readonly liveSeconds: number | null;
  readonly realSeconds: number | null;
  /** ISO 8601 as far as the file says; null where it does not. */
  readonly start: string | null;
  readonly detector: string | null;
  readonly isBackground: boolean;
}

/** A file of a spectrum format, whole. */
export interface SpectrumFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** More channels than any multichannel analyser has. */
export const mostChannels = 1 << 20;
/** More spectra than a file of one campaign holds; each costs memory. */
export const mostSpectra = 100_000;

/** What a reader knows; the rest is filled in. */
export function spectrum(known: Partial<Spectrum> & Pick<Spectrum, 'counts'>): Spectrum {
  return {
    title: '',
    liveSeconds: null,
    realSeconds: null,
    start: null,
    detector: null,
    isBackground: false,
    ...known,
    calibration: known.calibration == null ? null : risingOnly(known.calibration),
  };
}

/** A calibration that does not rise says nothing of energies; trailing zeros are dropped down to two terms. */
function risingOnly(terms: readonly number[]): readonly number[] | null {
  const finite = terms.every(Number.isFinite);
  return finite && terms.length >= 2 && terms.slice(1).some((term) => term !== 0) ? terms : null;
}

/** The text of a file; bytes beyond ASCII are read as Latin-1, which never fails. */
export function textOf({ bytes }: SpectrumFile): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** Counts from words; an error that names the first word that is none. */
export function countsFrom(words: readonly string[], file: SpectrumFile, format: string): Float64Array {
  if (words.length > mostChannels) {
    throw refusal('tooLarge', file, `${words.length} channels`, `At most ${mostChannels} are read.`);
  }
  return Float64Array.from(words, (word, channel) => {
    const value = Number(word);
    if (word !== '' && Number.isFinite(value)) return value;
    throw refusal(
      'damagedData',
      file,
      `channel ${channel} holds "${word.slice(0, 20)}" where a count belongs`,
      `Expected a ${format} file with one number for each channel.`,
    );
  });
}

/** Errors: damagedData when there are none, or a negative one. */
export function checked(found: Spectrum, file: SpectrumFile): Spectrum {
  if (found.counts.length === 0) {
    throw refusal('damagedData', file, 'it holds no channel', 'Take another copy of the file.');
  }
  const negative = found.counts.findIndex((value) => value < 0);
  if (negative < 0) return found;
  throw refusal(
    'damagedData',
    file,
    `channel ${negative} holds ${found.counts[negative]}, and counts are never negative`,
    'Give the spectrum before its background is taken off.',
  );
}

/** MM/DD/YYYY HH:MM:SS and the like as ISO 8601; null for anything else. */
export function americanDate(text: string): string | null {
  const found = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})\s+(\d{1,2}:\d{2}:\d{2}(?:\.\d+)?)/.exec(text.trim());
  if (found === null) return null;
  const [, month = '', day = '', year = '', time = ''] = found;
  const fullYear = year.length === 4 ? year : `${Number(year) < 70 ? '20' : '19'}${year}`;
  return `${fullYear}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${time.padStart(8, '0')}`;
}
