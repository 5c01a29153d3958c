import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ScanReport } from '../../../contract/scan-report.ts';
import { nightsift, temporaryFolder, writeNight } from './small-night.ts';

const place = temporaryFolder();
afterAll(() => place.remove());

describe('scan --watch', () => {
  test('judges what arrives, waits for half files, keeps the report current, ends on Ctrl-C', async () => {
    const incoming = path.join(place.folder, 'incoming');
    const night = path.join(place.folder, 'night');
    const files = [...writeNight(incoming, { seed: 3, frames: 5 }).keys()];
    const there = [...writeNight(night, { seed: 99, frames: 1 }).keys()];
    const report = path.join(place.folder, 'report.json');
    const reported = () =>
      existsSync(report) ? ScanReport.parse(JSON.parse(readFileSync(report, 'utf8'))).frames : [];
    const [half = '', ...whole] = files;
    const halfBytes = readFileSync(path.join(incoming, half));
    let [phase, written] = [0, 0];
    const ended = await nightsift(['scan', night, '--watch', '--json', report, '--workers', '1'], {
      library: path.join(place.folder, 'library'),
      touch: (kill) => {
        const timer = setInterval(() => {
          if (phase === 0 && reported().length >= 1) {
            phase = 1;
            for (const file of whole) renameSync(path.join(incoming, file), path.join(night, file));
          } else if (phase === 1) {
            // a slow camera: a little more at every look, until the others have been judged
            written = Math.min(written + 1000, halfBytes.length / 2);
            writeFileSync(path.join(night, half), halfBytes.subarray(0, written));
            if (reported().length <= whole.length) return;
            writeFileSync(path.join(night, half), halfBytes);
            phase = 2;
          } else if (phase === 2 && reported().some(({ file }) => file === half)) {
            phase = 3;
            clearInterval(timer);
            kill('SIGINT');
          }
        }, 100);
        setTimeout(() => {
          clearInterval(timer);
          kill('SIGKILL');
        }, 120_000).unref();
      },
    });
    expect([ended.code, ended.signal]).toEqual([0, null]);
    expect(phase).toBe(3);
    const frames = reported();
    expect(frames.map(({ file }) => file).sort()).toEqual([...there, ...files].sort());
    for (const { findings } of frames) expect(findings.map(({ code }) => code)).not.toContain('truncated');
    for (const file of whole) expect(ended.errors).toContain(`${file}  `);
    expect(ended.output).toContain(`Session "night": ${frames.length} files`);
  });
});
