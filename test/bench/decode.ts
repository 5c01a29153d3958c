/**
 * Decoding speed: `npx node test/bench/decode.ts [FILE…]` prints CPU milliseconds per megapixel, best of five, and
 * the memory above the idle process; then astropy's figures for the same files, where it is installed. Without
 * files, a 26 megapixel frame of sky and noise is written to a temporary folder, plain and compressed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decodeFrame, reusedPixels } from '../../main/families/frames/decode-frame.ts';
import { Random } from '../../main/families/frames/simulate/random.ts';
import { writeFits } from '../../main/formats/fits/write.ts';
import { writeCompressedFits } from '../../main/formats/fits/write-compressed.ts';
import { openLocalFile } from '../../main/sources/local-file.ts';

const repeats = 5;
const allocate = reusedPixels();

async function timeOnce(path: string): Promise<{ milliseconds: number; megapixels: number }> {
  const source = openLocalFile(path);
  try {
    const before = process.cpuUsage();
    const frame = await decodeFrame(source, { allocate });
    const used = process.cpuUsage(before);
    return { milliseconds: (used.user + used.system) / 1000, megapixels: frame.pixels.length / 1e6 };
  } finally {
    source.close();
  }
}

/** A camera frame of the usual size: 6248 x 4176 unsigned 16-bit pixels. */
function writeFrames(folder: string): string[] {
  const [width, height] = [6248, 4176];
  const random = new Random(1);
  const data = Uint16Array.from({ length: width * height }, () => Math.round(1200 + 25 * random.normal()));
  const image = { width, height, bitpix: 16, bzero: 32768, data } as const;
  const plain = writeFits(image);
  const files: [string, Uint8Array][] = [
    ['plain.fits', plain],
    ['rice.fits.fz', writeCompressedFits(image, { compression: 'RICE_1' })],
    ['gzipped.fits.gz', gzipSync(plain, { level: 1 })],
  ];
  return files.map(([name, bytes]) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  });
}

const given = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'nightsift-decode-'));
const paths = given.length > 0 ? given : writeFrames(folder);
const idle = process.memoryUsage().rss;
for (const path of paths) {
  let best = Number.POSITIVE_INFINITY;
  let size = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { milliseconds, megapixels } = await timeOnce(path);
    best = Math.min(best, milliseconds);
    size = megapixels;
  }
  // making the frames here takes memory of its own, which would hide what reading takes
  const peak = (process.resourceUsage().maxRSS * 1024 - idle) / 1024 / 1024;
  const memory = given.length > 0 ? `, peak ${peak.toFixed(0)} MiB above idle (all files so far)` : '';
  const perMegapixel = (best / size).toFixed(2);
  console.log(
    `${basename(path)}: ${size.toFixed(2)} MP, ${best.toFixed(1)} ms CPU, ${perMegapixel} ms/MP${memory}`,
  );
}

console.log('astropy:');
const peer = spawnSync('/usr/bin/python3', [join(import.meta.dirname, 'decode-astropy.py'), ...paths], {
  encoding: 'utf8',
});
console.log(peer.status === 0 ? peer.stdout.trim() : 'not installed here');
rmSync(folder, { recursive: true, force: true });
