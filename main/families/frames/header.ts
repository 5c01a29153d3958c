/**
 * Header keywords of the capture programs (N.I.N.A., ASIAIR, SGPro, Ekos/INDI, MaxIm DL, SharpCap, Siril) and of
 * archives, to one typed record. Each quantity lists its spellings in the order of trust.
 */
import type { FrameHeader } from '../../../contract/words.ts';
import type { FitsHeader } from '../../formats/fits/header.ts';
import { readObservationDate } from './header-date.ts';
import { readBayerPattern, readRowOrder } from './header-mosaic.ts';
import { readAirmass, readArcsecPerPixel, readDeclination, readRightAscension } from './header-sky.ts';
import { readFrameType } from './header-type.ts';

/** Text for screens and tables is capped; control characters are left to whoever shows it. */
const textLength = 200;

function text(header: FitsHeader, ...keywords: readonly string[]): string | null {
  for (const keyword of keywords) {
    const value = header.text(keyword);
    if (value !== null) return value.slice(0, textLength);
  }
  return null;
}

function number(
  header: FitsHeader,
  keywords: readonly string[],
  lowest: number,
  highest: number,
): number | null {
  for (const keyword of keywords) {
    const value = header.number(keyword) ?? withUnit(header.text(keyword));
    if (value !== null && value >= lowest && value <= highest) return value;
  }
  return null;
}

/** "60.0s", "-10.0 C", "3.76 um": some programs write units into the value. */
function withUnit(value: string | null): number | null {
  const match = /^([+-]?\d+(?:\.\d*)?)\s*[A-Za-zµ°"]{1,4}$/.exec(value ?? '');
  return match === null ? null : Number(match[1]);
}

function readExposure(header: FitsHeader): number | null {
  const seconds = number(header, ['EXPTIME', 'EXPOSURE', 'EXP_TIME', 'EXPOSURETIME', 'ITIME'], 0, 1e6);
  if (seconds !== null) return seconds;
  const microseconds = number(header, ['EXPOINUS'], 0, 1e12);
  return microseconds === null ? null : microseconds / 1e6;
}

/** Edge of a stored pixel: XPIXSZ includes binning (SBFITSEXT, INDI, N.I.N.A.), PIXSIZE1 does not. */
function readPixelSize(header: FitsHeader, binning: number | null): number | null {
  const stored = number(header, ['XPIXSZ', 'XPIXELSZ'], 0.1, 1000);
  if (stored !== null) return stored;
  const physical = number(header, ['PIXSIZE1', 'PIXSIZE', 'PIXELSZ', 'PIXSIZEX'], 0.1, 1000);
  return physical === null ? null : physical * (binning ?? 1);
}

/** "2x2", "2 2" or a number. */
function readBinning(header: FitsHeader): number | null {
  const written = number(header, ['XBINNING', 'BINNING', 'CCDXBIN', 'BINX', 'XBIN', 'CCDBINX'], 1, 64);
  if (written !== null) return written;
  const match = /^(\d{1,2})\s*[xX, ]\s*\d{1,2}$/.exec(header.text('BINNING') ?? header.text('CCDSUM') ?? '');
  return match === null ? null : Number(match[1]);
}

/** A maximum that is a converter's full scale, perhaps shifted up to 16 bits; a mere maximum of the data is not. */
function isFullScale(value: number): boolean {
  for (let bits = 8; bits <= 16; bits++) {
    const full = 2 ** bits - 1;
    if (value === full || value === full * 2 ** (16 - bits)) return true;
  }
  return false;
}

function readSaturation(header: FitsHeader, typeMaximum: number | null): number | null {
  const highest = typeMaximum ?? 1e12;
  const written = number(header, ['SATURATE', 'SATLEVEL', 'MAXADU', 'SATURAT', 'SATURATA'], 1e-6, highest);
  if (written !== null) return written;
  const maximum = number(header, ['DATAMAX'], 1, highest);
  return maximum !== null && isFullScale(maximum) ? maximum : null;
}

/**
 * Reads the record of one frame. `typeMaximum` is the largest value its pixels can have (null for floats): a
 * saturation level above it is not believed. What is odd goes to `warnings`; nothing here refuses a frame.
 */
export function readFrameHeader(
  header: FitsHeader,
  typeMaximum: number | null,
  warnings: string[],
): FrameHeader {
  const binning = readBinning(header);
  const pixelSizeMicrometres = readPixelSize(header, binning);
  const focalLengthMillimetres = number(header, ['FOCALLEN', 'FOCAL', 'FOCLEN', 'FOCALLENGTH'], 1, 1e6);
  return {
    object: text(header, 'OBJECT', 'OBJNAME', 'TARGET', 'TARGNAME'),
    filter: text(header, 'FILTER', 'FILTER1', 'FILTNAM', 'FILTERID', 'INSFLNAM', 'FILTNAM1'),
    exposureSeconds: readExposure(header),
    gain: number(header, ['GAIN', 'GAINRAW', 'CAMGAIN', 'ISOSPEED', 'ISO'], 0, 1e6),
    offset: number(header, ['OFFSET', 'BLKLEVEL', 'BLACKLVL', 'CAMOFFSET', 'BRIGHTNESS'], -1e6, 1e6),
    temperatureCelsius: number(
      header,
      ['CCD-TEMP', 'CCDTEMP', 'CCD_TEMP', 'DET-TEMP', 'SET-TEMP'],
      -273.15,
      100,
    ),
    dateObs: readObservationDate(header, warnings),
    frameType: readFrameType(header),
    camera: text(header, 'INSTRUME', 'CAMERA', 'DETECTOR', 'CAMNAME'),
    telescope: text(header, 'TELESCOP', 'TELNAME'),
    software: text(header, 'SWCREATE', 'CREATOR', 'PROGRAM', 'SOFTWARE', 'SWMODIFY'),
    focalLengthMillimetres,
    pixelSizeMicrometres,
    binning,
    arcsecPerPixel: readArcsecPerPixel(header, pixelSizeMicrometres, focalLengthMillimetres),
    rightAscensionDegrees: readRightAscension(header),
    declinationDegrees: readDeclination(header),
    airmass: readAirmass(header),
    bayerPattern: readBayerPattern(header, warnings),
    rowOrder: readRowOrder(header),
    saturationAdu: readSaturation(header, typeMaximum),
    electronsPerAdu: number(header, ['EGAIN', 'E-GAIN', 'CCDGAIN', 'ELECGAIN'], 1e-6, 1e4),
  };
}
