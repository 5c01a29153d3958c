import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScanReport } from '../../contract/scan-report.ts';
import { scan } from '../../main/workflows/scan.ts';
import { scanCsv } from '../../main/workflows/scanning/report.ts';
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

  it('as a table has one line for each frame and no text that a spreadsheet would run', async () => {
    writeFrames(place.night, {
      '=cmd|calc.fits': { serial: 1, object: '+HYPERLINK("http://x")', filter: '@a' },
      '-b,"c.fits': { serial: 2, finding: 'trail', score: 0.1 },
      'c.fits': { bad: true },
    });
    const { report } = await scan(place.ports, { paths: [place.night] });
    const rows = parse(scanCsv(report), { columns: true }) as Record<string, string>[];
    expect(rows.map((row) => row.file)).toEqual(['\'-b,"c.fits', "'=cmd|calc.fits", 'c.fits']);
    expect(rows[1]).toMatchObject({
      object: '\'+HYPERLINK("http://x")',
      filter: "'@a",
      label: 'clean',
      fwhm: '3',
    });
    expect(rows[0]).toMatchObject({ findings: 'trail', score: '0.1', label: 'contaminated' });
    expect(rows[2]).toMatchObject({ status: 'failed', errorCode: 'badHeader', fwhm: '' });
    for (const row of rows) for (const value of Object.values(row)) expect(value).not.toMatch(/^[=+@\t\r]/);
  });
});
