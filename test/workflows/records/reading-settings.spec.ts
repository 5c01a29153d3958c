import { describe, expect, it } from 'vitest';
import { checkReadingSettings, findFamily } from '../../../main/workflows/records/families.ts';

const check = (family: string, name: string, value: string | number) => () =>
  checkReadingSettings(findFamily(family), { [name]: value });

describe('settings of reading', () => {
  it.each([
    ['spectra', 'read.calibration', '0 2.93'],
    ['spectra', 'read.calibration', '-1.5; 3e0 1e-5'],
    ['spectra', 'read.calibration', ''],
    ['spectra', 'read.smooth', 0.5],
    ['telemetry', 'read.zone', '+02:00'],
    ['telemetry', 'read.zone', -7],
    ['telemetry', 'read.range.voltage', '6..10'],
  ])('of %s: %s may be %s', (family, name, value) => expect(check(family, name, value)).not.toThrow());

  it.each([
    ['spectra', 'read.calibration', 'about three', /two terms/],
    ['spectra', 'read.calibration', 3, /two terms/],
    ['spectra', 'read.smooth', 'much', /0 or more/],
    ['spectra', 'read.background', 'double', /keep, subtract/],
    ['spectra', 'read.colour', 'red', /read\.calibration/],
    ['telemetry', 'read.zone', 'Berlin', /\+02:00/],
    ['telemetry', 'read.range.voltage', 'cold', /LOW\.\.HIGH/],
    ['telemetry', 'read.zone', '+99:00', /14 hours/],
    ['telemetry', 'read.range.gyro', '5..1', /LOW\.\.HIGH/],
    ['telemetry', 'read.range.gyro', '1e..2', /LOW\.\.HIGH/],
    ['telemetry', 'read.zoen', '+02:00', /read\.zone/],
    ['telemetry', 'read.range.', '1..2', /read\.zone/],
  ])('of %s: %s cannot be %s', (family, name, value, hint) =>
    expect(check(family, name, value)).toThrow(
      expect.objectContaining({ code: 'wrongUse', hint: expect.stringMatching(hint) }),
    ),
  );
});
