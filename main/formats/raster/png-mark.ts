/** The name of the program in PNG files, by which those of ours are known. */
import { crc32 } from 'node:zlib';

/** Says in every file of ours who wrote it, so that it may be written again. */
export const pngMark = 'Software\0Nightsift';

/** Signature and header, which come first in every PNG. */
const beginningBytes = 33;

/** The file with a chunk of text behind its header. */
export function withPngMark(png: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(12 + pngMark.length);
  chunk.writeUInt32BE(pngMark.length, 0);
  chunk.write(`tEXt${pngMark}`, 4, 'latin1');
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return new Uint8Array(
    Buffer.concat([png.subarray(0, beginningBytes), chunk, png.subarray(beginningBytes)]),
  );
}
