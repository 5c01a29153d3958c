import type { FrameHeader } from '../../../contract/words.ts';

/** A light frame of which nothing else is known. */
export const plainHeader: FrameHeader = {
  object: null,
  filter: null,
  exposureSeconds: null,
  gain: null,
  offset: null,
  temperatureCelsius: null,
  dateObs: null,
  frameType: 'light',
  camera: null,
  telescope: null,
  software: null,
  focalLengthMillimetres: null,
  pixelSizeMicrometres: null,
  binning: null,
  arcsecPerPixel: null,
  rightAscensionDegrees: null,
  declinationDegrees: null,
  airmass: null,
  bayerPattern: null,
  rowOrder: null,
  saturationAdu: null,
  electronsPerAdu: null,
};
