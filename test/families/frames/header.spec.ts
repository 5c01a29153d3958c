/** The keywords that each capture program writes, as its files hold them. */
import { describe, expect, it } from 'vitest';
import { FrameHeader } from '../../../contract/words.ts';
import { readFrameHeader } from '../../../main/families/frames/header.ts';
import { parseObservationDate } from '../../../main/families/frames/header-date.ts';
import { storedPattern } from '../../../main/families/frames/header-mosaic.ts';
import { parseAngle } from '../../../main/families/frames/header-sky.ts';
import { frameTypeOfName } from '../../../main/families/frames/header-type.ts';
import { parseCard } from '../../../main/formats/fits/cards.ts';
import { FitsHeader } from '../../../main/formats/fits/header.ts';

function headerOf(text: string): FitsHeader {
  return new FitsHeader(
    text
      .trim()
      .split('\n')
      .map((line) => parseCard(line.trim())),
  );
}

function read(text: string, typeMaximum: number | null = 65_535) {
  const warnings: string[] = [];
  const header = readFrameHeader(headerOf(text), typeMaximum, warnings);
  expect(() => FrameHeader.parse(header)).not.toThrow();
  return { ...header, warnings };
}

describe('dialects', () => {
  it('N.I.N.A.', () => {
    const header = read(`
      IMAGETYP= 'LIGHT'              / Type of exposure
      EXPOSURE=                180.0 / [s] Exposure duration
      EXPTIME =                180.0 / [s] Exposure duration
      DATE-LOC= '2023-03-18T22:05:26.514' / Time of observation (local)
      DATE-OBS= '2023-03-18T21:05:26.514' / Time of observation (UTC)
      XBINNING=                    2 / X axis binning factor
      GAIN    =                  100 / Sensor gain
      OFFSET  =                   50 / Sensor gain offset
      EGAIN   =    0.246017172932625 / [e-/ADU] Electrons per A/D unit
      XPIXSZ  =                 7.52 / [um] Pixel X axis size
      INSTRUME= 'ZWO ASI2600MC Pro'  / Imaging instrument name
      SET-TEMP=                -10.0 / [degC] CCD temperature setpoint
      CCD-TEMP=                 -9.8 / [degC] CCD temperature
      BAYERPAT= 'RGGB'               / Sensor Bayer pattern
      XBAYROFF=                    0 / Bayer pattern X axis offset
      YBAYROFF=                    0 / Bayer pattern Y axis offset
      TELESCOP= 'Esprit 100'         / Name of telescope
      FOCALLEN=                550.0 / [mm] Focal length
      RA      =     83.6331201171875 / [deg] RA of telescope
      DEC     =     22.0144805908203 / [deg] Declination of telescope
      AIRMASS =     1.18921148 / Airmass at frame center
      OBJECT  = 'M 1     '           / Name of the object of interest
      ROWORDER= 'TOP-DOWN'           / FITS Image Orientation
      SWCREATE= 'N.I.N.A. 3.0.0.1023 (x64)' / Software that created this file
      FILTER  = 'L-eNhance'          / Active filter name`);
    expect(header).toMatchObject({
      object: 'M 1',
      filter: 'L-eNhance',
      exposureSeconds: 180,
      gain: 100,
      offset: 50,
      temperatureCelsius: -9.8,
      dateObs: '2023-03-18T21:05:26.514Z',
      frameType: 'light',
      camera: 'ZWO ASI2600MC Pro',
      telescope: 'Esprit 100',
      software: 'N.I.N.A. 3.0.0.1023 (x64)',
      focalLengthMillimetres: 550,
      pixelSizeMicrometres: 7.52,
      binning: 2,
      rightAscensionDegrees: 83.6331201171875,
      declinationDegrees: 22.0144805908203,
      airmass: 1.18921148,
      bayerPattern: 'RGGB',
      rowOrder: 'topDown',
      electronsPerAdu: 0.246017172932625,
      warnings: [],
    });
    expect(header.arcsecPerPixel).toBeCloseTo((206.264806 * 7.52) / 550, 6);
  });

  it('ASIAIR', () => {
    const header = read(`
      PROGRAM = 'ASIAIR Pro'         / Capture software
      IMAGETYP= 'Light   '           / Type of exposure
      EXP     =                60000 / Exposure time in milliseconds
      EXPOSURE=                 60.0 / Exposure time in seconds
      FOCALLEN=                  360 / Focal length of telescope in mm
      RA      =  '05 35 17.3'
      DEC     =  '-05 23 28'
      XPIXSZ  =  3.75999999046325684 / Pixel size in microns
      INSTRUME= 'ZWO ASI533MC Pro'   / Camera model
      CCD-TEMP=                -10.0 / sensor temperature in C
      GAIN    =                  101 / Gain Value
      OFFSET  =                   70
      DATE-OBS= '2022-01-05T22:14:03.071293' / Image created time
      BAYERPAT= 'RGGB    '           / Bayer pattern
      OBJECT  = 'M42     '`);
    expect(header).toMatchObject({
      object: 'M42',
      exposureSeconds: 60,
      gain: 101,
      offset: 70,
      software: 'ASIAIR Pro',
      dateObs: '2022-01-05T22:14:03.071293Z',
      frameType: 'light',
      temperatureCelsius: -10,
    });
    expect(header.rightAscensionDegrees).toBeCloseTo(83.8220833, 6);
    expect(header.declinationDegrees).toBeCloseTo(-5.3911111, 6);
    expect(header.arcsecPerPixel).toBeCloseTo(2.154321, 4);
  });

  it('Sequence Generator Pro', () => {
    const header = read(`
      CREATOR = 'Sequence Generator Pro v4.2.0.848'
      IMAGETYP= 'DARK'
      OBJECT  = 'NGC 7000'
      OBJCTRA = '20 59 17'
      OBJCTDEC= '+44 31 00'
      EXPOSURE=                300.0
      CCD-TEMP= -20.2
      SET-TEMP= -20.0
      BINNING = '1x1     '
      FILTER  = 'Ha      '
      EGAIN   = 1.0
      PIXSIZE1= 5.4
      CCDXBIN = 1
      FOCALLEN= 1000`);
    expect(header).toMatchObject({
      frameType: 'dark',
      software: 'Sequence Generator Pro v4.2.0.848',
      filter: 'Ha',
      exposureSeconds: 300,
      binning: 1,
      temperatureCelsius: -20.2,
    });
    expect(header.rightAscensionDegrees).toBeCloseTo(314.8208333, 6);
    expect(header.declinationDegrees).toBeCloseTo(44.5166667, 6);
    expect(header.arcsecPerPixel).toBeCloseTo(1.11383, 4);
  });

  it('Ekos with INDI', () => {
    const header = read(`
      INSTRUME= 'CCD Simulator'      / CCD Name
      TELESCOP= 'Telescope Simulator' / Telescope name
      EXPTIME =            1.000E+01 / Total Exposure Time (s)
      CCD-TEMP=            0.000E+00 / CCD Temperature (Celsius)
      PIXSIZE1=            5.200E+00 / Pixel Size 1 (microns)
      PIXSIZE2=            5.200E+00 / Pixel Size 2 (microns)
      XBINNING=                    2 / Binning factor in width
      XPIXSZ  =            1.040E+01 / X binned pixel size in microns
      FRAME   = 'Light   '           / Frame Type
      FILTER  = 'Red     '           / Filter
      FOCALLEN=            9.000E+02 / Focal Length (mm)
      SCALE   =            2.383E+00 / arcsecs per pixel
      OBJECT  = 'Vega    '
      AIRMASS =            1.050E+00 / Airmass
      OBJCTRA = '18 36 56.34'
      OBJCTDEC= '38 47 01.3'
      ROWORDER= 'TOP-DOWN'
      DATE-OBS= '2024-06-01T23:59:60.000' / UTC start date of observation`);
    expect(header).toMatchObject({
      frameType: 'light',
      filter: 'Red',
      exposureSeconds: 10,
      temperatureCelsius: 0,
      pixelSizeMicrometres: 10.4,
      binning: 2,
      airmass: 1.05,
      dateObs: '2024-06-01T23:59:60.000Z',
    });
    expect(header.arcsecPerPixel).toBeCloseTo(2.3835, 4);
    expect(read('PIXSIZE1= 5.2\nXBINNING= 2\nFOCALLEN= 900').arcsecPerPixel).toBeCloseTo(2.3835, 4);
  });

  it('MaxIm DL', () => {
    const header = read(`
      EXPTIME =   60.000000000000000 /Exposure time in seconds
      SET-TEMP=  -25.000000000000000 /CCD temperature setpoint in C
      XPIXSZ  =   9.0000000000000000 /Pixel Width in microns (after binning)
      IMAGETYP= 'Flat Field'         /          Type of image
      SWCREATE= 'MaxIm DL Version 6.13' /Name of software
      OBJCTALT= ' 45.0000' / Nominal altitude of center of image
      DATE-OBS= '2013-11-09T01:02:03' /YYYY-MM-DDThh:mm:ss observation start, UT
      COLORTYP= 'MONO'
      JD      =   2456605.5430902778 /Julian Date at start of exposure`);
    expect(header).toMatchObject({
      frameType: 'flat',
      temperatureCelsius: -25,
      bayerPattern: null,
      dateObs: '2013-11-09T01:02:03Z',
      warnings: [],
    });
    // Kasten and Young at 45 degrees.
    expect(header.airmass).toBeCloseTo(1.4128, 3);
  });

  it('SharpCap and Siril', () => {
    const header = read(`
      EXPTIME =                  2.5
      BLKLEVEL=                   10
      GAIN    =                  250
      COLORTYP= 'GRBG    '
      SWCREATE= 'SharpCap v4.1'
      IMAGETYP= 'masterDark'
      DATE-OBS= '2024-02-30T00:00:00'`);
    expect(header).toMatchObject({
      offset: 10,
      gain: 250,
      bayerPattern: 'GRBG',
      exposureSeconds: 2.5,
      frameType: 'master',
      dateObs: null,
    });
    expect(header.warnings.join()).toContain('DATE-OBS');
  });

  it('an empty header gives nothing and does not fail', () => {
    const header = read('COMMENT nothing here');
    const { frameType, warnings, ...rest } = header;
    expect([frameType, warnings]).toEqual(['unknown', []]);
    expect(Object.values(rest).every((value) => value === null)).toBe(true);
  });
});

describe('frame types', () => {
  const types = {
    light: ['LIGHT', 'Light Frame', 'object', 'Tricolor Image', 'SCIENCE', 'SNAPSHOT'],
    bias: ['Bias Frame', 'BIAS', 'zero', 'Offset'],
    dark: ['Dark', 'DARKFLAT', 'Flat Dark'],
    flat: ['Flat Field', 'SKYFLAT', 'dome flat'],
    master: ['Master Dark', 'masterFlat', 'Stack'],
    unknown: ['', 'focus', 'FK5'],
  } as const;
  for (const [type, words] of Object.entries(types)) {
    it(`${words.join(', ')}: ${type}`, () => {
      for (const word of words) expect(read(`IMAGETYP= '${word}'`).frameType).toBe(type);
    });
  }
  it('falls back on the name of the file, if it is the kind and a number', () => {
    const names = {
      'Dark_60.0s_Bin1_533MC_gain100_0001.fit': 'dark',
      'night/bias-12.fits': 'bias',
      'FLATS_001.fits.gz': 'flat',
      'masterdark.xisf': 'master',
      'dark_nebula_001.fits': 'unknown',
      'Flaming Star_001.fits': 'unknown',
      'flat.tar': 'flat',
      'M31_dark_001.fits': 'unknown',
    };
    for (const [name, type] of Object.entries(names)) expect(frameTypeOfName(name)).toBe(type);
  });
  it('falls back on a target that is named after a calibration series, not on stars and clouds', () => {
    expect(read("OBJECT  = 'FlatWizard'").frameType).toBe('flat');
    expect(read("OBJECT  = 'Dark Shark Nebula'").frameType).toBe('unknown');
    expect(read("FRAME   = 'ICRS'\nOBSTYPE = 'BIAS'").frameType).toBe('bias');
  });
});

describe('dates', () => {
  it('reads what archives write and refuses what makes no sense', () => {
    expect(parseObservationDate('2002-07-26', null)).toBe('2002-07-26');
    expect(parseObservationDate('2002-07-26', '19:36:37')).toBe('2002-07-26T19:36:37Z');
    expect(parseObservationDate('26/07/98', '19:36:37.5')).toBe('1998-07-26T19:36:37.5Z');
    expect(parseObservationDate('2024-01-01T00:30:00+01:00', null)).toBe('2023-12-31T23:30:00.000Z');
    for (const text of ['26/07/102', '2024-13-01', '2023-02-29', 'yesterday', '', '2024-01-01T25:00:00']) {
      expect(parseObservationDate(text, '01:02:03')).toBeNull();
    }
  });
  it('falls back on day numbers', () => {
    expect(read('MJD-OBS =              60387.5').dateObs).toBe('2024-03-18T12:00:00.000Z');
    expect(read("DATE-OBS= '26/07/102'\nJD      =  2452482.25").dateObs).toBe('2002-07-26T18:00:00.000Z');
    expect(read('MJD     =                  0.0').dateObs).toBeNull();
  });
});

describe('sky', () => {
  it('reads angles', () => {
    expect(parseAngle('-00 30 00', 'degrees')).toBe(-0.5);
    expect(parseAngle('12:30', 'hours')).toBe(187.5);
    expect(parseAngle('5h 34m 31.94s', 'hours')).toBeCloseTo(83.63308, 5);
    expect(parseAngle('123.5', 'hours')).toBe(123.5);
    for (const text of ['', 'north', '12 99 00', '1 2 3 4']) expect(parseAngle(text, 'degrees')).toBeNull();
  });
  it('takes the scale from the optics, a keyword, or the plate solution', () => {
    expect(read('XPIXSZ  = 3.8\nFOCALLEN= 0\nSECPIX  = 1.25').arcsecPerPixel).toBe(1.25);
    const solved =
      "CTYPE1  = 'RA---TAN'\nCD1_1   = -2.0E-4\nCD1_2   = 1.0E-4\nCD2_1   = 1.0E-4\nCD2_2   = 2.0E-4";
    expect(read(solved).arcsecPerPixel).toBeCloseTo(Math.sqrt(5e-8) * 3600, 9);
    expect(read("CTYPE1  = 'RA---TAN'\nCDELT1  = -0.0005\nCDELT2  = 0.0005").arcsecPerPixel).toBeCloseTo(
      1.8,
      9,
    );
    expect(read("CTYPE1  = 'WAVE'\nCDELT1  = 5.0").arcsecPerPixel).toBeNull();
  });
});

describe('saturation', () => {
  it('believes full scales and not the mere maximum of the data', () => {
    expect(read('SATURATE= 60000').saturationAdu).toBe(60000);
    expect(read('MAXADU  = 65535').saturationAdu).toBe(65535);
    expect(read('SATURATE= 4095', 255).saturationAdu).toBeNull();
    expect(read('DATAMAX = 1037.89').saturationAdu).toBeNull();
    expect(read('DATAMAX = 65000').saturationAdu).toBeNull();
    expect(read('DATAMAX = 65520').saturationAdu).toBe(65520);
    expect(read('DATAMAX = 4095').saturationAdu).toBe(4095);
    expect(read('SATURATE= 0').saturationAdu).toBeNull();
  });
});

describe('mosaics', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['', 'RGGB', 10],
    ['XBAYROFF= 1', 'GRBG', 10],
    ['YBAYROFF= 1', 'GBRG', 10],
    ['XBAYROFF= 1\nYBAYROFF= 1', 'BGGR', 10],
    ['XBAYROFF= 2', 'RGGB', 10],
    ["ROWORDER= 'TOP-DOWN'", 'RGGB', 10],
    ["ROWORDER= 'BOTTOM-UP'", 'GBRG', 10],
    ["ROWORDER= 'BOTTOM-UP'", 'RGGB', 11],
    ["ROWORDER= 'bottom-up'\nYBAYROFF= 1", 'RGGB', 10],
  ];
  for (const [text, stored, height] of cases) {
    it(`RGGB, ${text.replaceAll('\n', ', ') || 'plain'}, ${height} rows: ${stored}`, () => {
      expect(storedPattern(headerOf(text), 'RGGB', height)).toBe(stored);
    });
  }
  it('says when a colour filter array is not of Bayer', () => {
    const header = read("BAYERPAT= 'CMYG'");
    expect(header.bayerPattern).toBeNull();
    expect(header.warnings).toHaveLength(1);
  });
});
