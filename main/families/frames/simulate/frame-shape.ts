/** The profile of a frame's stars: the night's optics and seeing, and what the frame's defects do to them. */
import type { FramePlan, SimulatedNight } from './night.ts';
import { measureShape, type PsfShape, roundShape, withDefocus, withMotion } from './psf.ts';

export function shapeOf(night: SimulatedNight, plan: FramePlan): PsfShape {
  const { optics } = night;
  let shape: PsfShape = {
    ...roundShape(plan.seeingPixels, optics.beta),
    ellipticity: optics.ellipticity,
    angle: optics.ellipticityAngle,
    haloShare: optics.haloShare,
    haloPixels: plan.seeingPixels * 6,
  };
  for (const defect of plan.defects) {
    if (defect.kind === 'defocus') shape = withDefocus(shape, defect.factor, defect.obstruction);
    else if (defect.kind === 'elongation')
      shape = withMotion(shape, optics.ellipticity + defect.ellipticity, defect.angle);
    else if (defect.kind === 'dew')
      shape = {
        ...shape,
        seeingPixels: shape.seeingPixels * defect.factor,
        haloShare: defect.haloShare,
        haloPixels: shape.seeingPixels * 7,
      };
    else if (defect.kind === 'double') {
      const shift = defect.separation * measureShape(shape).fwhm;
      shape = {
        ...shape,
        doubleShare: defect.share,
        doubleX: shift * Math.cos(defect.angle),
        doubleY: shift * Math.sin(defect.angle),
      };
    }
  }
  return shape;
}
