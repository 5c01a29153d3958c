/** Curves of many points for a chart of few pixels. */

export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/**
 * At most `most` points (at least 2): the steps are cut into stretches of equal count, and each keeps its lowest and
 * its highest point in their order. Spikes stay, and so do the first and the last point.
 */
export function thinned(points: readonly CurvePoint[], most: number): CurvePoint[] {
  if (points.length <= most) return [...points];
  const [first, last] = [points[0] as CurvePoint, points.at(-1) as CurvePoint];
  const inner = points.length - 2;
  const stretches = Math.floor((most - 2) / 2);
  const kept = [first];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = 1 + Math.floor((stretch * inner) / stretches);
    const to = 1 + Math.floor(((stretch + 1) * inner) / stretches);
    let [lowest, highest] = [from, from];
    for (let at = from + 1; at < to; at++) {
      const { value } = points[at] as CurvePoint;
      if (value < (points[lowest] as CurvePoint).value) lowest = at;
      if (value > (points[highest] as CurvePoint).value) highest = at;
    }
    const [one, other] = lowest < highest ? [lowest, highest] : [highest, lowest];
    kept.push(points[one] as CurvePoint);
    if (other !== one) kept.push(points[other] as CurvePoint);
  }
  kept.push(last);
  return kept;
}
