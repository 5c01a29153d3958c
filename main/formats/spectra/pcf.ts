/** GADRAS's binary PCF: a head of 256 bytes, then records of one length, each a head of 256 bytes and floats. */
import { refusal } from '../refusal.ts';
import { checked, mostChannels, type Spectrum, type SpectrumFile, spectrum } from './spectrum.ts';

const block = 256;
const deviationMark = 'DeviationPairsInFile';

export function looksLikePcf({ bytes }: SpectrumFile): boolean {
  if (bytes.length < 2 * block) return false;
  const records = bytes[0]! + 256 * bytes[1]!;
  const version = ascii(bytes, 2, 3);
  return (
    records >= 2 &&
    (version === 'DHS' || version.trim() === '') &&
    /^\d\d-\w{3}-\d{4}/.test(ascii(bytes, block + 180, 23))
  );
}

/**
 * A file that ends within a spectrum is refused, as what is left would pass for a whole one; fewer than 256 bytes behind
 * the last are padding.
 * @throws NightsiftError `damagedData`, `unsupportedLayout`, `tooLarge`
 */
export function readPcf(file: SpectrumFile): Spectrum[] {
  const { bytes } = file;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const recordBytes = view.getUint16(0, true) * block;
  if (ascii(bytes, block, deviationMark.length) === deviationMark) {
    throw refusal(
      'unsupportedLayout',
      file,
      'it carries deviation pairs',
      'Save it without them, or as N42.',
    );
  }
  const count = Math.floor((bytes.length - block) / recordBytes);
  const begun = block + count * recordBytes;
  if (bytes.length - begun >= block) {
    throw refusal(
      'damagedData',
      file,
      `it is cut short within spectrum ${count + 1}`,
      'Take another copy of the file.',
    );
  }
  const spectra: Spectrum[] = [];
  for (let record = 0; record < count; record += 1) {
    const at = block + record * recordBytes;
    const channels = view.getInt32(at + 252, true);
    if (channels < 1 || channels > mostChannels || channels * 4 + block > recordBytes) {
      throw refusal(
        'damagedData',
        file,
        `spectrum ${record + 1} claims ${channels} channels`,
        'Take another copy of the file.',
      );
    }
    spectra.push(checked(readRecord(bytes, view, at, channels), file));
  }
  if (spectra.length > 0) return spectra;
  throw refusal('damagedData', file, 'it ends before its first spectrum', 'Take another copy of the file.');
}

function readRecord(bytes: Uint8Array, view: DataView, at: number, channels: number): Spectrum {
  const float = (offset: number): number => view.getFloat32(at + offset, true);
  const title = ascii(bytes, at, 60).trim();
  // energy over the share of the range: offset, gain, square, cube; the term for low energies has no polynomial
  const range = [224, 228, 232, 236].map(float);
  const isPolynomial = float(240) === 0;
  return spectrum({
    title,
    counts: Float64Array.from({ length: channels }, (_, channel) => float(block + 4 * channel)),
    calibration: isPolynomial ? range.map((term, power) => term / channels ** power) : null,
    liveSeconds: float(204),
    realSeconds: float(208),
    start: vaxDate(ascii(bytes, at + 180, 23)),
    isBackground: /background/i.test(title),
  });
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** 26-Dec-2013 21:15:00.00 */
function vaxDate(text: string): string | null {
  const found = /^(\d\d)-(\w{3})-(\d{4}) (\d\d:\d\d:\d\d(?:\.\d+)?)/.exec(text);
  const month = months.indexOf(found?.[2]?.toLowerCase() ?? '');
  if (found === null || month < 0) return null;
  return `${found[3]}-${String(month + 1).padStart(2, '0')}-${found[1]}T${found[4]}`;
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder('latin1').decode(bytes.subarray(at, at + length));
}
