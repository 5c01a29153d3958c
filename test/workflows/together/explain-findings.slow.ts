import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulateSite } from '../../../main/families/telemetry/simulate-site.ts';
import { scanRecords } from '../../../main/workflows/records/scan-records.ts';
import { scan } from '../../../main/workflows/scan.ts';
import { nightChannels } from '../../../main/workflows/together/night-clock.ts';
import { newPlace, type Place, writeFrames } from '../fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

const from = Date.UTC(2026, 2, 14, 20);
const minute = 60_000;
const at = (minutes: number) => new Date(from + minutes * minute).toISOString().slice(0, -1);

function takeNight() {
  writeFrames(place.night, {
    'calm.fits': { serial: 1, score: 0.1, finding: 'elongation', dateObs: at(10) },
    'gust.fits': { serial: 2, score: 0.1, finding: 'elongation', dateObs: at(31) },
    'trail.fits': { serial: 3, score: 0.1, finding: 'trail', dateObs: at(32) },
    'untimed.fits': { serial: 4, score: 0.1, finding: 'elongation' },
  });
}

async function readLog(begin = from): Promise<void> {
  const log = join(place.folder, 'site.csv');
  const troubles = [{ kind: 'gust', from: begin + 30 * minute, until: begin + 34 * minute } as const];
  writeFileSync(log, simulateSite({ from: begin, until: begin + 90 * minute, seed: 1, troubles }));
  await scanRecords(place.ports, { paths: [log], family: 'telemetry' });
}

const causesOf = ({ report }: Awaited<ReturnType<typeof scan>>) =>
  Object.fromEntries(report.frames.map(({ file, findings }) => [file, findings[0]?.cause]));
const gust = expect.stringMatching(/^wind gust 20:(29|30) \(\d+ m\/s\), guiding \d\.\d″ \(usually 0\.\d″\)$/);

describe('findings beside the logs of a site', () => {
  it('name what happened at the time of the exposure, whichever was read first', async () => {
    takeNight();
    expect(Object.values(causesOf(await scan(place.ports, { paths: [place.night] })))).toEqual(
      new Array(4).fill(undefined),
    );
    await readLog();
    const explained = {
      'calm.fits': undefined,
      'gust.fits': gust,
      'trail.fits': undefined,
      'untimed.fits': undefined,
    };
    const later = place.ports.library.measurements.judgements(1);
    expect([...later.values()].flatMap(({ findings }) => findings[0]?.cause ?? [])).toEqual([gust]);
    expect(causesOf(await scan(place.ports, { paths: [place.night] }))).toEqual(explained);
    const [channel] = nightChannels(place.ports.library, 'night').filter(({ kind }) => kind === 'wind');
    expect(channel?.happenings).toEqual([
      { from: expect.any(Number), until: expect.any(Number), sentence: expect.stringContaining('wind gust') },
    ]);
    // what is drawn is what was told of the night itself
    expect(Math.min(...channel!.at)).toBeGreaterThanOrEqual(from + 10 * minute);
  });

  it('say nothing by the log of another night', async () => {
    takeNight();
    await readLog(from + 24 * 60 * minute);
    expect(Object.values(causesOf(await scan(place.ports, { paths: [place.night] })))).toEqual(
      new Array(4).fill(undefined),
    );
    expect(nightChannels(place.ports.library, 'night')).toEqual([]);
  });
});
