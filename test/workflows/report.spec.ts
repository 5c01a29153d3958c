import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScanReport } from '../../contract/scan-report.ts';
import { scan } from '../../main/workflows/scan.ts';
import { newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

describe('the scan report', () => {
  it('has the shape of the public contract, and says the same of a night scanned again', async () => {
    writeFrames(place.night, {
      'a.fits': { serial: 1, object: 'M 31', filter: 'Ha', dateObs: '2026-01-01T22:00:00Z' },
      'b.fits': { bad: true },
      'c.txt': '',
    });
    const { report } = await scan(place.ports, { paths: [place.night] });
    expect(ScanReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({ schema: 'nightsift.scan/1', session: 'night', policy: 'strict' });
    expect(report.frames[0].header).toMatchObject({ object: 'M 31', filter: 'Ha', exposureSeconds: 60 });
    const again = await scan(place.ports, { paths: [place.night] });
    expect(again.report).toEqual(report);
  });
});
