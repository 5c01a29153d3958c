import { appendFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScanOutcome } from '../../contract/calls/sessions.ts';
import { watchNight } from '../../main/workflows/watch.ts';
import { newPlace, type Place, writeFrames } from './fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

interface Watch {
  readonly reports: { readonly outcome: ScanOutcome; readonly fresh: readonly string[] }[];
  /** Resolves when a report fulfils the condition. */
  until(condition: (outcome: ScanOutcome) => boolean): Promise<ScanOutcome>;
  stop(): Promise<ScanOutcome>;
}

function watch(): Watch {
  const stop = new AbortController();
  const reports: Watch['reports'] = [];
  const waiting: { condition: (outcome: ScanOutcome) => boolean; resolve: (outcome: ScanOutcome) => void }[] =
    [];
  const ended = watchNight(
    place.ports,
    { paths: [place.night], lookMilliseconds: 20, settleMilliseconds: 120 },
    {
      signal: stop.signal,
      onReport: (outcome, fresh) => {
        reports.push({ outcome, fresh });
        for (const { condition, resolve } of waiting) if (condition(outcome)) resolve(outcome);
      },
    },
  );
  return {
    reports,
    until: (condition) =>
      new Promise((resolve, reject) => {
        ended.catch(reject);
        const known = reports.find(({ outcome }) => condition(outcome));
        if (known !== undefined) resolve(known.outcome);
        else waiting.push({ condition, resolve });
      }),
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

const names = (outcome: ScanOutcome) => outcome.report.frames.map((frame) => frame.file);

describe('watching a night', () => {
  it('judges at once what is there, and what arrives when it has arrived', async () => {
    writeFrames(place.night, { 'a.fits': { serial: 1 } });
    utimesSync(join(place.night, 'a.fits'), 1e9, 1e9);
    const watching = watch();
    const first = await watching.until(() => true);
    expect(names(first)).toEqual(['a.fits']);
    writeFrames(place.night, { 'b.fits': { serial: 2, score: 0.1 } });
    const second = await watching.until((outcome) => names(outcome).includes('b.fits'));
    expect(second.report.frames.map((frame) => frame.label)).toEqual(['clean', 'contaminated']);
    expect(watching.reports.at(-1)!.fresh).toEqual(['b.fits']);
    expect(await watching.stop()).toEqual(watching.reports.at(-1)!.outcome);
  });

  it('waits for a file that is still being written', async () => {
    const watching = watch();
    const path = join(place.night, 'slow.fits');
    const whole = JSON.stringify({ serial: 3, object: 'x'.repeat(200) });
    writeFileSync(path, whole.slice(0, 10));
    for (let written = 10; written < whole.length; written += 20) {
      appendFileSync(path, whole.slice(written, written + 20));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    const outcome = await watching.until((each) => names(each).length > 0);
    expect(outcome.report.frames).toMatchObject([{ file: 'slow.fits', status: 'ok', label: 'clean' }]);
    await watching.stop();
    const answers = watching.reports.flatMap((report) =>
      report.outcome.report.frames.map((frame) => frame.status),
    );
    expect(new Set(answers)).toEqual(new Set(['ok']));
  });

  it('sees files go, and outlasts a folder that is away for a while', async () => {
    writeFrames(place.night, { 'a.fits': { serial: 1 }, 'b.fits': { serial: 2 } });
    const watching = watch();
    await watching.until((outcome) => names(outcome).length === 2);
    rmSync(join(place.night, 'a.fits'));
    await watching.until((outcome) => names(outcome).join() === 'b.fits');
    renameSync(place.night, `${place.night}-away`);
    await new Promise((resolve) => setTimeout(resolve, 80));
    renameSync(`${place.night}-away`, place.night);
    writeFrames(place.night, { 'c.fits': { serial: 3 } });
    const last = await watching.until((outcome) => names(outcome).join() === 'b.fits,c.fits');
    expect(last.session.name).toBe('night');
    await watching.stop();
  });

  it('tells at once that there is nothing to watch', async () => {
    const watching = watchNight(place.ports, { paths: [join(place.folder, 'none')] });
    await expect(watching).rejects.toMatchObject({ code: 'notFound' });
  });
});
