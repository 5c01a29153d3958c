/** What the change of star images over the frame says about the optics: corners, field curvature, tilt. */
import type { FrameMeasurements } from '../../../../contract/words.ts';
import type { FieldShapes } from './shape-field.ts';

export type FieldFigures = Pick<
  FrameMeasurements,
  | 'centreFwhm'
  | 'cornerFwhm'
  | 'worstCornerFwhm'
  | 'cornerEccentricity'
  | 'fieldCurvature'
  | 'tilt'
  | 'tiltAngle'
>;

/** Corners are looked at this share of the frame inside it: no star says what lies at its very edge. */
const inset = 0.05;
/** A smaller difference between corners is none: its direction would be chance. */
const leastTilt = 1e-3;

const unknown: FieldFigures = {
  centreFwhm: null,
  cornerFwhm: null,
  worstCornerFwhm: null,
  cornerEccentricity: null,
  fieldCurvature: null,
  tilt: null,
  tiltAngle: null,
};

/** All null where too few stars say how their images change. `width` and `height` in px. */
export function fieldFigures(shapes: FieldShapes | null, width: number, height: number): FieldFigures {
  if (shapes === null || !shapes.isVarying) return unknown;
  const at = (u: number, v: number) => shapes.at(u * (width - 1), v * (height - 1));
  const corners = [at(inset, inset), at(1 - inset, inset), at(inset, 1 - inset), at(1 - inset, 1 - inset)];
  const centre = at(0.5, 0.5).fwhm;
  const sizes = corners.map(({ fwhm }) => fwhm);
  const mean = meanOf(sizes);
  const worst = Math.max(...sizes);
  const tilt = (worst - Math.min(...sizes)) / mean;
  const growthX = (sizes[1] + sizes[3] - sizes[0] - sizes[2]) / (2 * width);
  const growthY = (sizes[2] + sizes[3] - sizes[0] - sizes[1]) / (2 * height);
  return {
    centreFwhm: centre,
    cornerFwhm: mean,
    worstCornerFwhm: worst,
    cornerEccentricity: meanOf(corners.map(({ ellipticity }) => Math.sqrt(1 - (1 - ellipticity) ** 2))),
    fieldCurvature: mean / centre - 1,
    tilt,
    tiltAngle: tilt < leastTilt ? null : (Math.atan2(growthY, growthX) * 180) / Math.PI,
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
