/** Header cards as capture programs write them: the same facts under other names. */
import type { FramePlan, HeaderCard, SimulatedNight, Target } from './night.ts';

interface Facts {
  readonly night: SimulatedNight;
  readonly plan: FramePlan;
  readonly target: Target;
  readonly focalLength: number;
}

type Cards = HeaderCard[];
const card = (keyword: string, value: HeaderCard['value'], comment?: string): HeaderCard =>
  comment === undefined ? { keyword, value } : { keyword, value, comment };

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Degrees as `hh mm ss.s` (hours) or `dd mm ss`. */
function sexagesimal(value: number, separator: string): string {
  const size = Math.abs(value);
  const whole = Math.floor(size);
  const minutes = Math.floor((size - whole) * 60);
  const seconds = ((size - whole) * 60 - minutes) * 60;
  const pad = (part: number): string => String(part).padStart(2, '0');
  const sign = value < 0 ? '-' : '+';
  return `${sign}${pad(whole)}${separator}${pad(minutes)}${separator}${pad(Math.floor(seconds))}`;
}

function ninaCards({ night, plan, target, focalLength }: Facts): Cards {
  const { camera } = night;
  return [
    card('IMAGETYP', 'LIGHT', 'Type of exposure'),
    card('EXPOSURE', target.exposureSeconds, '[s] Exposure duration'),
    card('EXPTIME', target.exposureSeconds, '[s] Exposure duration'),
    card('DATE-LOC', plan.dateObs, 'Time of observation (local)'),
    card('DATE-OBS', plan.dateObs, 'Time of observation (UTC)'),
    card('XBINNING', 1, 'X axis binning factor'),
    card('YBINNING', 1, 'Y axis binning factor'),
    card('GAIN', camera.gainSetting, 'Sensor gain'),
    card('OFFSET', 30, 'Sensor gain offset'),
    card('EGAIN', rounded(camera.electronsPerAdu, 6), '[e-/ADU] Electrons per A/D unit'),
    card('XPIXSZ', camera.pixelMicrometres, '[um] Pixel X axis size'),
    card('YPIXSZ', camera.pixelMicrometres, '[um] Pixel Y axis size'),
    card('INSTRUME', camera.name, 'Imaging instrument name'),
    card('SET-TEMP', camera.temperatureCelsius, '[degC] CCD temperature setpoint'),
    card('CCD-TEMP', camera.temperatureCelsius + 0.1, '[degC] CCD temperature'),
    card('TELESCOP', '130PDS', 'Name of telescope'),
    card('FOCALLEN', focalLength, '[mm] Focal length'),
    card('RA', rounded(target.rightAscensionDegrees, 6), '[deg] RA of telescope'),
    card('DEC', rounded(target.declinationDegrees, 6), '[deg] Declination of telescope'),
    card('AIRMASS', rounded(plan.airmass, 4), 'Airmass at frame center'),
    card('FILTER', target.filter, 'Active filter name'),
    card('OBJECT', target.name, 'Name of the object of interest'),
    card('ROWORDER', 'TOP-DOWN', 'FITS Image Orientation'),
    card('EQUINOX', 2000, 'Equinox of celestial coordinate system'),
    card('SWCREATE', 'N.I.N.A. 3.1.2.9001 (x64)', 'Software that created this file'),
  ];
}

function asiairCards({ night, plan, target, focalLength }: Facts): Cards {
  const { camera } = night;
  return [
    card('CREATOR', 'ZWO ASIAIR Plus', 'Capture software'),
    card('XORGSUBF', 0, 'Subframe X position in binned pixels'),
    card('FOCALLEN', focalLength, 'Focal length of telescope in mm'),
    card('XBINNING', 1, 'Camera X Bin'),
    card('CCDXBIN', 1, 'Camera X Bin'),
    card('XPIXSZ', camera.pixelMicrometres, 'pixel size in microns (with binning)'),
    card('IMAGETYP', 'Light', 'Type of image'),
    card('STACKCNT', 1, 'Stack frames'),
    card('EXPOSURE', target.exposureSeconds, 'Exposure time in seconds'),
    card('EXPTIME', target.exposureSeconds, 'Exposure time in seconds'),
    card('CCD-TEMP', camera.temperatureCelsius, 'sensor temperature in C'),
    card('RA', rounded(target.rightAscensionDegrees, 6), 'Object Right Ascension in degrees'),
    card('DEC', rounded(target.declinationDegrees, 6), 'Object Declination in degrees'),
    card('OBJECT', target.name),
    card('FILTER', target.filter, 'Filter used when taking image'),
    card('DATE-OBS', `${plan.dateObs}000`, 'Image created time'),
    card('INSTRUME', camera.name, 'Camera model'),
    card('GAIN', camera.gainSetting, 'Gain Value'),
    card('OFFSET', 50, 'camera offset'),
  ];
}

function sgproCards({ night, plan, target, focalLength }: Facts): Cards {
  const { camera } = night;
  return [
    card('OBJECT', target.name, 'Object name'),
    card('DATE-OBS', plan.dateObs, 'GMT start of exposure'),
    card('IMAGETYP', 'LIGHT', 'Type of image'),
    card('EXPOSURE', target.exposureSeconds, 'Exposure time in seconds'),
    card('CCD-TEMP', camera.temperatureCelsius, 'CCD temperature in C'),
    card('XPIXSZ', camera.pixelMicrometres, 'Pixel size'),
    card('XBINNING', 1),
    card('FILTER', target.filter),
    card('GAIN', camera.gainSetting),
    card('EGAIN', rounded(camera.electronsPerAdu, 4), 'Electrons per ADU'),
    card('FOCALLEN', focalLength),
    card('OBJCTRA', sexagesimal(target.rightAscensionDegrees / 15, ' ').slice(1), 'Object RA'),
    card('OBJCTDEC', sexagesimal(target.declinationDegrees, ' '), 'Object declination'),
    card('CREATOR', 'Sequence Generator Pro v4.3.0.1247', 'Capture software'),
    card('INSTRUME', camera.name),
  ];
}

function ekosCards({ night, plan, target, focalLength }: Facts): Cards {
  const { camera } = night;
  return [
    card('ROWORDER', 'TOP-DOWN', 'Row Order'),
    card('INSTRUME', camera.name, 'CCD Name'),
    card('TELESCOP', 'EQMod Mount', 'Telescope name'),
    card('EXPTIME', target.exposureSeconds, 'Total Exposure Time (s)'),
    card('CCD-TEMP', camera.temperatureCelsius, 'CCD Temperature (Celsius)'),
    card('PIXSIZE1', camera.pixelMicrometres, 'Pixel Size 1 (microns)'),
    card('PIXSIZE2', camera.pixelMicrometres, 'Pixel Size 2 (microns)'),
    card('XBINNING', 1, 'Binning factor in width'),
    card('FRAME', 'Light', 'Frame Type'),
    card('IMAGETYP', 'Light Frame', 'Frame Type'),
    card('FILTER', target.filter, 'Filter'),
    card('FOCALLEN', focalLength, 'Focal Length (mm)'),
    card('OBJECT', target.name, 'Object name'),
    card('OBJCTRA', sexagesimal(target.rightAscensionDegrees / 15, ' ').slice(1), 'Object J2000 RA in Hours'),
    card('OBJCTDEC', sexagesimal(target.declinationDegrees, ' '), 'Object J2000 DEC in Degrees'),
    card('AIRMASS', rounded(plan.airmass, 4), 'Airmass'),
    card('GAIN', camera.gainSetting, 'Gain'),
    card('OFFSET', 30, 'Offset'),
    card('DATE-OBS', plan.dateObs, 'UTC start date of observation'),
  ];
}

function maximCards({ night, plan, target, focalLength }: Facts): Cards {
  const { camera } = night;
  return [
    card('DATE-OBS', plan.dateObs.slice(0, 19), 'YYYY-MM-DDThh:mm:ss observation, UT'),
    card('EXPTIME', target.exposureSeconds, 'Exposure time in seconds'),
    card('EXPOSURE', target.exposureSeconds, 'Exposure time in seconds'),
    card('SET-TEMP', camera.temperatureCelsius, 'CCD temperature setpoint in C'),
    card('CCD-TEMP', camera.temperatureCelsius, 'CCD temperature at start of exposure in C'),
    card('XPIXSZ', camera.pixelMicrometres, 'Pixel Width in microns (after binning)'),
    card('XBINNING', 1, 'Binning factor in width'),
    card('FILTER', target.filter, 'Filter used when taking image'),
    card('IMAGETYP', 'Light Frame', 'Type of image'),
    card('FOCALLEN', focalLength, 'Focal length of telescope in mm'),
    card('OBJCTRA', sexagesimal(target.rightAscensionDegrees / 15, ' ').slice(1), 'Nominal Right Ascension'),
    card('OBJCTDEC', sexagesimal(target.declinationDegrees, ' '), 'Nominal Declination'),
    card('INSTRUME', camera.name, 'instrument or camera used'),
    card('EGAIN', rounded(camera.electronsPerAdu, 5), 'Electronic gain in e-/ADU'),
    card('OBJECT', target.name),
    card('SWCREATE', 'MaxIm DL Version 6.28', 'Name of software'),
    card('PEDESTAL', 0, 'Correction to add for zero-based ADU'),
  ];
}

const dialectCards = {
  nina: ninaCards,
  asiair: asiairCards,
  sgpro: sgproCards,
  ekos: ekosCards,
  maxim: maximCards,
} as const;

/** 206.265 arcsec per pixel for a micrometre at a metre. */
const ARCSEC_PER_RADIAN_MICRO = 206.264806;

/** The cards of a frame in the night's dialect, without those of the encoding. */
export function cardsOf(night: SimulatedNight, plan: FramePlan): HeaderCard[] {
  const target = night.targets[plan.targetIndex] as Target;
  const { pixelMicrometres } = night.camera;
  const focalLength = Math.round((ARCSEC_PER_RADIAN_MICRO * pixelMicrometres) / night.arcsecPerPixel);
  const cards = dialectCards[night.dialect]({ night, plan, target, focalLength });
  if (plan.encoding === 'bayer')
    cards.push(card('BAYERPAT', 'RGGB', 'Sensor Bayer pattern'), card('XBAYROFF', 0), card('YBAYROFF', 0));
  return cards;
}
