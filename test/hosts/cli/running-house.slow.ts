import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nightsift, temporaryFolder, writeNight } from './small-night.ts';

const place = temporaryFolder();
afterAll(() => place.remove());

const isBuilt = existsSync(path.resolve('dist/renderer/index.html'));

test.skipIf(!isBuilt)(
  'commands ask the workbench that has the library, and do their own work once it is closed (skipped without built screens)',
  async () => {
    const library = path.join(place.folder, 'library');
    const night = path.join(place.folder, 'night');
    const [first = ''] = writeNight(night, { seed: 4, frames: 2 }).keys();
    const heard: string[] = [];
    const serving = nightsift(['serve', '--port', '0', '--no-open'], {
      library,
      touch: (kill, said) => {
        const timer = setInterval(async () => {
          if (!said().includes('#token=')) return;
          clearInterval(timer);
          for (const words of [
            ['scan', night],
            ['label', 'night', first, 'contaminated'],
            ['sessions', 'list'],
            ['serve', '--no-open'],
            ['jobs', 'list'],
            ['jobs', 'pause'],
            ['serve', '--no-open', '--port', '1', '--folder', night, '--host', '127.0.0.1'],
          ]) {
            const { code, output, errors } = await nightsift(words, { library });
            heard.push(`${code} ${output}${errors}`);
          }
          kill('SIGINT');
        }, 100);
      },
    });
    const served = await serving;
    expect(served.code).toBe(0);
    expect(heard[0]).toMatch(/^0 Session "night": 2 files/);
    expect(heard[1]).toMatch(/^0 1 changed|^0 0 changed, 1 unchanged/);
    expect(heard[2]).toMatch(/^0 session/);
    expect(heard[3]).toMatch(/^0 http:\/\/127\.0\.0\.1:\d+\/#token=/);
    expect(heard[3]).toContain('open already');
    expect(heard[4]).toMatch(/^0 job .*\n.*scan +done/);
    expect(heard[5]).toMatch(/^2 .*No training or search runs/s);
    expect(heard[6]).toMatch(/^1 .*other options: --port 1 \(it has \d+\); --folder .*night \(it has /s);
    expect(heard[6]).not.toContain('--host');
    const after = await nightsift(['sessions', 'show', 'night', '--json'], { library });
    const { frames } = JSON.parse(after.output) as { frames: { file: string; labelledBy: string }[] };
    expect(frames.find(({ file }) => file === first)?.labelledBy).toBe('person');
  },
  240_000,
);
