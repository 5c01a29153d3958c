/**
 * The long run: 20,000 inputs, or as many as NIGHTSIFT_FUZZ says (1000000 before a release). Real frames, where they
 * are at hand, give 200 damaged copies each.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FuzzResult, fixtureSeeds, fuzz, rasterSeeds, type Seed } from './decode-inputs.ts';

const inputs = Number(process.env.NIGHTSIFT_FUZZ ?? 20_000);
const hours = 12 * 3_600_000;
/** What one input may take beyond the idle process. */
const memoryMebibytes = 256;

const folder = join(
  process.env.NIGHTSIFT_SHARED_DATA ?? join(import.meta.dirname, '../../../shared/data'),
  'frames',
);
const absent = existsSync(folder) ? '' : ` (skipped: no samples in ${folder})`;

function realSeeds(): Seed[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.fits'))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
}

function expectKept(result: FuzzResult): void {
  expect(result.failures).toEqual([]);
  expect(result.peakMebibytes).toBeLessThan(memoryMebibytes);
}

describe('damaged files, at length', () => {
  it(`${inputs} copies of all fixtures`, { timeout: hours }, async () => {
    expectKept(await fuzz(fixtureSeeds(), inputs, 1_000_000));
  });

  it(`${Math.ceil(inputs / 50)} copies of pictures`, { timeout: hours }, async () => {
    expectKept(await fuzz(await rasterSeeds(), Math.ceil(inputs / 50), 2_000_000));
  });

  it.skipIf(absent !== '')(`200 copies of each real frame${absent}`, { timeout: hours }, async () => {
    const seeds = realSeeds();
    expectKept(await fuzz(seeds, seeds.length * 200, 3_000_000));
  });
});
