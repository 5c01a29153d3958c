/**
 * Decoding speed: `npx node test/bench/decode.ts FILE…` prints CPU milliseconds per megapixel, best of five, and
 * the memory above the idle process. Beside it, astropy's figures come from `decode-astropy.py FILE…`.
 */
import { decodeFrame, reusedPixels } from '../../main/families/frames/decode-frame.ts';
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

const idle = process.memoryUsage().rss;
for (const path of process.argv.slice(2)) {
  let best = Number.POSITIVE_INFINITY;
  let size = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { milliseconds, megapixels } = await timeOnce(path);
    best = Math.min(best, milliseconds);
    size = megapixels;
  }
  const peak = process.resourceUsage().maxRSS * 1024 - idle;
  console.log(
    `${path}: ${size.toFixed(2)} MP, ${best.toFixed(1)} ms CPU, ${(best / size).toFixed(2)} ms/MP, ` +
      `peak ${(peak / 1024 / 1024).toFixed(0)} MiB above idle (all files so far)`,
  );
}
