/** Where a frame points and how large its pixels are on the sky. */
import type { FitsHeader } from '../../formats/fits/header.ts';

/** Degrees from degrees or from sexagesimal text; `hours` says what the sexagesimal unit is. */
export function parseAngle(text: string, unit: 'hours' | 'degrees'): number | null {
  const trimmed = text.trim();
  if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed);
  const parts = /^([+-])?\s*(\d+)[\s:hdHD°]+(\d+)(?:[\s:mM'′]+(\d+(?:\.\d*)?))?[\s:sS"″]*$/.exec(trimmed);
  if (parts === null) return null;
  const [minutes, seconds] = [Number(parts[3]), Number(parts[4] ?? 0)];
  if (minutes >= 60 || seconds >= 61) return null;
  const size = Number(parts[2]) + minutes / 60 + seconds / 3600;
  return (parts[1] === '-' ? -size : size) * (unit === 'hours' ? 15 : 1);
}

function angle(header: FitsHeader, keywords: readonly string[], unit: 'hours' | 'degrees', limit: number) {
  for (const keyword of keywords) {
    const text = header.text(keyword);
    const value = text === null ? null : parseAngle(text, unit);
    if (value !== null && Math.abs(value) <= limit) return value;
  }
  return null;
}

/** The reference pixel's coordinate, if the world coordinate system is the equatorial one. */
function worldCoordinate(header: FitsHeader, prefix: 'RA' | 'DEC', limit: number): number | null {
  for (const axis of [1, 2]) {
    if (!(header.text(`CTYPE${axis}`)?.toUpperCase().startsWith(prefix) ?? false)) continue;
    const value = header.number(`CRVAL${axis}`);
    if (value !== null && Math.abs(value) <= limit) return value;
  }
  return null;
}

export function readRightAscension(header: FitsHeader): number | null {
  const value =
    angle(header, ['RA', 'OBJCTRA', 'RA_OBJ', 'TELRA', 'RA_TARG', 'OBJRA'], 'hours', 360) ??
    worldCoordinate(header, 'RA', 360);
  return value === null ? null : (value + 360) % 360;
}

export function readDeclination(header: FitsHeader): number | null {
  return (
    angle(header, ['DEC', 'OBJCTDEC', 'DEC_OBJ', 'TELDEC', 'DEC_TARG', 'OBJDEC'], 'degrees', 90) ??
    worldCoordinate(header, 'DEC', 90)
  );
}

/** From AIRMASS, else from the altitude by Kasten and Young (Applied Optics 28, 4735, 1989). */
export function readAirmass(header: FitsHeader): number | null {
  const written = header.number('AIRMASS') ?? header.number('SECZ');
  if (written !== null && written >= 0.99 && written < 40) return written;
  for (const keyword of ['CENTALT', 'OBJCTALT', 'TELALT', 'ALT-OBJ']) {
    const text = header.text(keyword);
    const altitude = text === null ? null : parseAngle(text, 'degrees');
    if (altitude === null || altitude <= 0 || altitude > 90) continue;
    const zenithAngle = Math.sin((altitude * Math.PI) / 180);
    return Math.max(1, 1 / (zenithAngle + 0.505_72 * (altitude + 6.079_95) ** -1.6364));
  }
  return null;
}

/** Arcseconds in a radian, divided by the micrometres of a millimetre. */
const arcsecPerMicrometrePerMillimetre = 206.264_806;

function believable(scale: number | null): number | null {
  // From the largest telescopes' adaptive optics to all-sky lenses.
  return scale !== null && scale >= 0.001 && scale <= 3600 ? scale : null;
}

function fromWorldCoordinates(header: FitsHeader): number | null {
  const unit = header.text('CUNIT1')?.toLowerCase() ?? 'deg';
  if (!unit.startsWith('deg')) return null;
  const [a, b, c, d] = ['CD1_1', 'CD1_2', 'CD2_1', 'CD2_2'].map((keyword) => header.number(keyword));
  if (a !== null || d !== null || (b !== null && c !== null)) {
    const area = Math.abs((a ?? 0) * (d ?? 0) - (b ?? 0) * (c ?? 0));
    if (area > 0) return believable(Math.sqrt(area) * 3600);
  }
  if (!/RA|DEC|LON|LAT|TAN/i.test(header.text('CTYPE1') ?? '')) return null;
  const step = header.number('CDELT2') ?? header.number('CDELT1');
  return step === null ? null : believable(Math.abs(step) * 3600);
}

/** Scale of a stored pixel, from the optics, else from what a plate solver or the program wrote. */
export function readArcsecPerPixel(
  header: FitsHeader,
  pixelMicrometres: number | null,
  focalMillimetres: number | null,
): number | null {
  if (pixelMicrometres !== null && focalMillimetres !== null) {
    const scale = believable((arcsecPerMicrometrePerMillimetre * pixelMicrometres) / focalMillimetres);
    if (scale !== null) return scale;
  }
  for (const keyword of ['SECPIX', 'SECPIX1', 'PIXSCALE', 'SCALE', 'PIXSCAL1']) {
    const scale = believable(header.number(keyword));
    if (scale !== null) return scale;
  }
  return fromWorldCoordinates(header);
}
