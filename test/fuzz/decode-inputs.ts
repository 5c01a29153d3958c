/** Runs damaged files through the reader and holds it to its promise: a frame or a refusal, soon, in little memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { isRefusal } from '../../contract/errors.ts';
import { decodeFrame } from '../../main/families/frames/decode-frame.ts';
import { bytesSource } from '../../main/formats/byte-source.ts';
import { mutate, seededRandom } from './mutate.ts';

export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every fixture in FITS and XISF, two of them gzipped. */
export function fixtureSeeds(): Seed[] {
  const fixtures = join(import.meta.dirname, '../fixtures');
  const seeds: Seed[] = [];
  for (const folder of ['fits', 'xisf']) {
    for (const name of readdirSync(join(fixtures, folder)).filter((file) => /\.(fits|xisf)$/.test(file))) {
      seeds.push({ name, bytes: new Uint8Array(readFileSync(join(fixtures, folder, name))) });
    }
  }
  for (const name of ['u16.fits', 'rice-u16.fits']) {
    const plain = seeds.find((seed) => seed.name === name);
    if (plain !== undefined) seeds.push({ name: `${name}.gz`, bytes: new Uint8Array(gzipSync(plain.bytes)) });
  }
  return seeds;
}

/** Small PNG, JPEG and TIFF files; slower to refuse than the others, so kept apart. */
export async function rasterSeeds(): Promise<Seed[]> {
  const data = Uint16Array.from({ length: 40 * 30 }, (_, index) => (index * 977) & 0xffff);
  const picture = sharp(data, { raw: { width: 40, height: 30, channels: 1 } });
  const grey = picture.clone().toColourspace('grey16');
  return [
    { name: 'grey.png', bytes: new Uint8Array(await grey.clone().png().toBuffer()) },
    { name: 'grey.tif', bytes: new Uint8Array(await grey.clone().tiff({ compression: 'lzw' }).toBuffer()) },
    { name: 'grey.jpg', bytes: new Uint8Array(await picture.clone().toColourspace('b-w').jpeg().toBuffer()) },
  ];
}

export interface Failure {
  readonly name: string;
  readonly seed: number;
  readonly problem: string;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly decoded: number;
  readonly refused: number;
  readonly byCode: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /** CPU time of the process. */
  readonly slowestMilliseconds: number;
  /** Growth of the process beyond the start, MiB. */
  readonly peakMebibytes: number;
}

/** CPU time, which other work on the machine does not lengthen. */
const slowMilliseconds = 2000;
/** Big planes are collected at once, so that the peak tells of one input and not of the collector's leisure. */
const largePixels = 4_000_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** @returns null when the promise was kept, else what went wrong. */
async function tryInput(
  bytes: Uint8Array,
  name: string,
): Promise<{ code: string | null; problem: string | null }> {
  try {
    const frame = await decodeFrame(bytesSource(bytes, name));
    const sizes = frame.width >= 1 && frame.height >= 1 && frame.pixels.length === frame.width * frame.height;
    if (frame.pixels.length > largePixels) collect();
    return { code: null, problem: sizes ? null : 'sizes disagree' };
  } catch (error) {
    if (isRefusal(error)) return { code: error.code, problem: null };
    return { code: null, problem: String((error as Error).stack ?? error).slice(0, 600) };
  }
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Judges `inputs` damaged copies of the seeds in turn; input i comes from `firstSeed + i`. */
export async function fuzz(seeds: readonly Seed[], inputs: number, firstSeed: number): Promise<FuzzResult> {
  collect();
  const idle = process.memoryUsage().rss;
  const byCode: Record<string, number> = {};
  const failures: Failure[] = [];
  let [decoded, refused, slowest] = [0, 0, 0];
  let peak = idle;
  for (let input = 0; input < inputs; input++) {
    const random = seededRandom(firstSeed + input);
    const seed = seeds[input % seeds.length]!;
    const other = seeds[Math.floor(random() * seeds.length)]!;
    const bytes = mutate(seed.bytes, other.bytes, random);
    const start = cpuMilliseconds();
    const { code, problem } = await tryInput(bytes, seed.name);
    const milliseconds = cpuMilliseconds() - start;
    slowest = Math.max(slowest, milliseconds);
    if (input % 16 === 0) peak = Math.max(peak, process.memoryUsage().rss);
    if (problem !== null) failures.push({ name: seed.name, seed: firstSeed + input, problem });
    else if (milliseconds > slowMilliseconds) {
      failures.push({
        name: seed.name,
        seed: firstSeed + input,
        problem: `took ${milliseconds.toFixed(0)} ms`,
      });
    } else if (code === null) decoded++;
    else {
      refused++;
      byCode[code] = (byCode[code] ?? 0) + 1;
    }
  }
  const peakMebibytes = Math.round((peak - idle) / 2 ** 20);
  return { inputs, decoded, refused, byCode, failures, slowestMilliseconds: slowest, peakMebibytes };
}
