/** One unit for the frames of a session: some programs store floats from 0 to 1 where others store ADU. */
import type { FrameRecord } from '../record.ts';

/** What 1 stands for in files that store the range of a 16-bit converter as 0 to 1. */
const unitRangeAdu = 65_535;

/** Records whose values run from 0 to 1 are brought to ADU when other records of the session are in ADU. */
export function inCommonUnits(records: readonly FrameRecord[]): readonly FrameRecord[] {
  const unit = records.map(isUnitRange);
  if (!unit.includes(true) || !unit.includes(false)) return records;
  return records.map((record, k) => (unit[k] ? scaled(record, unitRangeAdu) : record));
}

/** Floats whose sky lies well within 0..1 with noise far below one. A blank frame of zeros says nothing. */
function isUnitRange({ bitpix, measurements }: FrameRecord): boolean {
  const { background, noise } = measurements;
  if (bitpix > 0 || background === null || noise === null || !(noise > 0)) return false;
  return background <= 1 && background > -0.1 && noise < 0.05;
}

function scaled(record: FrameRecord, factor: number): FrameRecord {
  const times = (values: Float32Array): Float32Array => values.map((value) => value * factor);
  const { measurements, stars, mesh } = record;
  const figure = (value: number | null): number | null => (value === null ? null : value * factor);
  return {
    ...record,
    measurements: {
      ...measurements,
      background: figure(measurements.background),
      noise: figure(measurements.noise),
    },
    stars: { ...stars, flux: times(stars.flux), peak: times(stars.peak) },
    mesh: { ...mesh, level: times(mesh.level), sigma: times(mesh.sigma) },
  };
}
